"""Carry out due follow-ups: announce, chase, and say when the permission to run has lapsed."""

from datetime import datetime

from assessments.escalations.channels.messages import follow_up_message
from assessments.escalations.channels.services.send_round import send_round
from assessments.escalations.services.policy import first_targets, operator
from assessments.follow_ups.models import FollowUp
from assessments.follow_ups.services.state import next_step, state_at
from assessments.programmes.services.react_to_check import nobody_answered
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.storage.due_work import Claim, Clock, push_back, settle, work_through
from backend.platform.storage.tenancy import clinic_scope

_STEPS = {
    EventType.FOLLOW_UP_DUE: FollowUp.State.DUE,
    EventType.FOLLOW_UP_OVERDUE: FollowUp.State.OVERDUE,
}


def announce_due_follow_ups(*, clock: Clock, limit: int = 100) -> int:
    """Move every due follow-up to its present state and tell the clinic; returns how many were attempted.

    Safe to run twice at once and after any crash.
    """
    return work_through(FollowUp, attempt=lambda claim: _attempt(claim, clock), clock=clock, limit=limit)


def _emit(follow_up: FollowUp, *, before: FollowUp.State, now: datetime) -> None:
    """Each step that has been passed since is an event of its own, however late it is noticed."""
    order = FollowUp.PENDING.index
    passed = [
        (event, follow_up.id)
        for event, step in _STEPS.items()
        if order(before) < order(step) <= order(follow_up.state)
    ]
    if passed:
        emit(follow_up.clinic, *passed, now=now)


def _attempt(claim: Claim[FollowUp], clock: Clock) -> None:
    """One attempt: state and deliveries committed, then sent, then the result stored."""
    with clinic_scope(claim.clinic_id):
        follow_up = claim.held().select_related("clinic", "assessment__recorded_by_user").first()
        if follow_up is None:
            return
        before, follow_up.state = follow_up.state, state_at(follow_up, clock())
        follow_up.save(update_fields=["state", "updated_at"])
        _emit(follow_up, before=FollowUp.State(before), now=clock())
        if follow_up.state == FollowUp.State.LAPSED != before:
            nobody_answered(follow_up, now=clock())
        targets = first_targets(
            clinic=follow_up.clinic, assessor=follow_up.assessment.recorded_by_user, now=clock()
        )
    errors = send_round(
        claim,
        follow_up,
        [targets],
        compose=lambda delivery: follow_up_message(
            follow_up, message_id=delivery.id, address=delivery.address
        ),
        clock=clock,
        last_resort=operator(),
    )
    now = clock()
    if errors:
        push_back(claim, errors=errors, now=now)
    else:
        settle(claim, next_attempt_at=next_step(follow_up, now), now=now)
