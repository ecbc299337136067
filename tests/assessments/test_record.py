"""An assessment is recorded with everything it promises, or not at all."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from assessments.protocol.urgencies import meaning_of
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, make_patient, reassuring_answers

URL = "/api/v1/assessments"


def test_a_reassuring_record_lets_the_runner_continue(api: APIClient, patient: Patient) -> None:
    answer = api.post(URL, assessment_body(patient))
    assert answer.status_code == 201, answer.json()
    document = answer.json()
    assert document["evaluation"]["decision"] == "continue_running"
    assert document["escalation"] is None
    assert api.get(answer["Location"]).json() == document


def test_a_new_bladder_change_opens_an_emergency(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    document = api.post(URL, assessment_body(patient, reassuring_answers(bladder_change="yes"))).json()
    assert document["evaluation"]["decision"] == "refer_emergency"
    escalation = api.get(f"/api/v1/escalations/{document['escalation']}").json()
    assert escalation["urgency"] == "emergency_now"
    assert escalation["reasons"] == [{"id": "RF-E02", "title": escalation["reasons"][0]["title"]}]
    deadline = dt.datetime.fromisoformat(escalation["acknowledge_by"])
    left = deadline - dt.datetime.fromisoformat(escalation["opened_at"])
    assert left == meaning_of("emergency_now").acknowledge.time


def test_an_unasked_bladder_question_is_named_and_reaches_a_person(api: APIClient, patient: Patient) -> None:
    document = api.post(URL, assessment_body(patient, reassuring_answers(bladder_change=None))).json()
    evaluation = document["evaluation"]
    assert evaluation["decision"] == "insufficient_information"
    assert evaluation["next_questions"][0] == "bladder_change"
    assert api.get(f"/api/v1/escalations/{document['escalation']}").json()["urgency"] == "complete_screen_now"


def test_a_broken_body_names_every_place_and_stores_nothing(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    answers = reassuring_answers(pain_usual_nrs=2.5, leg_pain="left", shoe_size=43)
    body = assessment_body(
        patient, answers, assessed_at="2999-01-01T00:00:00Z", assessor_role="barber", colour="red"
    )
    answer = api.post(URL, body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/answers/pain_usual_nrs",
        "/answers/leg_pain",
        "/answers/shoe_size",
        "/assessed_at",
        "/assessor_role",
        "/colour",
    }
    with clinic_scope(clinic.id):
        assert not clinic.assessments.exists()
        assert not clinic.follow_ups.exists()


@pytest.mark.holds("HZ-04")
def test_another_clinics_patient_is_not_found(api: APIClient, other_clinic: Clinic) -> None:
    stranger = make_patient(other_clinic)
    answer = api.post(URL, assessment_body(stranger))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"pointer": "/patient", "code": "not_found", "detail": "There is no such patient."}
    ]
    with clinic_scope(other_clinic.id):
        assert not other_clinic.assessments.exists()


@pytest.mark.holds("HZ-09")
@pytest.mark.parametrize(
    "setting", ["emergency_number", "emergency_destination", "on_call", "takes_pregnant_runners"]
)
def test_without_an_emergency_pathway_nothing_is_recorded(
    api: APIClient, clinic: Clinic, patient: Patient, setting: str
) -> None:
    with clinic_scope(clinic.id):
        setattr(clinic, setting, "" if setting.startswith("emergency") else None)
        clinic.save()
    answer = api.post(URL, assessment_body(patient))
    assert answer.status_code == 409
    assert answer.json()["code"] == "pathway_incomplete"
    assert setting in answer.json()["detail"]


def test_a_clinic_of_before_the_question_about_pregnant_runners_goes_on_recording(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    with clinic_scope(clinic.id):
        Clinic.objects.update(takes_pregnant_runners=None, may_answer_later=True)
    assert api.post(URL, assessment_body(patient)).status_code == 201


@pytest.mark.parametrize("taken", [True, False])
def test_every_pregnant_record_is_evaluated_whatever_the_clinic_takes(
    api: APIClient, clinic: Clinic, patient: Patient, taken: bool
) -> None:
    with clinic_scope(clinic.id):
        Clinic.objects.update(takes_pregnant_runners=taken)
    pregnant = reassuring_answers(
        sex_at_birth="female", pregnancy_status="pregnant", pregnancy_warning_signs="yes"
    )
    document = api.post(URL, assessment_body(patient, pregnant)).json()
    assert document["evaluation"]["decision"] == "refer_emergency"
    assert "RF-E15" in {met["id"] for met in document["evaluation"]["criteria_met"]}


def test_the_age_comes_from_the_birth_date(api: APIClient, clinic: Clinic) -> None:
    child = make_patient(clinic, birth_date=timezone.now().date() - dt.timedelta(days=17 * 365))
    document = api.post(URL, assessment_body(child, reassuring_answers(age_years=None))).json()
    assert document["answers"]["age_years"] == 16
    assert document["evaluation"]["decision"] == "stop_running_clearance_required"
    assert [notice["code"] for notice in document["notices"]] == ["age_from_birth_date"]


@pytest.mark.holds("HZ-04")
def test_an_age_that_contradicts_the_birth_date_is_said(api: APIClient, clinic: Clinic) -> None:
    patient = make_patient(clinic, birth_date=dt.date(1950, 1, 1))
    document = api.post(URL, assessment_body(patient)).json()
    assert [notice["code"] for notice in document["notices"]] == ["age_differs_from_birth_date"]


def test_a_recorded_clearance_needs_a_name_and_a_date(api: APIClient, patient: Patient) -> None:
    diagnosis = {"code": "disc_injury", "status": "confirmed_current", "clearance": "yes"}
    refused = api.post(URL, assessment_body(patient, reassuring_answers(diagnoses=[diagnosis])))
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        "/answers/diagnoses/0/cleared_by",
        "/answers/diagnoses/0/cleared_at",
    ]
    cleared = diagnosis | {"cleared_by": "Dr A. Example", "cleared_at": "2026-01-05"}
    taken = api.post(URL, assessment_body(patient, reassuring_answers(diagnoses=[cleared])))
    assert taken.json()["evaluation"]["adjust_level"] == "graded_return"


@pytest.mark.holds("S12", "HZ-34")
def test_the_database_refuses_to_change_or_delete_an_assessment(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    made = api.post(URL, assessment_body(patient)).json()["id"]
    for change in (lambda rows: rows.update(decision="x"), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="never changed"), clinic_scope(clinic.id):
            change(Assessment.objects.filter(id=made))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("bladder_change", "statements"), [("no", 8), ("yes", 12)])
def test_recording_takes_few_statements_authentication_included(
    api: APIClient,
    patient: Patient,
    bladder_change: str,
    statements: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(statements) as captured:
        answer = api.post(URL, assessment_body(patient, reassuring_answers(bladder_change=bladder_change)))
    assert answer.status_code == 201
    assert len(captured.captured_queries) >= 5, "the count must see the real statements"


@pytest.mark.holds("S14", "HZ-02")
def test_a_broker_that_is_down_does_not_fail_the_request(
    api: APIClient,
    patient: Patient,
    unreachable_broker: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        answer = api.post(URL, assessment_body(patient, reassuring_answers(bladder_change="yes")))
    assert answer.status_code == 201
    assert len(callbacks) == 1


def test_the_rows_belong_to_the_clinic_of_the_token(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    made = api.post(URL, assessment_body(patient)).json()["id"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM assessments_assessment")
        assert cursor.fetchone() == (0,), "outside any clinic nothing is visible"
    with clinic_scope(clinic.id):
        assert str(clinic.assessments.get().id) == made


@pytest.mark.holds("HZ-02")
def test_an_emergency_is_recorded_even_if_planning_its_follow_ups_fails(
    api: APIClient, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("assessments.follow_ups.services.schedule.plan_follow_ups", fail)
    monkeypatch.setattr("assessments.escalations.services.referral_chasers.plan_chasers", fail)
    answer = api.post(URL, assessment_body(patient, reassuring_answers(bladder_change="yes")))
    assert answer.status_code == 201
    assert answer.json()["escalation"] is not None
    assert answer.json()["follow_ups"] == []
