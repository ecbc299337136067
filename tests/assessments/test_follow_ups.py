"""A follow-up falls due, is chased, and its answer becomes an assessment of its own."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.follow_ups.documents import FRESH_QUESTIONS
from assessments.follow_ups.models import FollowUp
from assessments.protocol.follow_up import CARRIED_QUESTIONS
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, make_patient, reassuring_answers
from tests.mail import Postbox

NEW_DAY = {name: value for name, value in reassuring_answers().items() if name not in CARRIED_QUESTIONS}

#: A run whose check is open and whose next day isn't known yet.
RAN_YESTERDAY: dict[str, object] = {"pain_next_day_nrs": None, "hours_since_run": 20}


@pytest.fixture
def clock() -> Clock:
    """Now, and then as the test says."""
    return Clock(timezone.now())


def record(api: APIClient, patient: Patient, **changes: object) -> dict[str, Any]:
    """A recorded assessment on the third day of an episode, unless said otherwise."""
    answers = reassuring_answers(**{"episode_duration_days": 3, **changes})
    answer = api.post("/api/v1/assessments", assessment_body(patient, answers))
    assert answer.status_code == 201, answer.json()
    document: dict[str, Any] = answer.json()
    return document


def follow_ups(api: APIClient, **filters: str) -> dict[str, dict[str, Any]]:
    """The pending follow-ups by kind."""
    results = api.get("/api/v1/follow-ups", filters).json()["results"]
    return {row["kind"]: row for row in results if row["state"] not in ("cancelled", "answered")}


def answer_check(api: APIClient, check: str, answers: dict[str, object], **changes: object) -> Any:
    body = {
        "assessed_at": timezone.now().isoformat(),
        "assessor_role": "physiotherapist",
        "answers": answers,
        **changes,
    }
    return api.post(f"/api/v1/follow-ups/{check}/response", body)


def announce(clock: Clock) -> int:
    return announce_due_follow_ups(clock=clock)


def subjects(postbox: Postbox) -> list[str]:
    return [str(message["Subject"]).partition(" - ")[0] for message in postbox.messages]


def test_a_run_is_checked_after_24_hours_and_the_episode_on_its_days(
    api: APIClient, patient: Patient
) -> None:
    ran_at = timezone.now() - dt.timedelta(hours=10)
    record(api, patient, pain_next_day_nrs=None, hours_since_run=10, episode_duration_days=20)
    planned = follow_ups(api)
    assert set(planned) == {"check_24_hours", "clinician_task", "day_7", "day_28", "day_42"}
    for field, hours in (("opens_at", 18), ("due_at", 24), ("overdue_at", 30), ("permission_lapses_at", 36)):
        moment = dt.datetime.fromisoformat(planned["check_24_hours"][field])
        assert abs(moment - (ran_at + dt.timedelta(hours=hours))) < dt.timedelta(minutes=1)


def test_a_newer_assessment_replaces_the_schedule_of_the_older(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    record(api, patient)
    newer = record(api, patient, pain_walking_nrs=5)
    pending = follow_ups(api)
    assert {row["assessment"] for row in pending.values()} == {newer["id"]}
    with clinic_scope(clinic.id):
        assert clinic.follow_ups.filter(state="cancelled", next_attempt_at=None).exists()


def test_a_record_of_the_past_never_replaces_the_schedule_of_a_later_decision(
    api: APIClient, patient: Patient
) -> None:
    today = record(api, patient)
    last_week = (timezone.now() - dt.timedelta(days=7)).isoformat()
    late = api.post("/api/v1/assessments", assessment_body(patient, assessed_at=last_week)).json()
    assert late["follow_ups"] == []
    assert {row["assessment"] for row in follow_ups(api).values()} == {today["id"]}


def test_an_emergency_of_the_past_that_comes_in_late_still_reaches_a_person(
    api: APIClient, patient: Patient
) -> None:
    record(api, patient)
    last_week = (timezone.now() - dt.timedelta(days=7)).isoformat()
    body = assessment_body(patient, reassuring_answers(saddle_sensation_change="yes"), assessed_at=last_week)
    assert api.post("/api/v1/assessments", body).json()["escalation"] is not None


@pytest.mark.holds("HZ-05")
def test_a_due_check_is_announced_chased_and_then_the_permission_lapses(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    record(api, patient)
    clock.advance(hours=23, minutes=59)
    assert announce(clock) == 0
    clock.advance(minutes=2)
    announce(clock)
    clock.advance(hours=6)
    announce(clock)
    clock.advance(hours=6)
    announce(clock)
    assert subjects(postbox) == [
        "A follow-up is due",
        "A follow-up is overdue",
        "A follow-up was not answered: permission has lapsed",
    ]
    assert follow_ups(api)["check_24_hours"]["state"] == "lapsed"
    clock.advance(days=1, minutes=1)
    announce(clock)
    assert sorted(subjects(postbox)[3:]) == [
        "A clinician must act: a check is not answered in full",
        "A follow-up was not answered: permission has lapsed",
    ], "silence is chased for as long as it lasts"


def test_a_worker_that_slept_through_the_window_says_the_latest_state_once(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    record(api, patient)
    clock.advance(hours=40)
    announce(clock)
    announce(clock)
    assert subjects(postbox) == ["A follow-up was not answered: permission has lapsed"]


def test_messages_carry_no_health_data(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    record(api, patient, clinician_note="zebra-marker")
    clock.advance(hours=25)
    announce(clock)
    text = postbox.messages[0].as_string()
    for private in ("zebra-marker", patient.given_name, patient.family_name, str(patient.id), "pain"):
        assert private not in text


def test_an_answered_check_is_an_assessment_linked_to_the_first(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    first = record(api, patient, cancer_history="no", **RAN_YESTERDAY)
    check = follow_ups(api)["check_24_hours"]["id"]
    answer = answer_check(api, check, NEW_DAY)
    assert answer.status_code == 201, answer.json()
    document = answer.json()
    assert document["evaluation"]["decision"] == "continue_running"
    assert document["answers"]["cancer_history"] == "no"
    assert document["carried"]["cancer_history"]["assessment"] == first["id"]
    assert "bladder_change" not in document["carried"]
    closed = api.get(f"/api/v1/follow-ups/{check}").json()
    assert (closed["state"], closed["answer"]) == ("answered", document["id"])
    clock.advance(hours=24, minutes=1)
    announce(clock)
    assert len(postbox.messages) == 1, "the answered check is silent; the new decision's own check is due"


def test_what_a_check_must_ask_is_listed(api: APIClient, patient: Patient) -> None:
    record(api, patient)
    questions = follow_ups(api)["check_24_hours"]["questions"]
    assert questions == FRESH_QUESTIONS
    for name in ("saddle_sensation_change", "bladder_change", "leg_weakness", "pain_next_day_nrs", "trend"):
        assert name in questions
    assert not CARRIED_QUESTIONS & set(questions)


@pytest.mark.parametrize(
    "left_out", ["bladder_change", "leg_weakness", "vascular_warning", "walking_ability"]
)
def test_a_screening_question_left_out_of_a_check_is_unknown_never_carried(
    api: APIClient, patient: Patient, left_out: str
) -> None:
    record(api, patient)
    check = follow_ups(api)["check_24_hours"]["id"]
    answers = {name: value for name, value in NEW_DAY.items() if name != left_out}
    evaluation = answer_check(api, check, answers).json()["evaluation"]
    assert evaluation["decision"] == "insufficient_information"
    assert left_out in evaluation["next_questions"]


def test_a_check_that_reports_leg_weakness_is_escalated(api: APIClient, patient: Patient) -> None:
    record(api, patient)
    check = follow_ups(api)["check_24_hours"]["id"]
    answers = NEW_DAY | {"leg_weakness": "mild_unilateral", "leg_symptom_progression": "worsening"}
    document = answer_check(api, check, answers).json()
    assert document["evaluation"]["decision"] == "refer_emergency"
    assert document["escalation"] is not None
    assert "check_24_hours" not in follow_ups(api), "no running, so no check after a run"


def test_the_episode_grows_older_with_each_check_and_keeps_the_first_date(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    ten_days_ago = timezone.now() - dt.timedelta(days=10)
    body = assessment_body(
        patient, reassuring_answers(episode_duration_days=20), assessed_at=ten_days_ago.isoformat()
    )
    first = api.post("/api/v1/assessments", body).json()
    second = answer_check(
        api,
        follow_ups(api)["check_24_hours"]["id"],
        NEW_DAY,
        assessed_at=(ten_days_ago + dt.timedelta(days=4)).isoformat(),
    ).json()
    assert second["answers"]["episode_duration_days"] == 24
    third = answer_check(api, follow_ups(api)["check_24_hours"]["id"], NEW_DAY).json()
    assert third["answers"]["episode_duration_days"] == 30
    assert third["carried"]["cancer_history"]["assessment"] == first["id"]


def test_answers_older_than_28_days_are_asked_again(api: APIClient, patient: Patient) -> None:
    long_ago = timezone.now() - dt.timedelta(days=29)
    api.post("/api/v1/assessments", assessment_body(patient, assessed_at=long_ago.isoformat()))
    document = answer_check(api, follow_ups(api)["day_7"]["id"], NEW_DAY).json()
    assert document["carried"] == {}
    assert "cancer_history" in document["evaluation"]["next_questions"]


def test_a_birthday_between_two_checks_is_not_a_contradiction(api: APIClient, clinic: Clinic) -> None:
    today = timezone.now().date()
    patient = make_patient(clinic, birth_date=today.replace(year=today.year - 40))
    yesterday = (timezone.now() - dt.timedelta(days=1)).isoformat()
    body = assessment_body(patient, reassuring_answers(age_years=39), assessed_at=yesterday)
    assert api.post("/api/v1/assessments", body).json()["notices"] == []
    document = answer_check(api, follow_ups(api)["check_24_hours"]["id"], NEW_DAY).json()
    assert document["answers"]["age_years"] == 40
    assert [notice["code"] for notice in document["notices"]] == ["age_from_birth_date"]


def test_an_answer_comes_once(api: APIClient, patient: Patient) -> None:
    record(api, patient, **RAN_YESTERDAY)
    check = follow_ups(api)["check_24_hours"]["id"]
    assert answer_check(api, check, NEW_DAY).status_code == 201
    again = answer_check(api, check, NEW_DAY)
    assert (again.status_code, again.json()["detail"]) == (409, "The follow-up is answered.")


def test_a_broken_answer_leaves_the_check_open(api: APIClient, patient: Patient) -> None:
    record(api, patient)
    check = follow_ups(api)["check_24_hours"]["id"]
    refused = answer_check(api, check, NEW_DAY | {"pain_next_day_nrs": 11})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/answers/pain_next_day_nrs"
    assert api.get(f"/api/v1/follow-ups/{check}").json()["state"] == "scheduled"


def test_another_clinics_follow_up_is_not_found(
    api: APIClient, other_api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    record(api, patient)
    check = follow_ups(api)["check_24_hours"]["id"]
    assert other_api.get(f"/api/v1/follow-ups/{check}").status_code == 404
    assert answer_check(other_api, check, NEW_DAY).status_code == 404
    with clinic_scope(clinic.id):
        assert clinic.follow_ups.get(id=check).state == FollowUp.State.SCHEDULED
