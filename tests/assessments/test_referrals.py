"""A referral is chased until a person says what became of it."""

import datetime as dt
from email.message import Message
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.check_ins.services.announce import announce_due_follow_ups
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.assessments.test_escalation_life import moment, read, report, step
from tests.clock import Clock
from tests.factories import assessment_body, make_member, reassuring_answers
from tests.mail import Postbox

PENDING = {"scheduled", "due", "overdue", "lapsed"}


@pytest.fixture
def clock() -> Clock:
    """Now, and then as the test says."""
    return Clock(timezone.now() + dt.timedelta(seconds=30))


def pending(api: APIClient) -> dict[str, dict[str, Any]]:
    """The pending chasers by kind; there is one of each."""
    rows = api.get("/api/v1/follow-ups", {"page_size": "100"}).json()["results"]
    chasers = [row for row in rows if row["urgency"] and row["state"] in PENDING]
    assert len({row["kind"] for row in chasers}) == len(chasers), "nobody is asked the same twice"
    return {row["kind"]: row for row in chasers}


def say(api: APIClient, chaser: dict[str, Any], result: str, **body: str) -> Any:
    return api.post(f"/api/v1/follow-ups/{chaser['id']}/result", {"result": result, **body})


def about_the_referral(postbox: Postbox) -> list[Message]:
    """The messages that chase a referral; on a weekend a check may fall due in the same hours."""
    return [message for message in postbox.messages if "referral" in str(message["Subject"])]


def announce(clock: Clock) -> int:
    return announce_due_follow_ups(clock=clock)


@pytest.mark.parametrize(
    ("urgency", "kinds"),
    [
        ("emergency_now", {"handover", "attendance"}),
        ("same_day", {"seen"}),
        ("complete_screen_now", set()),
        ("within_2_weeks", {"booking", "outcome"}),
        ("routine", {"letter", "outcome"}),
    ],
)
def test_every_urgency_has_its_chasers(
    api: APIClient, patient: Patient, urgency: str, kinds: set[str]
) -> None:
    escalation = report(api, patient, urgency)
    chasers = pending(api)
    assert set(chasers) == kinds
    for chaser in chasers.values():
        assert_matches("FollowUp", chaser)
        assert (chaser["urgency"], chaser["assessment"]) == (urgency, escalation["assessment"])
        assert chaser["questions"] == []


def test_an_emergency_is_chased_by_the_hour(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    escalation = report(api, patient, "emergency_now")
    opened = moment(escalation["opened_at"])
    windows = {kind: (row["due_at"], row["overdue_at"]) for kind, row in pending(api).items()}
    hours = {
        kind: tuple((moment(at) - opened).total_seconds() / 3600 for at in at_)
        for kind, at_ in windows.items()
    }
    assert hours == {"handover": (0.25, 1), "attendance": (4, 5)}
    for _ in range(8 * 12):
        announce(clock)
        clock.advance(minutes=5)
    assert len(postbox.messages) > 30
    assert {str(message["Subject"])[:9] for message in postbox.messages} == {"EMERGENCY"}
    assert pending(api)["attendance"]["state"] == "overdue"


def test_the_message_of_a_chaser_names_nobody_and_no_answer(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    report(api, patient, "emergency_now")
    clock.advance(minutes=16)
    announce(clock)
    text = postbox.messages[0].as_string()
    for private in (patient.given_name, patient.family_name, str(patient.id), "bladder", "RF-E02"):
        assert private not in text


def test_a_booking_is_due_when_the_deadline_in_working_days_is(api: APIClient, patient: Patient) -> None:
    escalation = report(api, patient, "within_2_weeks")
    assert pending(api)["booking"]["due_at"] == escalation["acknowledge_by"]


def test_a_confirmed_referral_is_not_asked_about_again(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    report(api, patient, "emergency_now")
    for chaser in pending(api).values():
        closed = say(api, chaser, "confirmed").json()
        assert (closed["state"], closed["result"]) == ("answered", "confirmed")
        assert closed["result_by"]["name"] == "Clinician Person"
        assert_matches("FollowUp", closed)
    clock.advance(days=3)
    announce(clock)
    assert not about_the_referral(postbox)


@pytest.mark.parametrize("result", ["not_yet", "unknown"])
def test_not_yet_and_unknown_are_remembered_and_chased_on(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock, result: str
) -> None:
    report(api, patient, "same_day")
    chaser = pending(api)["seen"]
    clock.now = moment(chaser["overdue_at"])
    announce(clock)
    told = len(about_the_referral(postbox))
    said = say(api, chaser, result).json()
    assert (said["result"], said["state"], said["answered_at"]) == (result, "overdue", None)
    clock.advance(hours=5)
    announce(clock)
    assert len(about_the_referral(postbox)) == told + 1


@pytest.mark.holds("HZ-31")
@pytest.mark.parametrize("steps", [(), ("acknowledge",), ("acknowledge", "resolve")])
def test_a_declined_referral_calls_again(api: APIClient, patient: Patient, steps: tuple[str, ...]) -> None:
    escalation = report(api, patient, "emergency_now")
    for name in steps:
        body = {"outcome_code": "handed_over", "outcome": "By ambulance."} if name == "resolve" else {}
        step(api, escalation, name, **body)
    say(api, pending(api)["attendance"], "declined")
    assert read(api, escalation["id"])["state"] == "open"
    chased_again = {"handover", "attendance"} if steps else {"handover"}
    assert set(pending(api)) == chased_again


@pytest.mark.holds("HZ-31")
def test_a_milder_assessment_never_ends_the_chasing_of_an_emergency(api: APIClient, patient: Patient) -> None:
    report(api, patient, "emergency_now")
    before = pending(api)
    api.post("/api/v1/assessments", assessment_body(patient))
    assert pending(api) == before
    report(api, patient, "within_2_weeks")
    after = pending(api)
    assert {kind: after[kind] for kind in before} == before
    assert set(after) == {"handover", "attendance", "booking", "outcome"}


def test_a_worse_assessment_is_chased_in_place_of_the_milder_referral(
    api: APIClient, patient: Patient
) -> None:
    report(api, patient, "within_2_weeks")
    report(api, patient, "emergency_now")
    assert set(pending(api)) == {"handover", "attendance"}


def test_reporting_the_same_again_puts_no_chaser_off(api: APIClient, patient: Patient) -> None:
    report(api, patient, "emergency_now")
    before = pending(api)
    report(api, patient, "emergency_now")
    assert pending(api) == before


def test_an_emergency_of_the_past_that_comes_in_late_is_chased_too(api: APIClient, patient: Patient) -> None:
    api.post("/api/v1/assessments", assessment_body(patient))
    report(api, patient, "emergency_now", days_ago=3)
    assert set(pending(api)) == {"handover", "attendance"}


def test_an_override_upward_and_a_reopening_are_chased(api: APIClient, patient: Patient) -> None:
    escalation = report(api, patient, "complete_screen_now")
    body = {"decision": "refer_emergency", "reason": "Looks unwell."}
    api.post(f"/api/v1/assessments/{escalation['assessment']}/overrides", body)
    assert set(pending(api)) == {"handover", "attendance"}
    step(api, escalation, "acknowledge")
    step(api, escalation, "resolve", outcome_code="excluded", outcome="MRI.")
    assert pending(api) == {}
    step(api, escalation, "reopen", reason="The report was another runner's.")
    assert set(pending(api)) == {"handover", "attendance"}


@pytest.mark.parametrize(
    ("urgency", "code", "left"),
    [
        ("emergency_now", "handed_over", {"attendance"}),
        ("emergency_now", "attended", set()),
        ("same_day", "attended", set()),
        ("same_day", "declined", set()),
        ("within_2_weeks", "booked", {"outcome"}),
        ("within_2_weeks", "not_reached", {"booking", "outcome"}),
        ("routine", "booked", {"outcome"}),
    ],
)
def test_an_outcome_answers_the_chasers_it_is_about(
    api: APIClient, patient: Patient, urgency: str, code: str, left: set[str]
) -> None:
    escalation = report(api, patient, urgency)
    step(api, escalation, "acknowledge")
    assert step(api, escalation, "resolve", outcome_code=code, outcome="As said.").status_code == 200
    assert set(pending(api)) == left


def test_a_result_needs_a_clinician_and_a_word(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    report(api, patient, "emergency_now")
    chaser = pending(api)["handover"]
    assert_problem(say(api, chaser, "perhaps"), "invalid", "/result")
    receptionist = make_member(clinic, Role.RECEPTION)
    answer = say(api, chaser, "confirmed", on_behalf_of=str(receptionist.id))
    assert_problem(answer, "invalid", "/on_behalf_of")
    assert pending(api)["handover"]["result"] is None


def test_checks_take_answers_and_chasers_take_results(api: APIClient, patient: Patient) -> None:
    api.post("/api/v1/assessments", assessment_body(patient))
    report(api, patient, "emergency_now")
    week = api.get("/api/v1/follow-ups", {"kind": "day_7", "state": "scheduled"}).json()["results"][0]
    assert_problem(say(api, week, "confirmed"), "conflict")
    body = assessment_body(patient)
    del body["patient"]
    answer = api.post(f"/api/v1/follow-ups/{pending(api)['handover']['id']}/response", body)
    assert_problem(answer, "conflict")


def test_a_result_comes_once(api: APIClient, patient: Patient) -> None:
    report(api, patient, "emergency_now")
    chaser = pending(api)["handover"]
    assert say(api, chaser, "confirmed").status_code == 200
    assert_problem(say(api, chaser, "declined"), "conflict")


def test_an_archived_runners_referral_can_still_be_closed(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    report(api, patient, "emergency_now")
    with clinic_scope(clinic.id):
        clinic.patients.filter(id=patient.id).update(archived_at=timezone.now())
    assert say(api, pending(api)["handover"], "confirmed").status_code == 200


def test_another_clinics_chaser_is_not_found(api: APIClient, other_api: APIClient, patient: Patient) -> None:
    report(api, patient, "emergency_now")
    chaser = pending(api)["handover"]
    assert say(other_api, chaser, "confirmed").status_code == 404
    assert pending(api)["handover"] == chaser


def test_an_emergency_is_recorded_although_its_chasing_cannot_be_planned(
    api: APIClient, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("assessments.escalations.services.referral_chasers.plan_chasers", fail)
    assert report(api, patient, "emergency_now")["state"] == "open"
    assert pending(api) == {}


@pytest.mark.django_db(transaction=True)
def test_the_timeline_and_the_changes_tell_of_results(api: APIClient, patient: Patient) -> None:
    report(api, patient, "emergency_now")
    chaser = pending(api)["handover"]
    say(api, chaser, "confirmed")
    entries = api.get(f"/api/v1/patients/{patient.id}/timeline").json()["results"]
    [told] = [entry for entry in entries if entry["type"] == "follow_up"]
    assert (told["what"], told["assessment"]) == ("handover_confirmed", chaser["assessment"])
    assert_matches("TimelineEntry", told)
    changes = api.get("/api/v1/changes").json()["results"]
    kinds = [change["change"] for change in changes if change["id"] == chaser["id"]]
    assert kinds == ["created", "updated"]


@pytest.mark.holds("HZ-05")
def test_a_check_that_stays_unanswered_becomes_a_clinicians_task(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(episode_duration_days=3)))
    clock.advance(hours=48)
    announce(clock)
    subjects = [str(message["Subject"]) for message in postbox.messages]
    assert any(subject.startswith("A clinician must act") for subject in subjects)
    [task] = api.get("/api/v1/follow-ups", {"kind": "clinician_task"}).json()["results"]
    assert task["state"] == "due"
    assert say(api, task, "not_yet").json()["state"] == "due"
    clock.advance(hours=25)
    announce(clock)
    assert [str(message["Subject"]) for message in postbox.messages].count(subjects[-1]) >= 1
    assert say(api, task, "confirmed").json()["state"] == "answered"


def test_an_answered_check_spares_the_clinicians_task(api: APIClient, patient: Patient) -> None:
    made = api.post("/api/v1/assessments", assessment_body(patient)).json()
    body = assessment_body(patient)
    del body["patient"]
    checks = api.get("/api/v1/follow-ups", {"kind": "check_24_hours"}).json()["results"]
    api.post(f"/api/v1/follow-ups/{checks[0]['id']}/response", body)
    tasks = api.get("/api/v1/follow-ups", {"kind": "clinician_task"}).json()["results"]
    assert [row["state"] for row in tasks if row["assessment"] == made["id"]] == ["cancelled"]


def test_no_words_for_a_check_that_was_answered_unclearly_say_that_it_was_not_answered(
    clinic: Clinic, patient: Patient, api: APIClient, postbox: Postbox, clock: Clock
) -> None:
    """A check with a score left open is answered, and somebody must still reach the runner."""
    api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(episode_duration_days=3)))
    [check] = api.get("/api/v1/follow-ups", {"kind": "check_24_hours"}).json()["results"]
    body = assessment_body(patient, reassuring_answers(trend=None), assessor_role="patient_self_report")
    del body["patient"]
    answer = api.post(f"/api/v1/follow-ups/{check['id']}/response", body)
    assert answer.status_code == 201, answer.json()
    pending = api.get("/api/v1/follow-ups", {"kind": "clinician_task"}).json()["results"]
    task = next(row for row in pending if row["state"] in ("scheduled", "due"))
    clock.advance(hours=30)
    announce(clock)
    with clinic_scope(clinic.id):
        row = clinic.follow_ups.get(id=task["id"])
    said = [str(message["Subject"]) for message in postbox.messages] + [row.get_kind_display()]
    said = [line for line in said if line.startswith(("A clinician must act", "Reach the runner"))]
    assert len(said) >= 2
    for line in said:
        assert "unanswered" not in line
        assert "not answered in full" in line
