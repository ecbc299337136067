"""The worked cases through the form: the same decision as through the native API."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.fhir.questionnaire import ID
from patients.models import Patient
from tests.factories import CASES, assessment_body, make_patient
from tests.fhir.answers import response_body, within_reach
from tests.fhir.checks import fhir


@pytest.fixture
def form(api: APIClient) -> dict[str, Any]:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_worked_case_is_decided_the_same_through_the_form(
    api: APIClient, patient: Patient, form: dict[str, Any], case: dict[str, Any]
) -> None:
    at = timezone.now().isoformat()
    answers = within_reach(form, case["answers"])
    native = api.post("/api/v1/assessments", assessment_body(patient, answers, assessed_at=at)).json()
    twin = make_patient(patient.clinic)
    sent = response_body(form, twin, case["answers"], at)
    answer = api.post("/fhir/QuestionnaireResponse", sent)
    recorded = fhir(answer, 201)
    assert answer.headers["Location"].endswith(f"/fhir/QuestionnaireResponse/{recorded['id']}")

    stored = api.get(f"/api/v1/assessments/{recorded['id']}").json()
    assert stored["evaluation"] == native["evaluation"]
    assert stored["answers"] == native["answers"]
    settings = {"parameters", "assessor_role", "attested_longstanding"} & case.keys()
    if answers == case["answers"] and not settings:
        assert stored["evaluation"]["decision"] == case["expected"]["decision"]


def test_nearly_every_worked_case_can_be_told_to_the_form(form: dict[str, Any]) -> None:
    """The others contradict themselves, or answer what nobody asks of this runner."""
    lost = []
    for identifier, case in CASES.items():
        given = {name for name, answer in case["answers"].items() if answer != "not_applicable"}
        if not given <= within_reach(form, case["answers"]).keys():
            lost.append(identifier)
    assert len(lost) <= 12, lost


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_read_can_be_handed_in_again(
    api: APIClient, patient: Patient, form: dict[str, Any], case: dict[str, Any]
) -> None:
    first = api.post("/api/v1/assessments", assessment_body(patient, case["answers"])).json()
    read = fhir(api.get(f"/fhir/QuestionnaireResponse/{first['id']}"))
    again = fhir(api.post("/fhir/QuestionnaireResponse", read), 201)
    stored = api.get(f"/api/v1/assessments/{again['id']}").json()
    # What says that a question doesn't apply is no answer of the form's, nor is it worth a notice there.
    void = {name: answer for name, answer in first["answers"].items() if answer == "not_applicable"}
    assert {**void, **stored["answers"]} == first["answers"]
    for one in (stored, first):
        one["evaluation"].pop("notices")
        for met in one["evaluation"]["criteria_met"]:
            met["answers"] = {name: answer for name, answer in met["answers"].items() if name not in void}
    assert stored["evaluation"] == first["evaluation"]
