"""From the first message to the outcome: deadlines that pass, later findings, who holds what."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.models import Escalation
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.protocol.urgencies import meaning_of
from backend.platform.outbound.delivery import Message
from backend.platform.outbound.email import EmailChannel
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.clock import Clock
from tests.factories import assessment_body, make_patient, reassuring_answers
from tests.mail import Postbox, SilentServer, free_port, mailed_through

OPERATOR = "operator@service.example"
URGENCIES: dict[str, dict[str, object]] = {
    "routine": {"analgesic_after_every_run": "yes"},
    "within_2_weeks": {"cancer_history": "yes"},
    "complete_screen_now": {"bladder_change": None},
    "same_day": {"fever_or_rigors": "yes"},
    "emergency_now": {"bladder_change": "yes"},
}


@pytest.fixture
def clock(settings: Any) -> Clock:
    """Now, and then as the test says; the operator can be reached."""
    settings.OPERATOR_EMAILS = [OPERATOR]
    return Clock(timezone.now() + dt.timedelta(seconds=30))


def report(api: APIClient, patient: Patient, urgency: str, *, days_ago: float = 0) -> dict[str, Any]:
    """Record answers of an urgency; returns the escalation's document."""
    at = (timezone.now() - dt.timedelta(days=days_ago)).isoformat()
    body = assessment_body(patient, reassuring_answers(**URGENCIES[urgency]), assessed_at=at)
    return read(api, api.post("/api/v1/assessments", body).json()["escalation"])


def read(api: APIClient, escalation: str) -> dict[str, Any]:
    document: dict[str, Any] = api.get(f"/api/v1/escalations/{escalation}").json()
    assert document["urgency"] in URGENCIES, document
    return document


def step(api: APIClient, escalation: dict[str, Any], name: str, **body: str) -> Any:
    return api.post(f"/api/v1/escalations/{escalation['id']}/{name}", body)


def deliver(clock: Clock) -> int:
    return deliver_due_escalations(clock=clock)


def events(clinic: Clinic, escalation: dict[str, Any]) -> list[str]:
    with clinic_scope(clinic.id):
        found = clinic.escalation_events.filter(escalation=escalation["id"])
        return list(found.order_by("at", "id").values_list("kind", flat=True))


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def to_operator(postbox: Postbox) -> list[str]:
    return [str(message["Message-ID"]) for message in postbox.messages if message["To"] == OPERATOR]


def test_the_first_message_that_leaves_is_noted_once(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    emergency = report(api, patient, "emergency_now")
    postbox.refuse = lambda _: "451 try later"
    deliver(clock)
    assert read(api, emergency["id"])["notified_at"] is None, "nothing has left"
    postbox.refuse = lambda _: None
    clock.advance(seconds=6)
    deliver(clock)
    notified_at = read(api, emergency["id"])["notified_at"]
    assert moment(notified_at) == clock()
    clock.advance(minutes=6)
    deliver(clock)
    assert read(api, emergency["id"])["notified_at"] == notified_at
    assert events(clinic, emergency) == ["notified"]


@pytest.mark.holds("S11", "HZ-32")
def test_a_passed_deadline_is_a_breach_that_pages_the_operator_once(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    emergency = report(api, patient, "emergency_now")
    for _ in range(5 * 30):
        deliver(clock)
        clock.advance(seconds=12)
    breached_at = read(api, emergency["id"])["breached_at"]
    late = moment(breached_at) - moment(emergency["acknowledge_by"])
    assert dt.timedelta(0) <= late <= dt.timedelta(seconds=12)
    assert events(clinic, emergency) == ["notified", "breached"]
    assert len(to_operator(postbox)) == 1
    assert len(postbox.messages) > 10, "the last rung goes on being told"


@pytest.mark.parametrize("urgency", ["within_2_weeks", "routine"])
def test_a_breach_goes_to_the_last_rung(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock, urgency: str
) -> None:
    assert clinic.lead is not None
    escalation = report(api, patient, urgency)
    clock.now = moment(escalation["acknowledge_by"])
    deliver(clock)
    told = {str(message["To"]) for message in postbox.messages}
    assert {OPERATOR, clinic.lead.user.email} <= told


def test_a_worker_that_dies_at_the_breach_pages_the_operator_with_one_message_id(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    class DiesAfterwards(EmailChannel):
        def send(self, message: Message) -> None:
            super().send(message)
            if message.address == OPERATOR:
                raise SystemExit

    emergency = report(api, patient, "emergency_now")
    clock.now = moment(emergency["acknowledge_by"])
    with pytest.raises(SystemExit), mailed_through(DiesAfterwards()):
        deliver_due_escalations(clock=clock)
    clock.advance(seconds=31)
    deliver(clock)
    assert len(set(to_operator(postbox))) == 1
    assert len(to_operator(postbox)) == 2, "it can't know that the first one arrived"
    assert events(clinic, emergency).count("breached") == 1


@pytest.mark.parametrize("urgency", list(URGENCIES))
@pytest.mark.parametrize("refusal", [None, "451 try later"])
def test_no_wait_runs_past_the_deadline(
    api: APIClient, patient: Patient, postbox: Postbox, clock: Clock, urgency: str, refusal: str | None
) -> None:
    escalation = report(api, patient, urgency)
    deadline = moment(escalation["acknowledge_by"])
    postbox.refuse = lambda _: refusal
    clock.now = deadline - dt.timedelta(seconds=2)
    assert deliver(clock) == 1
    waiting = read(api, escalation["id"])
    assert (moment(waiting["next_attempt_at"]), waiting["breached_at"]) == (deadline, None)
    clock.now = deadline
    assert deliver(clock) == 1
    after = read(api, escalation["id"])
    assert after["breached_at"] is not None
    assert moment(after["next_attempt_at"]) > deadline


@pytest.mark.holds("HZ-32")
def test_mail_that_never_leaves_does_not_hide_the_breach(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    emergency = report(api, patient, "emergency_now")
    postbox.refuse = lambda _: "451 try later"
    for _ in range(40):
        deliver(clock)
        clock.advance(seconds=30)
    assert events(clinic, emergency) == ["breached"]
    postbox.refuse = lambda _: None
    clock.advance(minutes=2)
    deliver(clock)
    assert len(to_operator(postbox)) == 1


def test_a_worse_finding_takes_the_place_of_an_open_escalation(
    api: APIClient, clinic: Clinic, patient: Patient, clock: Clock
) -> None:
    before = report(api, patient, "same_day")
    worse = report(api, patient, "emergency_now")
    closed = read(api, before["id"])
    assert (closed["state"], closed["superseded_by"]) == ("superseded", worse["id"])
    assert closed["next_attempt_at"] is None
    assert events(clinic, before) == ["superseded"]
    assert worse["state"] == "open"
    assert deliver(clock) == 1


def test_a_milder_finding_leaves_the_more_urgent_call_as_it_is(api: APIClient, patient: Patient) -> None:
    emergency = report(api, patient, "emergency_now")
    milder = report(api, patient, "within_2_weeks")
    assert read(api, emergency["id"]) == emergency
    assert milder["state"] == "open"


def test_a_finding_of_the_past_never_closes_a_later_one(api: APIClient, patient: Patient) -> None:
    today = report(api, patient, "same_day")
    last_week = report(api, patient, "emergency_now", days_ago=7)
    assert (read(api, today["id"])["state"], last_week["state"]) == ("open", "open")


@pytest.mark.holds("HZ-26")
def test_another_runners_escalation_is_left_alone(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    mine = report(api, patient, "same_day")
    report(api, make_patient(clinic), "emergency_now")
    assert read(api, mine["id"])["state"] == "open"


def test_reporting_the_same_again_puts_no_deadline_off_and_starts_no_ladder_anew(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    assert clinic.lead is not None
    first = report(api, patient, "emergency_now")
    long_ago = timezone.now() - dt.timedelta(minutes=10)
    with clinic_scope(clinic.id):
        Escalation.objects.filter(id=first["id"]).update(
            called_since=long_ago, acknowledge_by=long_ago + dt.timedelta(minutes=15)
        )
    again = report(api, patient, "emergency_now")
    assert moment(again["acknowledge_by"]) == long_ago + dt.timedelta(minutes=15)
    deliver(clock)
    assert clinic.lead.user.email in {str(message["To"]) for message in postbox.messages}


def test_what_somebody_holds_is_called_again_when_it_gets_worse(
    api: APIClient, patient: Patient, clock: Clock
) -> None:
    held = report(api, patient, "same_day")
    step(api, held, "acknowledge")
    worse = report(api, patient, "emergency_now")
    assert read(api, held["id"])["state"] == "acknowledged", "still in somebody's hands"
    assert worse["state"] == "open"
    assert deliver(clock) == 1


@pytest.mark.parametrize("name", ["acknowledge", "resolve", "reopen"])
def test_a_superseded_escalation_names_the_one_to_act_on(api: APIClient, patient: Patient, name: str) -> None:
    first = report(api, patient, "routine")
    report(api, patient, "same_day")
    last = report(api, patient, "emergency_now")
    body = {"outcome_code": "attended", "outcome": "Seen.", "reason": "Worse."}
    wanted = {"acknowledge": (), "resolve": ("outcome_code", "outcome"), "reopen": ("reason",)}[name]
    problem = assert_problem(step(api, first, name, **{key: body[key] for key in wanted}), "conflict")
    assert last["id"] in problem["detail"]


def test_an_override_upward_calls_again_although_the_successor_was_resolved(
    api: APIClient, patient: Patient
) -> None:
    first = report(api, patient, "same_day")
    later = report(api, patient, "same_day")
    step(api, later, "acknowledge")
    step(api, later, "resolve", outcome_code="attended", outcome="Seen.")
    body = {"decision": "refer_emergency", "reason": "Worse on the telephone."}
    api.post(f"/api/v1/assessments/{first['assessment']}/overrides", body)
    raised = read(api, first["id"])
    assert (raised["state"], raised["urgency"], raised["superseded_by"]) == ("open", "emergency_now", None)


def test_a_reopened_escalation_has_a_deadline_and_a_ladder_of_its_own(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    assert clinic.on_call is not None
    emergency = report(api, patient, "emergency_now")
    with clinic_scope(clinic.id):
        yesterday = timezone.now() - dt.timedelta(days=1)
        Escalation.objects.filter(id=emergency["id"]).update(
            called_since=yesterday, acknowledge_by=yesterday, breached_at=yesterday
        )
    step(api, emergency, "acknowledge")
    reopened = step(api, emergency, "reopen", reason="Not reached.").json()
    assert reopened["breached_at"] is None
    left = moment(reopened["acknowledge_by"]) - timezone.now()
    whole = meaning_of("emergency_now").acknowledge.shortest
    assert whole - dt.timedelta(minutes=1) < left <= whole
    clock.now = timezone.now()
    deliver(clock)
    assert [message["To"] for message in postbox.messages] == [clinic.on_call.user.email]


def test_reopening_in_the_middle_of_a_round_tells_again_whom_it_had_told(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    emergency = report(api, patient, "emergency_now")
    clock.advance(minutes=6)

    def only_the_first(_: str) -> str | None:
        return "451 try later" if postbox.messages else None

    postbox.refuse = only_the_first
    deliver(clock)
    assert len(postbox.messages) == 1
    step(api, emergency, "acknowledge")
    step(api, emergency, "reopen", reason="Not reached.")
    postbox.refuse = lambda _: None
    clock.now = timezone.now()
    deliver(clock)
    assert len(postbox.messages) == 2


@pytest.mark.holds("S11")
@pytest.mark.parametrize(
    ("urgency", "refused"),
    [
        ("emergency_now", ["booked", "screen_completed", "declined", "not_reached"]),
        ("same_day", ["booked", "screen_completed", "not_reached"]),
        ("within_2_weeks", []),
    ],
)
def test_what_cannot_wait_is_closed_by_a_hand_over_or_an_exclusion(
    api: APIClient, patient: Patient, urgency: str, refused: list[str]
) -> None:
    escalation = report(api, patient, urgency)
    step(api, escalation, "acknowledge")
    for code in refused:
        answer = step(api, escalation, "resolve", outcome_code=code, outcome="As said.")
        assert_problem(answer, "invalid", "/outcome_code")
    code = "excluded" if refused else "not_reached"
    resolved = step(api, escalation, "resolve", outcome_code=code, outcome="As said.").json()
    assert (resolved["state"], resolved["outcome_code"]) == ("resolved", code)


def test_the_history_tells_who_did_what_and_what_became_of_each_message(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    assert clinic.on_call is not None
    emergency = report(api, patient, "emergency_now")
    postbox.refuse = lambda _: "451 try later"
    deliver(clock)
    postbox.refuse = lambda _: None
    clock.advance(seconds=6)
    deliver(clock)
    step(api, emergency, "acknowledge")
    step(api, emergency, "resolve", outcome_code="handed_over", outcome="Spinal registrar.")
    entries = api.get(f"/api/v1/escalations/{emergency['id']}/history").json()["results"]
    for entry in entries:
        assert_matches("EscalationHistoryEntry", entry)
    by_kind = {entry["what"]: entry for entry in entries}
    assert entries[0]["what"] == "opened"
    tries = [entry["message"] for entry in entries if entry["what"] == "message"]
    assert [(one["result"], one["reason"] != "") for one in tries] == [("failed", True), ("sent", False)]
    assert {(one["id"], one["to"], one["channel"]) for one in tries} == {
        (tries[0]["id"], clinic.on_call.user.email, "email")
    }
    assert all(one["latency_ms"] >= 0 for one in tries)
    assert set(by_kind) == {"opened", "message", "notified", "acknowledged", "resolved"}
    assert by_kind["resolved"]["note"] == "Spinal registrar."
    assert by_kind["resolved"]["by"]["name"] == "Clinician Person"
    assert by_kind["notified"]["by"] is None


def test_another_clinics_history_is_not_found(api: APIClient, other_api: APIClient, patient: Patient) -> None:
    emergency = report(api, patient, "emergency_now")
    assert other_api.get(f"/api/v1/escalations/{emergency['id']}/history").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_acknowledging_waits_for_no_mail_server_that_hangs(
    api: APIClient, clinic: Clinic, patient: Patient, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port(), 10
    hanging = SilentServer(settings.EMAIL_PORT)
    emergency = report(api, patient, "emergency_now")

    def work() -> None:
        deliver_due_escalations(clock=timezone.now)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert hanging.somebody_hangs.wait(10)
    answer = step(api, emergency, "acknowledge")
    hanging.stop()
    worker.join(10)
    assert not worker.is_alive()
    assert answer.json()["state"] == "acknowledged"
    now_is = read(api, emergency["id"])
    assert (now_is["state"], now_is["next_attempt_at"]) == ("acknowledged", None)
    assert deliver_due_escalations(clock=timezone.now) == 0
