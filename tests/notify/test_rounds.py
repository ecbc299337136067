"""One target that fails never holds the next, and what was tried can be read afterwards."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.channels.models import Delivery, DeliveryAttempt
from assessments.escalations.models import Escalation
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.follow_ups.models import FollowUp
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.clock import Clock
from tests.factories import assessment_body
from tests.mail import Postbox

OPERATOR = "operator@service.example"


def deliver(clock: Clock) -> None:
    deliver_due_escalations(clock=clock)


def told(postbox: Postbox) -> list[str]:
    return [str(message["To"]) for message in postbox.messages]


def mailboxes(clinic: Clinic) -> tuple[str, str]:
    """The on-call clinician's and the lead's."""
    assert clinic.on_call is not None
    assert clinic.lead is not None
    return clinic.on_call.user.email, clinic.lead.user.email


def tries(clinic: Clinic) -> list[DeliveryAttempt]:
    with clinic_scope(clinic.id):
        return list(clinic.delivery_attempts.select_related("delivery").order_by("at", "id"))


def test_a_mailbox_that_is_no_more_makes_the_next_people_be_told_at_once(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    gone, lead = mailboxes(clinic)
    postbox.refuse = lambda address: "550 no such mailbox" if address == gone else None
    deliver(clock)
    assert told(postbox) == [lead]
    with clinic_scope(clinic.id):
        states = dict(clinic.deliveries.values_list("address", "state"))
        row = Escalation.objects.get(id=emergency)
    assert states == {gone: Delivery.State.REFUSED, lead: Delivery.State.SENT}
    assert (row.round, row.failures, row.last_error) == (1, 0, "")


def test_who_was_refused_for_good_is_asked_again_in_the_next_round_only(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    gone, lead = mailboxes(clinic)
    postbox.refuse = lambda address: "550 no such mailbox" if address == gone else None
    for _ in range(20):  # a round lasts five minutes
        deliver(clock)
        clock.advance(seconds=14)
    assert [(row.delivery.address, row.result) for row in tries(clinic)] == [
        (gone, "refused"),
        (lead, "sent"),
    ]
    postbox.refuse = lambda _: None
    clock.advance(seconds=21)
    deliver(clock)
    assert sorted(told(postbox)) == sorted([lead, gone, lead])


def test_a_failure_that_may_pass_tells_nobody_early(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    busy, _ = mailboxes(clinic)
    postbox.refuse = lambda address: "451 later" if address == busy else None
    deliver(clock)
    assert told(postbox) == []


def test_when_nobody_can_be_reached_the_operator_is_told_at_once(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock, settings: Any
) -> None:
    settings.OPERATOR_EMAILS = [OPERATOR]
    postbox.refuse = lambda address: None if address == OPERATOR else "550 no such mailbox"
    deliver(clock)
    assert told(postbox) == [OPERATOR]
    text = postbox.messages[0].as_string()
    assert "Ring them" in text
    assert emergency in text
    clock.advance(minutes=5, seconds=1)
    deliver(clock)
    assert told(postbox) == [OPERATOR] * 2, "and again with every round"


def test_the_operator_is_told_when_a_whole_round_only_failed_for_the_moment(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock, settings: Any
) -> None:
    settings.OPERATOR_EMAILS = [OPERATOR]
    postbox.refuse = lambda address: None if address == OPERATOR else "451 later"
    for _ in range(19):  # until the ladder's next step
        deliver(clock)
        clock.advance(seconds=15)
    assert told(postbox) == []
    for _ in range(6):
        deliver(clock)
        clock.advance(seconds=15)
    assert told(postbox) == [OPERATOR]


def test_without_an_operator_it_is_logged_and_goes_on(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    postbox.refuse = lambda _: "550 no such mailbox"
    deliver(clock)
    assert "nobody_reached" in caplog.text
    postbox.refuse = lambda _: None
    clock.advance(minutes=5, seconds=1)
    deliver(clock)
    assert set(told(postbox)) == set(mailboxes(clinic))


def test_every_try_is_kept_with_its_result_and_how_long_it_took(
    emergency: str, clinic: Clinic, postbox: Postbox, clock: Clock
) -> None:
    replies = iter(["451 later"])
    postbox.refuse = lambda _: next(replies, None)
    deliver(clock)
    clock.advance(seconds=6)
    deliver(clock)
    failed, sent = tries(clinic)
    assert failed.delivery_id == sent.delivery_id
    assert (failed.result, failed.reason) == ("failed", "SMTPRecipientsRefused")
    assert (sent.result, sent.reason) == ("sent", "")
    assert sent.at > failed.at
    assert all(0 < row.latency_ms < 5000 for row in (failed, sent))


def test_a_follow_up_that_reaches_nobody_reaches_the_operator(
    api: APIClient, patient: Patient, clinic: Clinic, postbox: Postbox, clock: Clock, settings: Any
) -> None:
    settings.OPERATOR_EMAILS = [OPERATOR]
    api.post("/api/v1/assessments", assessment_body(patient))
    postbox.refuse = lambda address: None if address == OPERATOR else "550 no such mailbox"
    with clinic_scope(clinic.id):
        first = FollowUp.objects.earliest("due_at")
    clock.now = first.due_at
    announce_due_follow_ups(clock=clock)
    assert set(told(postbox)) == {OPERATOR}
