"""What waits for somebody in one clinic: open escalations, due follow-ups, and the figures of the day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, When

from assessments.escalations.models import Escalation
from assessments.follow_ups.models import FollowUp
from clinics.identity.models import Clinic
from clinics.identity.visibility import veiled, visible

State = Escalation.State

#: As many rows as a page shows; the figures count all of them.
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one clinic, at the moment of asking. ``oldest`` is since when the longest-waiting open one calls."""

    by_urgency: dict[str, int]
    oldest: datetime | None
    checks_answered: int


def escalations_at_work(clinic: Clinic) -> QuerySet[Escalation]:
    """What is open or taken on, by urgency and then longest waiting, with what a row shows."""
    rows = clinic.escalations.filter(state__in=[State.OPEN, State.ACKNOWLEDGED])
    people = ("patient", "assessment", "acknowledged_by__user")
    return rows.select_related(*people).order_by("-urgency_rank", "called_since", "id")


def follow_ups_due(
    clinic: Clinic, *, permissions: Collection[str], now: datetime
) -> tuple[list[FollowUp], int]:
    """Pending follow-ups whose time has come and that may be seen, and how many of them there are in all.

    Where a permission to run has lapsed stands first, then what is due longest. No more than ``MOST_ROWS``.
    """
    rows = visible(clinic.follow_ups.filter(state__in=FollowUp.PENDING, due_at__lte=now), permissions)
    lapsed = Case(When(permission_lapses_at__lte=now, then=0), default=1, output_field=IntegerField())
    ordered = rows.select_related("patient").order_by(lapsed, "due_at", "id")
    shown = [veiled(row, permissions) for row in ordered[:MOST_ROWS]]
    return shown, len(shown) if len(shown) < MOST_ROWS else rows.count()


def figures(clinic: Clinic, *, since: datetime) -> Figures:
    """Open escalations by urgency, the oldest wait, and the checks answered ``since``; one statement."""
    waiting = (
        clinic.escalations.filter(state=State.OPEN)
        .order_by()
        .values_list("urgency")
        .annotate(rows=Count("id"), oldest=Min("called_since"))
    )
    answered = (
        clinic.follow_ups.filter(state=FollowUp.State.ANSWERED, answered_at__gte=since)
        .order_by()
        .values_list("state")
        .annotate(rows=Count("id"), oldest=Min("answered_at"))
    )
    found = {row[0]: row for row in waiting.union(answered, all=True)}
    _, checks, _ = found.pop(FollowUp.State.ANSWERED.value, ("", 0, None))
    oldest = min((row[2] for row in found.values()), default=None)
    return Figures({urgency: row[1] for urgency, row in found.items()}, oldest, checks)


def called_after(clinic: Clinic, *, moment: datetime) -> int:
    """How many open escalations began to call after a moment: what a page shown then doesn't show."""
    return clinic.escalations.filter(Q(called_since__gt=moment), state=State.OPEN).count()


def wait_in_words(wait: timedelta) -> str:
    """A time as people say it, in its two largest units."""
    minutes = max(int(wait.total_seconds() // 60), 0)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
