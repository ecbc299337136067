"""Every event arrives at a real receiver, once for each cause, and never when the cause was taken back."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.operations.services.sweep import sweep
from assessments.webhooks.models import EventType, WebhookEvent
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox
from tests.programme.weeks import Weeks
from tests.webhooks.endpoints import Listening, deliver, listen

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
EMERGENCY = reassuring_answers(bladder_change="yes")
FINISHED = {"outcome_code": "handed_over", "outcome": "Handed over to A&E."}


def record(api: APIClient, patient: Patient, answers: dict[str, object] | None = None) -> Any:
    made = api.post(f"{V1}/assessments", assessment_body(patient, answers))
    assert made.status_code == 201, made.json()
    return made.json()


def act(api: APIClient, path: str, body: dict[str, Any] | None = None) -> Any:
    answer = api.post(f"{V1}/{path}", body or {})
    assert answer.status_code < 300, answer.json()
    return answer.json()


def news(endpoint: Listening, clock: Clock) -> list[tuple[str, str]]:
    """What a pass brings that had not been heard before; a second pass must bring nothing."""
    before = len(endpoint.heard())
    deliver(clock)
    assert deliver(clock) == 0
    return sorted(endpoint.heard()[before:])


def test_an_assessment_and_its_amendment(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    first = record(api, patient)
    assert news(endpoint, clock) == [("assessment.recorded", first["id"])]
    body = assessment_body(patient, reassuring_answers(pain_usual_nrs=1))
    del body["patient"]
    amended = act(api, f"assessments/{first['id']}/amendments", {**body, "reason": "A slip."})
    assert news(endpoint, clock) == [("assessment.amended", amended["id"])]


def test_an_escalation_from_opening_to_the_end(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock, postbox: Postbox
) -> None:
    made = record(api, patient, EMERGENCY)
    escalation = made["escalation"]
    opened = [("assessment.recorded", made["id"]), ("escalation.opened", escalation)]
    assert news(endpoint, clock) == opened
    clock.advance(minutes=16)
    for _ in range(2):
        deliver_due_escalations(clock=clock)
        clock.advance(minutes=5)
    assert news(endpoint, clock) == [("escalation.breached", escalation)]
    for _ in range(2):
        act(api, f"escalations/{escalation}/acknowledge")
    assert news(endpoint, clock) == [("escalation.acknowledged", escalation)]
    with clinic_scope(endpoint.clinic.id):
        chaser = str(endpoint.clinic.follow_ups.get(kind="handover").id)
    act(api, f"escalations/{escalation}/resolve", FINISHED)
    assert news(endpoint, clock) == [("escalation.resolved", escalation), ("follow_up.answered", chaser)]
    act(api, f"escalations/{escalation}/reopen", {"reason": "It came to nothing."})
    assert news(endpoint, clock) == [("escalation.opened", escalation)]


def test_an_override_that_calls_somebody(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    made = record(api, patient)
    news(endpoint, clock)
    more = {"decision": "refer_urgent", "urgency": "same_day", "reason": "It looked worse than it sounds."}
    act(api, f"assessments/{made['id']}/overrides", more)
    with clinic_scope(endpoint.clinic.id):
        escalation = str(endpoint.clinic.escalations.get().id)
    assert news(endpoint, clock) == [("escalation.opened", escalation)]
    act(
        api,
        f"assessments/{made['id']}/overrides",
        {**more, "decision": "refer_emergency", "urgency": "emergency_now"},
    )
    assert news(endpoint, clock) == [("escalation.opened", escalation)]


def test_an_assessment_that_only_the_sweep_escalates(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    made = record(api, patient, EMERGENCY)
    news(endpoint, clock)
    with clinic_scope(endpoint.clinic.id):
        endpoint.clinic.escalations.all()._raw_delete("default")
    sweep(now=clock())
    with clinic_scope(endpoint.clinic.id):
        escalation = endpoint.clinic.escalations.get(assessment=made["id"])
    assert news(endpoint, clock) == [("escalation.opened", str(escalation.id))]


def test_a_follow_up_due_overdue_and_answered(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock, postbox: Postbox
) -> None:
    record(api, patient, reassuring_answers(pain_next_day_nrs=None, hours_since_run=20))
    news(endpoint, clock)
    with clinic_scope(endpoint.clinic.id):
        follow_up = endpoint.clinic.follow_ups.order_by("due_at").first()
    assert follow_up is not None
    for moment, event in ((follow_up.due_at, "follow_up.due"), (follow_up.overdue_at, "follow_up.overdue")):
        clock.now = moment + dt.timedelta(seconds=1)
        for _ in range(2):
            announce_due_follow_ups(clock=clock)
        assert (event, str(follow_up.id)) in news(endpoint, clock)
    body = {"assessed_at": timezone.now().isoformat(), "assessor_role": "physiotherapist"}
    act(api, f"follow-ups/{follow_up.id}/response", {**body, "answers": reassuring_answers()})
    with clinic_scope(endpoint.clinic.id):
        answer = endpoint.clinic.follow_ups.get(id=follow_up.id).answer_id
    assert news(endpoint, clock) == [
        ("assessment.recorded", str(answer)),
        ("follow_up.answered", str(follow_up.id)),
    ]


def test_a_follow_up_noticed_late_has_been_due_and_is_overdue(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock, postbox: Postbox
) -> None:
    record(api, patient)
    news(endpoint, clock)
    with clinic_scope(endpoint.clinic.id):
        follow_up = endpoint.clinic.follow_ups.order_by("due_at").first()
    assert follow_up is not None
    clock.now = follow_up.overdue_at + dt.timedelta(seconds=1)
    announce_due_follow_ups(clock=clock)
    about = [event for event, about in news(endpoint, clock) if about == str(follow_up.id)]
    assert about == ["follow_up.due", "follow_up.overdue"]


def test_a_result_that_a_clinician_reports_answers_a_follow_up_once(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    record(api, patient, EMERGENCY)
    news(endpoint, clock)
    with clinic_scope(endpoint.clinic.id):
        chaser = str(endpoint.clinic.follow_ups.get(kind="handover").id)
    act(api, f"follow-ups/{chaser}/result", {"result": "not_yet"})
    assert news(endpoint, clock) == []
    act(api, f"follow-ups/{chaser}/result", {"result": "confirmed"})
    assert news(endpoint, clock) == [("follow_up.answered", chaser)]


@pytest.fixture
def weeks(clinic: Clinic, patient: Patient, endpoint: Listening) -> Weeks:
    """A runner's weeks at a clinic that somebody listens to."""
    return Weeks(clinic, patient, timezone.now().replace(hour=10, minute=0, second=0, microsecond=0))


def of_programme(weeks: Weeks, endpoint: Listening) -> list[str]:
    """The types of the news about the programme."""
    clock = Clock(weeks.now + dt.timedelta(seconds=1))
    return [event for event, about in news(endpoint, clock) if about == weeks.programme]


def test_a_programme_released_advanced_held_and_gone_on_with(weeks: Weeks, endpoint: Listening) -> None:
    weeks.begin(pain_run_peak_nrs=2, episode_duration_days=3)
    assert of_programme(weeks, endpoint) == ["programme.released"]
    weeks.run_and_check()
    assert of_programme(weeks, endpoint) == [], "one green check: the same again"
    weeks.run_and_check()
    assert of_programme(weeks, endpoint) == ["programme.advanced"]
    weeks.step("hold", {"reason": "illness"})
    assert of_programme(weeks, endpoint) == ["programme.held"]
    weeks.step("resume", {"reason": "illness"})
    assert of_programme(weeks, endpoint) == []


def test_a_programme_that_an_answer_suspends(weeks: Weeks, endpoint: Listening) -> None:
    weeks.begin(pain_run_peak_nrs=2, episode_duration_days=3)
    of_programme(weeks, endpoint)
    follow_up = weeks.run()["follow_up"]
    weeks.later(days=1)
    weeks.check(follow_up, bladder_change="yes")
    assert of_programme(weeks, endpoint) == ["programme.suspended"]


def test_a_clearance_and_the_phase_that_it_opens(weeks: Weeks, endpoint: Listening) -> None:
    injured = {"diagnoses": [{"code": "disc_injury", "status": "confirmed_current", "clearance": "no"}]}
    weeks.begin(**injured, episode_duration_days=3)
    of_programme(weeks, endpoint)
    weeks.step("clearance")
    assert of_programme(weeks, endpoint) == ["clearance.recorded"]


def test_a_programme_held_because_a_reaction_failed(
    weeks: Weeks, endpoint: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks.begin(pain_run_peak_nrs=2, episode_duration_days=3)
    of_programme(weeks, endpoint)
    follow_up = weeks.run()["follow_up"]
    weeks.later(days=1)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("assessments.programmes.services.react_to_check.judge", fail)
    weeks.check(follow_up)
    assert of_programme(weeks, endpoint) == ["programme.held"]


def test_nothing_is_told_of_what_was_rolled_back(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    with transaction.atomic():
        record(api, patient, EMERGENCY)
        transaction.set_rollback(True)
    assert news(endpoint, clock) == []
    with clinic_scope(endpoint.clinic.id):
        assert not endpoint.clinic.webhook_events.exists()


def test_a_refused_request_tells_nobody(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    refused = api.post(f"{V1}/assessments", assessment_body(patient, reassuring_answers(pain_usual_nrs=11)))
    assert refused.status_code == 422
    assert news(endpoint, clock) == []


def test_an_endpoint_hears_of_what_it_asked_for_and_of_its_own_clinic_only(
    api: APIClient, other_api: APIClient, patient: Patient, other_clinic: Clinic, receiver: Any, clock: Clock
) -> None:
    with clinic_scope(other_clinic.id):
        theirs = other_clinic.patients.create(given_name="Kim", family_name="Other")
    endpoint = listen(patient.clinic, receiver, [EventType.ESCALATION_OPENED])
    record(other_api, theirs, EMERGENCY)
    made = record(api, patient, EMERGENCY)
    assert news(endpoint, clock) == [("escalation.opened", made["escalation"])]


def test_the_payload_says_type_time_and_id_and_nothing_else(
    api: APIClient, patient: Patient, endpoint: Listening, clock: Clock
) -> None:
    made = record(api, patient)
    deliver(clock)
    (request,) = endpoint.receiver.received
    event = endpoint.verified(request)
    assert event.keys() == {"type", "timestamp", "data"}
    assert event["data"] == {"id": made["id"]}
    with clinic_scope(endpoint.clinic.id):
        stored = endpoint.clinic.webhook_events.get()
    assert dt.datetime.fromisoformat(event["timestamp"]) == stored.at
    assert request.headers["webhook-id"] == str(stored.id)
    assert request.headers["Content-Type"] == "application/json"


def test_where_nobody_listens_nothing_is_written(api: APIClient, clinic: Clinic, patient: Patient) -> None:
    escalation = record(api, patient, EMERGENCY)["escalation"]
    act(api, f"escalations/{escalation}/acknowledge")
    with clinic_scope(clinic.id):
        assert not WebhookEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("answers", "statements"), [(None, 9), (EMERGENCY, 13)])
def test_telling_costs_recording_one_statement(
    answers: dict[str, object] | None,
    statements: int,
    api: APIClient,
    patient: Patient,
    endpoint: Listening,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(statements):
        record(api, patient, answers)


def test_every_event_is_proven_here() -> None:
    text = Path(__file__).read_text()
    assert [event for event in EventType if f'"{event}"' not in text] == [EventType.PING]
