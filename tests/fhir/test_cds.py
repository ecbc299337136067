"""CDS Hooks: who may call, what must be sent along, and what the cards say."""

import json
import re
import uuid
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.cds.cards import OVERRIDE_REASONS, _plain
from assessments.fhir.questionnaire import ID
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import ApiClient, Clinic
from tests.factories import CASES, reassuring_answers
from tests.fhir.answers import filled, within_reach
from tests.fhir.checks import assert_valid, fhir
from tests.security.hospital import ISSUER, KEY, hospital
from tests.security.hospital import token as hospital_token
from tests.security.signing import claims, new_key, sign

PATIENT_VIEW = f"{django_settings.BASE_URL}/cds-services/patient-view"


@pytest.fixture
def caller(clinic: Clinic, form: dict[str, Any]) -> ApiClient:
    return hospital(clinic)


@pytest.fixture
def form(api: APIClient) -> dict[str, Any]:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


def token(service: str = "patient-view", **changes: Any) -> str:
    return hospital_token(f"/cds-services/{service}", **changes)


def body(form: dict[str, Any], answers: dict[str, Any], hook: str = "patient-view") -> dict[str, Any]:
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{form['url']}|{form['version']}",
        "status": "completed",
        "subject": {"reference": "Patient/p-1"},
        "authored": timezone.now().isoformat(),
        "item": filled(form, answers),
    }
    found = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": response}]}
    return {
        "hook": hook,
        "hookInstance": str(uuid.uuid4()),
        "fhirServer": "http://127.0.0.1:1/never-asked",
        "context": {"userId": "Practitioner/1", "patientId": "p-1"},
        "prefetch": {"patient": {"resourceType": "Patient", "id": "p-1"}, "response": found},
    }


def call(sent: Any, *, service: str = "patient-view", signed: str | None = None) -> Any:
    bearer = token(service) if signed is None else signed
    return Client().post(
        f"/cds-services/{service}",
        json.dumps(sent),
        content_type="application/json",
        headers={"authorization": f"Bearer {bearer}"} if bearer else {},
    )


def card(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    (found,) = answer.json()["cards"]
    return dict(found)


def test_the_services_are_found_with_what_to_send_along(db: None) -> None:
    services = Client().get("/cds-services").json()["services"]
    assert [service["hook"] for service in services] == ["patient-view", "appointment-book"]
    for service in services:
        assert set(service["prefetch"]) == {"patient", "response"}
        assert "{{context.patientId}}" in service["prefetch"]["response"]


@pytest.mark.holds("HZ-17")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_worked_case_is_decided_the_same_on_a_card(
    api: APIClient, caller: ApiClient, form: dict[str, Any], case: dict[str, Any]
) -> None:
    native = api.post(
        "/api/v1/evaluations",
        {
            "assessed_at": timezone.now().isoformat(),
            "assessor_role": "physiotherapist",
            "answers": within_reach(form, case["answers"]),
        },
    ).json()
    for hook in ("patient-view", "appointment-book"):
        found = card(call(body(form, case["answers"], hook), service=hook))
        assert found["source"]["topic"]["code"] == native["decision"]
        assert native["protocol_version"] in found["source"]["label"]
        for met in native["criteria_met"]:
            assert _plain(met["texts"]["clinician"]) in found["detail"]
            assert met["id"] not in found["detail"]
        assert ("Not asked" in found["detail"]) is bool(native["missing"])
        assert_card(found, native)


LOUD = {
    "refer_emergency": "critical",
    "stop_and_rehab": "warning",
    "stop_running_clearance_required": "warning",
    "insufficient_information": "warning",
    "adjust_running": "info",
    "continue_running": "info",
}
KINDS = {
    "refer_emergency": ["ServiceRequest"],
    "refer_urgent": ["ServiceRequest", "Task"],
    "adjust_running": ["CarePlan"],
    "continue_running": ["CarePlan"],
}


def assert_card(found: dict[str, Any], native: dict[str, Any]) -> None:
    """What every card must be."""
    assert len(found["summary"]) < 140
    assert uuid.UUID(found["uuid"])
    urgent = "critical" if native["urgency"] == "same_day" else "warning"
    assert found["indicator"] == LOUD.get(native["decision"], urgent)
    assert found["selectionBehavior"] in {"any", "at-most-one"}
    assert {reason["code"] for reason in found["overrideReasons"]} == set(OVERRIDE_REASONS)
    drafts = [action["resource"] for one in found["suggestions"] for action in one["actions"]]
    assert [draft["resourceType"] for draft in drafts] == KINDS.get(native["decision"], ["Task"])
    for draft in drafts:
        assert_valid(draft)
        assert draft["status"] == "draft"
        assert (draft.get("subject") or draft["for"]) == {"reference": "Patient/p-1"}


def test_nothing_is_said_where_nothing_was_answered(caller: ApiClient, form: dict[str, Any]) -> None:
    sent = body(form, reassuring_answers())
    other_form = {**response_of(sent), "questionnaire": "urn:another", "item": [{"linkId": "mood"}]}
    withdrawn = {**response_of(sent), "status": "entered-in-error"}
    for nothing in (None, {"resourceType": "Bundle", "type": "searchset"}, other_form, withdrawn):
        sent["prefetch"]["response"] = nothing
        answer = call(sent)
        assert (answer.status_code, answer.json()) == (200, {"cards": []})


def response_of(sent: dict[str, Any]) -> dict[str, Any]:
    return dict(sent["prefetch"]["response"]["entry"][0]["resource"])


def test_without_its_prefetch_it_is_412_and_nothing_is_fetched(
    caller: ApiClient, form: dict[str, Any]
) -> None:
    sent = body(form, reassuring_answers())
    for prefetch in (None, {}, {"patient": None}, {"response": None}):
        answer = call({**sent, "prefetch": prefetch})
        assert answer.status_code == 412
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_patients_answers_make_no_card(caller: ApiClient, form: dict[str, Any]) -> None:
    sent = body(form, reassuring_answers())
    sent["context"]["patientId"] = "p-2"
    answer = call(sent)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["other_patient"]


def test_the_age_comes_from_the_birth_date_as_in_the_native_api(
    caller: ApiClient, form: dict[str, Any]
) -> None:
    sent = body(form, reassuring_answers(age_years=None))
    assert "Age" in card(call(sent))["detail"]
    sent["prefetch"]["patient"]["birthDate"] = "2015-05-04"
    detail = card(call(sent))["detail"]
    assert "Below the adult age" in detail


def test_what_cannot_be_taken_is_named(caller: ApiClient, form: dict[str, Any]) -> None:
    sent = body(form, reassuring_answers())
    for wrong in ({"hook": "order-sign"}, {"hookInstance": "1"}, {"context": {}}, {"context": 3}):
        assert call({**sent, **wrong}).status_code == 422
    response_of(sent)["item"][0]["linkId"] = "nothing"
    assert "/prefetch/response/entry/0/resource/item/0" in card(call(sent))["detail"]
    unread = card(call({**body(form, {}), "prefetch": {"patient": 7, "response": []}}))
    assert "`/prefetch/response`" in unread["detail"]
    assert call(sent, service="nothing").status_code == 404


EVIL = "<img src=x onerror=alert(1)>"
#: Of Markdown and HTML, what turns a text into more than itself, unless it is escaped.
ALIVE = re.compile(r"(?<!\\)(?:\\\\)*[<\[]")


def test_nothing_that_somebody_wrote_is_markup_on_a_card(
    clinic: Clinic, caller: ApiClient, form: dict[str, Any]
) -> None:
    """The clinic's pathway stands there as it reads; what a caller wrote doesn't stand there at all."""
    place = f"A&E &lt; {EVIL} [ring](https://elsewhere.example) **no** `no` _no_\\"
    with clinic_scope(clinic.id):
        Clinic.objects.filter(pk=clinic.pk).update(emergency_destination=place, emergency_number=EVIL)
    sent = body(form, reassuring_answers(bladder_change="yes"))
    told = card(call(sent))["detail"]
    assert not ALIVE.search(told)
    assert re.sub(r"\\(\W|_)", r"\1", told).count(f"or go to {place}.") == 1
    assert all(said not in told for said in (" &lt;", "**no**", "`no`", " _no_"))
    sent["prefetch"]["response"]["entry"][0]["resource"].update({"authored": EVIL, f"`{EVIL}": 1})
    response_of(sent)["item"][0]["Zoe Müller"] = 1
    told = card(call(sent))["detail"]
    assert "By answers of an unknown day." in told
    assert "/prefetch/response/entry/0/resource`" in told
    assert not ALIVE.search(told)
    assert "Zoe" not in told


REFUSED = {
    "no token": "",
    "no signature": "a.b.c",
    "an OAuth token": "x" * 32,
}


@pytest.mark.parametrize("signed", REFUSED.values(), ids=REFUSED)
def test_without_a_signed_token_it_is_401(caller: ApiClient, form: dict[str, Any], signed: str) -> None:
    answer = call(body(form, reassuring_answers()), signed=signed)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"]


def test_a_token_is_for_one_address_one_issuer_and_one_use(caller: ApiClient, form: dict[str, Any]) -> None:
    sent = body(form, reassuring_answers())
    once = token()
    assert call(sent, signed=once).status_code == 200
    for bad in (
        once,
        token("appointment-book"),
        token(iss="https://stranger.example"),
        token(tenant="another"),
        token(exp=1),
        token(jti=None),
        sign(new_key(), claims(ISSUER, PATIENT_VIEW)),
        sign(KEY, claims(ISSUER, PATIENT_VIEW), jku="https://evil.example/keys"),
        sign(new_key("RS384"), claims(ISSUER, PATIENT_VIEW), algorithm="RS256"),
    ):
        assert call(sent, signed=bad).status_code == 401


def test_without_redis_nobody_is_let_in_on_trust(
    caller: ApiClient, form: dict[str, Any], settings: Settings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = call(body(form, reassuring_answers()))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_tenant_of_a_shared_issuer_is_its_own_clinics(
    caller: ApiClient, other_clinic: Clinic, form: dict[str, Any]
) -> None:
    theirs = hospital(other_clinic, cds_tenant="north", allowed_scopes="patients:read")
    sent = body(form, reassuring_answers())
    assert call(sent, signed=token(tenant="north")).status_code == 403
    with clinic_scope(other_clinic.id):
        ApiClient.objects.filter(id=theirs.id).update(allowed_scopes="")
    assert call(sent, signed=token(tenant="north")).status_code == 401
    assert call(sent).status_code == 200
