"""Every element of R4 beside an emergency: taken and escalated, or one of the few that are refused."""

from copy import deepcopy
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.models import Escalation
from assessments.fhir.questionnaire import ID
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.fhir import external_ids
from patients.models import Patient
from tests.factories import make_patient, reassuring_answers
from tests.fhir.answers import response_body
from tests.fhir.checks import assert_outcome, fhir
from tests.fhir.test_cds import body, call, card
from tests.security.hospital import hospital

Body = dict[str, Any]

EXTENSION = [{"url": "urn:x", "valueString": "x"}]
POINTER = {"reference": "Practitioner/1"}
#: What may stand beside the answers in a response of R4, each with a value.
OF_RESPONSE: dict[str, Any] = {
    "id": "r-1",
    "meta": {"versionId": "7", "tag": [{"code": "x"}]},
    "language": "en",
    "_language": {"extension": EXTENSION},
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
    "contained": [{"resourceType": "Practitioner", "id": "p"}],
    "extension": EXTENSION,
    "identifier": {"system": "urn:ehr", "value": "7"},
    "basedOn": [{"reference": "ServiceRequest/1"}],
    "partOf": [{"reference": "Procedure/1"}],
    "_questionnaire": {"extension": EXTENSION},
    "_status": {"extension": EXTENSION},
    "encounter": {"reference": "Encounter/1"},
    "_authored": {"extension": EXTENSION},
    "author": POINTER,
    "source": POINTER,
}
#: The same of its items, and of what an item answers.
OF_ITEM: dict[str, Any] = {
    "id": "i-1",
    "extension": EXTENSION,
    "_linkId": {"extension": EXTENSION},
    "definition": "urn:x",
    "_definition": {"extension": EXTENSION},
    "text": "Bladder",
    "_text": {"extension": EXTENSION},
    "item": [],
}
OF_ANSWER: dict[str, Any] = {"id": "a-1", "extension": EXTENSION, "item": []}
#: What is refused, in each of the three places, and what its reason begins with.
MODIFIES, UNKNOWN = "It may change what the answers mean", "FHIR R4 has no such element here"
REFUSED: dict[str, tuple[str, str, Any, str]] = {
    "a modifier of all": ("", "modifierExtension", EXTENSION, MODIFIES),
    "other rules": ("", "implicitRules", "urn:rules", MODIFIES),
    "more about other rules": ("", "_implicitRules", {"extension": EXTENSION}, MODIFIES),
    "a misspelt element": ("", "items", [], UNKNOWN),
    "a modifier of an item": (".item", "modifierExtension", EXTENSION, MODIFIES),
    "a misspelt element of an item": (".item", "answers", [], UNKNOWN),
    "a question inside a plain one": (".item", "item", [{"linkId": "x"}], "Nothing is read here"),
    "a modifier of an answer": (".answer", "modifierExtension", EXTENSION, MODIFIES),
    "a question inside an answer": (".answer", "item", [{"linkId": "x"}], UNKNOWN),
}


@pytest.fixture
def form(api: APIClient) -> Body:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


@pytest.fixture
def emergency(form: Body, patient: Patient) -> Body:
    now = timezone.now().isoformat()
    return response_body(form, patient, reassuring_answers(bladder_change="yes"), now)


def bladder(response: Body) -> Body:
    items = [item for section in response["item"] for item in section["item"]]
    return next(item for item in items if item["linkId"] == "bladder_change")


def with_element(response: Body, place: str, name: str, value: Any) -> Body:
    changed = deepcopy(response)
    within = {"": changed, ".item": bladder(changed), ".answer": bladder(changed)["answer"][0]}[place]
    within[name] = value
    return changed


def opened(clinic: Clinic) -> int:
    with clinic_scope(clinic.id):
        return Escalation.objects.filter(urgency="emergency_now").count()


HARMLESS = [
    (place, name, value)
    for place, elements in (("", OF_RESPONSE), (".item", OF_ITEM), (".answer", OF_ANSWER))
    for name, value in elements.items()
]


@pytest.mark.parametrize(("place", "name", "value"), HARMLESS, ids=[f"{p}.{n}" for p, n, _ in HARMLESS])
def test_what_changes_no_answer_turns_no_emergency_away(
    api: APIClient, clinic: Clinic, emergency: Body, place: str, name: str, value: Any
) -> None:
    fhir(api.post("/fhir/QuestionnaireResponse", with_element(emergency, place, name, value)), 201)
    assert opened(clinic) == 1


@pytest.mark.holds("HZ-17")
@pytest.mark.parametrize(("place", "name", "value", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_may_change_an_answer_is_refused_with_its_reason(
    api: APIClient, clinic: Clinic, emergency: Body, place: str, name: str, value: Any, reason: str
) -> None:
    answer = api.post("/fhir/QuestionnaireResponse", with_element(emergency, place, name, value))
    assert answer.status_code == 422
    (issue,) = answer.json()["issue"]
    assert issue["details"]["text"].startswith(reason)
    assert issue["expression"][0].endswith(f".{name.removeprefix('_')}")
    with clinic_scope(clinic.id):
        assert Assessment.objects.count() == 0


@pytest.mark.parametrize(
    "beside", [*((*one, "") for one in HARMLESS), *REFUSED.values()], ids=lambda one: str(one)[:20]
)
def test_both_ways_in_read_alike(clinic: Clinic, form: Body, beside: tuple[str, str, Any, str]) -> None:
    """What is refused as a form is in doubt as a card; the emergency is critical either way."""
    hospital(clinic)
    place, name, value, reason = beside
    sent = body(form, reassuring_answers(bladder_change="yes"))
    response = sent["prefetch"]["response"]["entry"][0]["resource"]
    sent["prefetch"]["response"] = with_element(response, place, name, value)
    found = card(call(sent))
    assert found["indicator"] == "critical"
    assert (f"/{name}`" in found["detail"]) == bool(reason)


def test_what_was_taken_and_not_kept_is_said(api: APIClient, emergency: Body) -> None:
    sent = {**emergency, **OF_RESPONSE}
    key = {"idempotency-key": "form-0002", "prefer": "return=OperationOutcome"}
    first, again = (api.post("/fhir/QuestionnaireResponse", sent, headers=key) for _ in range(2))
    outcome = fhir(first, 201)
    assert again.json() == outcome
    assert first.headers["Preference-Applied"] == "return=OperationOutcome"
    assert first.headers["Location"].endswith(f"/fhir/QuestionnaireResponse/{outcome['id']}")
    said = {issue["expression"][0] for issue in outcome["issue"] if issue["severity"] == "warning"}
    kept = {"id", "meta", "_questionnaire", "_status", "_authored"}
    assert said == {f"QuestionnaireResponse.{name.removeprefix('_')}" for name in OF_RESPONSE.keys() - kept}
    processed = fhir(api.post("/fhir/Questionnaire/$process-response", sent))
    assert {i["expression"][0] for i in processed["issue"] if i["severity"] == "warning"} == said


def test_a_runner_is_known_by_the_practices_own_number(
    api: APIClient, clinic: Clinic, emergency: Body
) -> None:
    runner = make_patient(clinic, external_id="P-77")
    mine = {"system": external_ids(), "value": "P-77"}
    before = {"system": "https://old.example/fhir/identifier/external-id", "value": "P-77"}
    theirs = {"system": "urn:other", "value": "P-78"}
    pointer = f"Patient/{runner.id}"
    for subject in (
        {"identifier": mine},
        {"identifier": before},
        {"reference": pointer, "identifier": mine},
        {"reference": pointer, "identifier": theirs, "display": "Robin", "type": "Patient"},
    ):
        recorded = fhir(api.post("/fhir/QuestionnaireResponse", {**emergency, "subject": subject}), 201)
        assert recorded["subject"]["reference"] == pointer
    place = "QuestionnaireResponse.subject"
    for subject in (
        {"identifier": theirs},
        {"identifier": {**mine, "value": "P-78"}},
        {**emergency["subject"], "identifier": mine},
        {"reference": pointer, "identifier": {**mine, "value": "P-78"}},
        {"reference": "#p", "identifier": mine},
        {"identifier": {**mine, "value": 7}},
    ):
        assert_outcome(
            api.post("/fhir/QuestionnaireResponse", {**emergency, "subject": subject}), "invalid", place
        )
