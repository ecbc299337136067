"""The worked cases through the form: the same decision as through the native API."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.fhir.questionnaire import ID
from assessments.protocol import protocol_for
from assessments.protocol.questions import QUESTIONS_BY_NAME
from patients.models import Patient
from tests.factories import CASES, assessment_body, make_patient
from tests.fhir.answers import response_body
from tests.fhir.checks import fhir


def asked(answers: dict[str, Any]) -> dict[str, Any]:
    """Those that a form comes to: where it doesn't ask, nobody says "not applicable"."""
    return {
        name: answer
        for name, answer in answers.items()
        if answer != "not_applicable" or protocol_for().asks(QUESTIONS_BY_NAME[name], answers)
    }


@pytest.fixture
def form(api: APIClient) -> dict[str, Any]:
    return fhir(api.get(f"/fhir/Questionnaire/{ID}"))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_worked_case_is_decided_the_same_through_the_form(
    api: APIClient, patient: Patient, form: dict[str, Any], case: dict[str, Any]
) -> None:
    at = timezone.now().isoformat()
    native = api.post("/api/v1/assessments", assessment_body(patient, case["answers"], assessed_at=at)).json()
    twin = make_patient(patient.clinic)
    sent = response_body(form, twin, case["answers"], at)
    answer = api.post("/fhir/QuestionnaireResponse", sent)
    recorded = fhir(answer, 201)
    assert answer.headers["Location"].endswith(f"/fhir/QuestionnaireResponse/{recorded['id']}")

    stored = api.get(f"/api/v1/assessments/{recorded['id']}").json()
    assert stored["evaluation"] == native["evaluation"]
    assert stored["answers"] == asked(native["answers"])
    assert stored["evaluation"]["decision"] == case["expected"]["decision"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_read_can_be_handed_in_again(
    api: APIClient, patient: Patient, form: dict[str, Any], case: dict[str, Any]
) -> None:
    first = api.post("/api/v1/assessments", assessment_body(patient, case["answers"])).json()
    read = fhir(api.get(f"/fhir/QuestionnaireResponse/{first['id']}"))
    again = fhir(api.post("/fhir/QuestionnaireResponse", read), 201)
    stored = api.get(f"/api/v1/assessments/{again['id']}").json()
    assert stored["answers"] == asked(first["answers"])
    assert stored["evaluation"] == first["evaluation"]
