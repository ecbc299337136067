"""Carry out due escalations: tell the people of the ladder, again and again, until one acknowledges."""

from datetime import timedelta

from assessments.models import Escalation
from assessments.notify.channel import Channel
from assessments.notify.messages import escalation_message
from assessments.services.due_work import Claim, Clock, backoff, push_back, settle, work_through
from assessments.services.policy import targets_at
from assessments.services.send_round import open_deliveries, send_all
from clinics.tenancy import clinic_scope


def deliver_due_escalations(*, clock: Clock, channel: Channel, limit: int = 100) -> int:
    """Attempt every escalation that is due, at most ``limit``; returns how many were attempted.

    Safe to run twice at once and after any crash.
    """
    return work_through(
        Escalation, attempt=lambda claim: _attempt(claim, clock, channel), clock=clock, limit=limit
    )


def _attempt(claim: Claim[Escalation], clock: Clock, channel: Channel) -> None:
    """One attempt: deliveries committed, then sent, then the result stored while the claim is ours."""
    with clinic_scope(claim.clinic_id):
        escalation = claim.held().select_related("clinic").first()
        if escalation is None:
            return
        waited = clock() - escalation.opened_at
        deliveries = open_deliveries(escalation, targets_at(escalation.policy, waited=waited))
    errors = send_all(
        claim,
        deliveries,
        compose=lambda delivery: escalation_message(
            escalation, message_id=delivery.id, address=delivery.address
        ),
        channel=channel,
        clock=clock,
    )
    now = clock()
    repeat = timedelta(seconds=escalation.policy["repeat_seconds"])
    if not errors:
        settle(claim, next_attempt_at=now + repeat, now=now)
    elif (escalation.round_failing_since or now) + repeat <= now:
        # A round that can't be completed gives way to the ladder's next step after the usual wait.
        settle(claim, next_attempt_at=now + backoff(1), errors=errors, now=now)
    else:
        push_back(claim, errors=errors, now=now)
