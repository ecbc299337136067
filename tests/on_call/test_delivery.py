"""Messages leave as the plan says: held back at night when they can wait, never to people who have left."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.on_call.services.plan import QuietHours
from assessments.escalations.services.deliver import deliver_due_escalations
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox
from tests.on_call.plans import clinician, leave, set_plan, shift


@pytest.fixture
def clock() -> Clock:
    """A minute from now, so that whatever the test records is due."""
    return Clock(timezone.now() + dt.timedelta(minutes=1))


def deliver(clock: Clock) -> None:
    deliver_due_escalations(clock=clock)


def told(postbox: Postbox) -> list[str]:
    return [str(message["To"]) for message in postbox.messages]


def quiet_now(clinic: Clinic) -> QuietHours:
    """From an hour ago for two hours, by the clinic's clocks."""
    local = timezone.now().astimezone(clinic.zone)
    hour = dt.timedelta(hours=1)
    return QuietHours(
        (local - hour).time().replace(microsecond=0), (local + hour).time().replace(microsecond=0)
    )


def record(api: APIClient, patient: Patient, **answers: Any) -> str:
    made = api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(**answers)))
    return str(made.json()["escalation"])


def test_what_can_wait_waits_until_quiet_hours_end_and_its_deadline_stays(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    set_plan(clinic, quiet_hours=quiet_now(clinic))
    escalation = record(api, patient, analgesic_after_every_run="yes")
    deliver(clock)
    assert told(postbox) == []
    with clinic_scope(clinic.id):
        row = clinic.escalations.get(id=escalation)
    assert row.next_attempt_at is not None
    assert dt.timedelta(minutes=58) < row.next_attempt_at - row.opened_at <= dt.timedelta(minutes=60)
    assert row.next_attempt_at < row.acknowledge_by
    assert (row.round, row.failures, row.claim_token) == (0, 0, None)
    clock.advance(minutes=60)
    deliver(clock)
    assert clinic.on_call
    assert told(postbox) == [clinic.on_call.user.email]


def test_an_emergency_goes_out_in_quiet_hours(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    set_plan(clinic, quiet_hours=quiet_now(clinic))
    record(api, patient, bladder_change="yes")
    deliver(clock)
    assert clinic.on_call
    assert told(postbox) == [clinic.on_call.user.email]


@pytest.mark.holds("HZ-28")
def test_when_everybody_of_a_frozen_ladder_has_left_whoever_is_on_call_by_now_is_told(
    api: APIClient, clinic: Clinic, patient: Patient, postbox: Postbox, clock: Clock
) -> None:
    anna, ben = clinician(clinic), clinician(clinic)
    set_plan(clinic, shift(anna))
    record(api, patient, bladder_change="yes")
    set_plan(clinic, shift(ben))
    leave(anna)
    deliver(clock)
    assert told(postbox) == [ben.user.email]
