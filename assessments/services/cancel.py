"""Follow-ups that nobody needs to answer any more."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from assessments.models import FollowUp
from assessments.models.follow_up import CancelledBecause

#: Nothing is outstanding, and whoever is at work on the row finds that it isn't theirs any more.
NO_MORE_ATTEMPTS: Mapping[str, None] = {"next_attempt_at": None, "claim_token": None, "leased_until": None}


def cancel_pending(follow_ups: QuerySet[FollowUp], *, because: CancelledBecause, now: datetime) -> None:
    """Cancel those of ``follow_ups`` that are still pending; each keeps why."""
    pending = follow_ups.filter(state__in=FollowUp.PENDING)
    pending.update(
        state=FollowUp.State.CANCELLED, cancelled_because=because, updated_at=now, **NO_MORE_ATTEMPTS
    )
