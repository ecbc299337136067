"""In which state a follow-up is at a moment, and what comes next."""

from datetime import datetime, timedelta

from assessments.follow_ups.models import FollowUp, FollowUpKind
from assessments.protocol.urgencies import chased_every

#: An unanswered follow-up is chased this often once its last step has passed; a reminder later, a referral as
#: its urgency says.
CHASE_EVERY = timedelta(days=1)
REMIND_EVERY = timedelta(days=7)

#: The columns of the moments at which time alone moves an unanswered follow-up on.
STEPS = ("due_at", "overdue_at", "permission_lapses_at")


def state_at(follow_up: FollowUp, now: datetime) -> FollowUp.State:
    """What time alone makes of an unanswered follow-up."""
    if follow_up.permission_lapses_at is not None and now >= follow_up.permission_lapses_at:
        return FollowUp.State.LAPSED
    if now >= follow_up.overdue_at:
        return FollowUp.State.OVERDUE
    if now >= follow_up.due_at:
        return FollowUp.State.DUE
    return FollowUp.State.SCHEDULED


def state_now(follow_up: FollowUp, now: datetime) -> FollowUp.State:
    """The state to show: what has been stored, or what time has made of it since, whoever notices first."""
    stored = FollowUp.State(follow_up.state)
    if stored not in FollowUp.PENDING:
        return stored
    return max(stored, state_at(follow_up, now), key=FollowUp.PENDING.index)


def next_step(follow_up: FollowUp, now: datetime) -> datetime:
    """The next moment something changes, or the next chase."""
    steps = [getattr(follow_up, step) for step in STEPS]
    coming = [step for step in steps if step is not None and step > now]
    otherwise = REMIND_EVERY if follow_up.kind == FollowUpKind.PREHAB else CHASE_EVERY
    return min(coming, default=now + (chased_every(follow_up.kind) or otherwise))
