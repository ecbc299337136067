"""Answers handed in as a form: what can't be taken is named at its place, and nothing is stored."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.fhir.questionnaire import ID
from assessments.protocol.conditions import more_than
from assessments.protocol.questions import QUESTIONS_BY_NAME
from assessments.records.models import Assessment
from backend.platform.fhir.elements import ABSENT_REASONS, DATA_ABSENT, system
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.fhir.answers import chooser, filled, response_body
from tests.fhir.checks import assert_outcome, fhir
from tests.fhir.filler import UnansweredError, fill
from tests.parameters.test_parameters import set_to


@pytest.fixture
def form(api: APIClient) -> dict[str, Any]:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


@pytest.fixture
def sent(form: dict[str, Any], patient: Patient) -> dict[str, Any]:
    return response_body(form, patient, reassuring_answers(), timezone.now().isoformat())


def questions(form: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in form["item"] for item in section["item"]]


def place(sent: dict[str, Any], link_id: str) -> tuple[dict[str, Any], str]:
    """An item of the response, and its FHIRPath."""
    for number, section in enumerate(sent["item"]):
        for inner, item in enumerate(section["item"]):
            if item["linkId"] == link_id:
                return item, f"QuestionnaireResponse.item[{number}].item[{inner}]"
    raise LookupError(link_id)


def stored(patient: Patient) -> int:
    with clinic_scope(patient.clinic.id):
        return Assessment.objects.count()


def test_the_form_demands_an_answer_to_every_question_of_the_screens(form: dict[str, Any]) -> None:
    with pytest.raises(UnansweredError):
        fill(form, lambda item: [] if item["linkId"] == "bladder_change" else chooser({})(item), lambda _: [])
    nothing_known = filled(form, {})
    reasons = [
        answer["valueCoding"]["code"]
        for section in nothing_known[1:]
        for item in section["item"]
        for answer in item["answer"]
    ]
    assert len(reasons) > 20
    assert set(reasons) == {"not-asked"}


def test_nothing_in_the_form_is_answered_before_somebody_answers(form: dict[str, Any]) -> None:
    def walk(items: list[dict[str, Any]]) -> None:
        for item in items:
            assert "initial" not in item
            assert not any(option.get("initialSelected") for option in item.get("answerOption", []))
            walk(item.get("item", []))

    walk(form["item"])
    required = {item["linkId"] for item in questions(form) if item.get("required")}
    assert {"bladder_change", "fever_or_rigors", "age_years.unknown", "diagnoses.known"} <= required
    for item in questions(form):
        if item["type"] == "choice" and item["linkId"] != "assessor_role":
            systems = [option["valueCoding"]["system"] for option in item["answerOption"]]
            assert ABSENT_REASONS in systems, item["linkId"]


def test_the_form_is_found_by_its_versioned_name(api: APIClient, form: dict[str, Any]) -> None:
    named = {"url": form["url"], "version": form["version"]}
    assert fhir(api.get("/fhir/Questionnaire", named))["entry"][0]["resource"] == form
    assert "entry" not in fhir(api.get("/fhir/Questionnaire", {**named, "version": "1999.1"}))
    assert_outcome(api.get("/fhir/Questionnaire/other"), "not_found")


def test_unknown_is_said_by_the_extension_wherever_it_stands(
    api: APIClient, patient: Patient, sent: dict[str, Any]
) -> None:
    extension = [{"url": DATA_ABSENT, "valueCode": "asked-declined"}]
    bladder, _ = place(sent, "bladder_change")
    age, _ = place(sent, "age_years")
    bladder["answer"] = [{"extension": extension}]
    age["answer"] = [{"_valueInteger": {"extension": extension}}]
    recorded = fhir(api.post("/fhir/QuestionnaireResponse", sent), 201)
    native = api.get(f"/api/v1/assessments/{recorded['id']}").json()
    assert native["absent_reasons"] == {"bladder_change": "asked-declined", "age_years": "asked-declined"}
    assert {"bladder_change", "age_years"}.isdisjoint(native["answers"])
    assert recorded["status"] == "in-progress"
    assert native["evaluation"]["urgency"] == "complete_screen_now"


def test_the_operation_of_form_fillers_records_the_same(
    api: APIClient, patient: Patient, sent: dict[str, Any]
) -> None:
    wrapped = {"resourceType": "Parameters", "parameter": [{"name": "response", "resource": sent}]}
    for body in (sent, wrapped):
        outcome = fhir(api.post("/fhir/Questionnaire/$process-response", body))
        assert outcome["issue"][0]["severity"] == "information"
        risk = fhir(api.get(f"/fhir/RiskAssessment/{outcome['id']}"))
        assert risk["prediction"][0]["qualitativeRisk"]["coding"][0]["code"] == "continue_running"
    empty = {"resourceType": "Parameters", "parameter": []}
    refused = api.post("/fhir/Questionnaire/$process-response", empty)
    assert refused.status_code == 422


@pytest.mark.parametrize("path", ["/fhir/QuestionnaireResponse", "/fhir/Questionnaire/$process-response"])
def test_the_same_request_again_records_nothing_again(
    api: APIClient, patient: Patient, sent: dict[str, Any], path: str
) -> None:
    first, again = (api.post(path, sent, headers={"idempotency-key": "form-0001"}) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert stored(patient) == 1


WRONG = {
    "a text where a code is needed": ("bladder_change", [{"valueString": "no"}], ".answer[0]"),
    "a code of another system": (
        "bladder_change",
        [{"valueCoding": {"system": "urn:oid:1.2.3", "code": "no"}}],
        ".answer[0]",
    ),
    "a code that isn't there": (
        "bladder_change",
        [{"valueCoding": {"system": system("answer"), "code": "maybe"}}],
        ".answer[0]",
    ),
    "two answers": ("bladder_change", [{"valueCoding": {"system": system("answer"), "code": "no"}}] * 2, ""),
    "a decimal score": ("pain_usual_nrs", [{"valueInteger": 2.5}], ".answer[0]"),
    "a score out of range": ("pain_usual_nrs", [{"valueInteger": 11}], ""),
    "true as a number": ("pain_usual_nrs", [{"valueInteger": True}], ".answer[0]"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_answer_is_named_at_its_place(
    api: APIClient, patient: Patient, sent: dict[str, Any], wrong: tuple[str, list[Any], str]
) -> None:
    link_id, answers, below = wrong
    item, path = place(sent, link_id)
    item["answer"] = answers
    assert_outcome(api.post("/fhir/QuestionnaireResponse", sent), "invalid", path + below)
    assert stored(patient) == 0


def test_every_fault_of_a_response_is_named_at_once(
    api: APIClient, patient: Patient, sent: dict[str, Any]
) -> None:
    bad = deepcopy(sent)
    bad |= {"questionnaire": "urn:other", "status": "stopped", "modifierExtension": [{"url": "urn:x"}]}
    bad["subject"] = {"reference": "Group/7"}
    bad["item"].append({"linkId": "shoe_colour", "answer": [{"valueString": "crimson"}]})
    bad["item"].append(deepcopy(place(sent, "bladder_change")[0]))
    names = ("questionnaire", "status", "modifierExtension", "subject")
    places = [f"QuestionnaireResponse.{name}" for name in names]
    last = len(bad["item"])
    places += [f"QuestionnaireResponse.item[{number}]" for number in (last - 2, last - 1)]
    answer = api.post("/fhir/QuestionnaireResponse", bad)
    assert_outcome(answer, "invalid", *places)
    assert "crimson" not in answer.content.decode()
    assert stored(patient) == 0


def test_an_answer_and_its_absence_together_are_refused(
    api: APIClient, patient: Patient, sent: dict[str, Any]
) -> None:
    reason = {"system": ABSENT_REASONS, "code": "not-asked"}
    sent["item"].append({"linkId": "age_years.unknown", "answer": [{"valueCoding": reason}]})
    path = f"QuestionnaireResponse.item[{len(sent['item']) - 1}]"
    assert_outcome(api.post("/fhir/QuestionnaireResponse", sent), "invalid", path)


def test_a_time_without_offset_and_an_unknown_patient_are_named(
    api: APIClient, patient: Patient, sent: dict[str, Any]
) -> None:
    sent["authored"] = "2026-03-01T09:00:00"
    assert_outcome(api.post("/fhir/QuestionnaireResponse", sent), "invalid", "QuestionnaireResponse.authored")
    sent["authored"] = timezone.now().isoformat()
    sent["subject"] = {"reference": "Patient/9f7c3e0e-0000-4000-8000-000000000000"}
    assert_outcome(api.post("/fhir/QuestionnaireResponse", sent), "invalid", "QuestionnaireResponse.subject")


LOST = {
    "answers of a heading": ({"linkId": "section-4", "answer": [{"valueString": "x"}]}, ".answer"),
    "a heading that isn't there": ({"linkId": "section-99", "item": []}, ""),
    "a question inside a plain one": (
        {"linkId": "age_years", "item": [{"linkId": "bladder_change"}]},
        ".item",
    ),
    "an item inside an answer": (
        {"linkId": "age_years", "answer": [{"valueInteger": 40, "item": [{"linkId": "x"}]}]},
        ".answer[0].item",
    ),
    "answers of a group": ({"linkId": "diagnoses", "answer": [{"valueString": "x"}]}, ".answer"),
    "two values in one answer": (
        {"linkId": "age_years", "answer": [{"valueInteger": 40, "valueString": "x"}]},
        ".answer[0]",
    ),
    "what changes an item's meaning": (
        {"linkId": "age_years", "modifierExtension": [{"url": "urn:not"}]},
        ".modifierExtension",
    ),
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_what_nobody_would_read_is_refused_where_it_stands(
    api: APIClient, patient: Patient, sent: dict[str, Any], lost: tuple[dict[str, Any], str]
) -> None:
    item, below = lost
    sent["item"] = [
        *({**section, "item": without(section, "age_years", "diagnoses.known")} for section in sent["item"]),
        item,
    ]
    answer = api.post("/fhir/QuestionnaireResponse", sent)
    assert_outcome(answer, "invalid", f"QuestionnaireResponse.item[{len(sent['item']) - 1}]{below}")
    assert stored(patient) == 0


def without(section: dict[str, Any], *link_ids: str) -> list[dict[str, Any]]:
    return [item for item in section["item"] if item["linkId"] not in link_ids]


def test_what_was_to_be_asked_goes_by_the_clinics_own_parameters(
    api: APIClient, clinic: Clinic, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No question depends on a parameter today; one that did would, by the set of each record."""
    bladder = replace(
        QUESTIONS_BY_NAME["bladder_change"],
        applies_when=more_than("pain_usual_nrs", "usual_pain_stop_gt"),
    )
    monkeypatch.setattr("assessments.fhir.stored_response.sections", lambda: {"4 Screen": (bladder,)})
    answers = reassuring_answers(bladder_change=None, pain_usual_nrs=4)

    def says_not_asked(assessment: str) -> bool:
        read = fhir(api.get(f"/fhir/QuestionnaireResponse/{assessment}"))
        return "bladder_change" in json.dumps(read)

    before = api.post("/api/v1/assessments", assessment_body(patient, answers)).json()["id"]
    set_to(api, clinic, {"usual_pain_stop_gt": 3})
    after = api.post("/api/v1/assessments", assessment_body(patient, answers)).json()["id"]
    assert [says_not_asked(one) for one in (before, after)] == [False, True]


@pytest.mark.parametrize(
    "odd",
    [
        {"item": {}},
        {"item": ["x"]},
        {"item": [{"linkId": 7}]},
        {"item": [{"linkId": "bladder_change", "answer": {}}]},
        {"item": [{"linkId": "bladder_change", "answer": [{"valueCoding": "no"}]}]},
        {"item": [{"linkId": "bladder_change", "answer": [{"extension": {}, "valueCoding": {"code": []}}]}]},
        {"item": [{"linkId": "diagnoses", "item": [{"linkId": "diagnoses.code", "answer": [{}]}]}]},
        {"item": [{"linkId": "surface_mix", "answer": [{"valueCoding": None}]}]},
        {"item": [{"linkId": "section-4", "item": 3}]},
        {"subject": "Patient/x"},
        {"subject": {"reference": 7}},
        {"authored": 7},
        {"questionnaire": []},
        {"status": {}},
        {"resourceType": "Patient"},
    ],
)
def test_a_body_of_any_shape_is_refused_and_never_breaks(
    api: APIClient, patient: Patient, sent: dict[str, Any], odd: dict[str, Any]
) -> None:
    answer = api.post("/fhir/QuestionnaireResponse", {**sent, **odd})
    assert answer.status_code == 422, answer.content
    assert stored(patient) == 0
