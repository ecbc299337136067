"""Carry out due escalations: tell the people of the ladder, again and again, until one acknowledges."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from assessments.escalations.channels.messages import escalation_message
from assessments.escalations.channels.services.send_round import Target, send_round
from assessments.escalations.models import Escalation
from assessments.escalations.services.milestones import note_breach, note_first_message, untold
from assessments.escalations.services.policy import (
    next_round_at,
    not_before,
    operator,
    still_here,
    targets_at,
)
from backend.platform.storage.due_work import Claim, Clock, backoff, push_back, put_off, settle, work_through
from backend.platform.storage.tenancy import clinic_scope


def deliver_due_escalations(*, clock: Clock, limit: int = 100) -> int:
    """Attempt every escalation that is due, at most ``limit``; returns how many were attempted.

    Safe to run twice at once and after any crash.
    """
    return work_through(Escalation, attempt=lambda claim: _attempt(claim, clock), clock=clock, limit=limit)


def _attempt(claim: Claim[Escalation], clock: Clock) -> None:
    """One attempt: deliveries committed, then sent, then the result stored while the claim is ours."""
    with clinic_scope(claim.clinic_id):
        escalation = claim.held().select_for_update(of=("self",)).select_related("clinic").first()
        if escalation is None:
            return
        now, policy = clock(), escalation.policy
        note_breach(escalation, now=now)
        allowed = not_before(policy, moment=now, deadline=escalation.acknowledge_by)
        if allowed > now:
            put_off(claim, until=allowed, now=now)
            return
        repeat = timedelta(seconds=policy["repeat_seconds"])
        # Whom a round tells doesn't change while it lasts.
        began = escalation.round_failing_since or now
        gives_way = began + repeat <= now
        waited = timedelta.max if escalation.breached_at else began - escalation.called_since
        ladder = still_here(ladder_from(policy, waited=waited), clinic=escalation.clinic, now=now)
        ladder[0] += untold(escalation, operator())
    errors = send_round(
        claim,
        escalation,
        ladder,
        compose=lambda delivery: escalation_message(
            escalation, message_id=delivery.id, address=delivery.address
        ),
        clock=clock,
        last_resort=operator(),
        at_its_end=gives_way,
    )
    if escalation.notified_at is None:
        note_first_message(escalation)
    now = clock()
    if not errors:
        coming = next_round_at(policy, opened_at=escalation.called_since, now=now)
        settle(claim, next_attempt_at=coming, now=now)
    elif gives_way:
        # A round that can't be completed gives way to the ladder's next step after the usual wait.
        settle(claim, next_attempt_at=now + backoff(1), errors=errors, now=now)
    else:
        push_back(claim, errors=errors, now=now)


def ladder_from(policy: dict[str, Any], *, waited: timedelta) -> Sequence[Sequence[Target]]:
    """Return whom the ladder tells after so long a wait, then whom each later step would."""
    steps = (timedelta(seconds=step["after_seconds"]) for step in policy["steps"])
    moments = [waited, *(step for step in steps if step > waited)]
    return [targets_at(policy, waited=moment) for moment in moments]
