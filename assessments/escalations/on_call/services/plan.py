"""A clinic's on-call plan as values: shifts, covers, days off, ladders, quiet hours."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assessments.escalations.on_call.services.calendar import Holidays
from assessments.escalations.on_call.services.ladder import Ladder, Step, default_ladders
from clinics.identity.models import Clinic


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time to another by the clinic's clocks, every day; past midnight when the end is earlier."""

    starts_at: time
    ends_at: time

    @classmethod
    def stored(cls, document: dict[str, Any]) -> "QuietHours":
        """Read the two times of a JSON object."""
        return cls(time.fromisoformat(document["starts_at"]), time.fromisoformat(document["ends_at"]))


def held_until(moment: datetime, *, quiet: QuietHours, zone: ZoneInfo, deadline: datetime) -> datetime:
    """Return when a message that is ready at ``moment`` may go out: then, or when quiet hours end (UTC).

    It is never held when quiet hours end after the deadline: nobody could meet it any more.
    """
    local = moment.astimezone(zone).date()
    for day in (local - timedelta(days=1), local):
        next_day = day + timedelta(days=quiet.ends_at <= quiet.starts_at)
        start = datetime.combine(day, quiet.starts_at, zone).astimezone(UTC)
        end = datetime.combine(next_day, quiet.ends_at, zone).astimezone(UTC)
        if start <= moment < end <= deadline:
            return end
    return moment.astimezone(UTC)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: What a shift's ``days`` may name besides weekdays: every day that ``Holidays`` knows.
HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Shift:
    """A member's turn that comes back: on these days, by the clinic's clocks.

    It ends on the next day when ``ends_at`` isn't after ``starts_at``. ``every_weeks`` counts from the week
    (from Monday) of ``valid_from``; both that day and ``valid_until`` are days on which a turn may begin.
    """

    member: uuid.UUID
    days: tuple[str, ...]
    starts_at: time
    ends_at: time
    valid_from: date
    valid_until: date | None = None
    every_weeks: int = 1


@dataclass(frozen=True, slots=True)
class Cover:
    """A member stands in for whoever would be on call, once."""

    member: uuid.UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that says who is told about an escalation, and when."""

    shifts: tuple[Shift, ...] = ()
    covers: tuple[Cover, ...] = ()
    holidays: Holidays = field(default_factory=Holidays)
    ladders: Mapping[str, Ladder] = field(default_factory=default_ladders)
    quiet_hours: QuietHours | None = None


def plan_of(clinic: Clinic) -> Plan:
    """Return the clinic's plan, read once for each ``clinic`` instance; the defaults when it has none."""
    row = getattr(clinic, "on_call_plan", None)
    if row is None:
        return Plan()
    return Plan(
        shifts=tuple(_shift(shift) for shift in row.shifts),
        covers=tuple(_cover(cover) for cover in row.covers),
        holidays=Holidays(
            row.country, row.subdivision, tuple(date.fromisoformat(day) for day in row.closed_days)
        ),
        ladders={
            **default_ladders(),
            **{urgency: _ladder(ladder) for urgency, ladder in row.ladders.items()},
        },
        quiet_hours=QuietHours.stored(row.quiet_hours) if row.quiet_hours else None,
    )


def _shift(stored: dict[str, Any]) -> Shift:
    until = stored["valid_until"]
    return Shift(
        member=uuid.UUID(stored["member"]),
        days=tuple(stored["days"]),
        starts_at=time.fromisoformat(stored["starts_at"]),
        ends_at=time.fromisoformat(stored["ends_at"]),
        valid_from=date.fromisoformat(stored["valid_from"]),
        valid_until=date.fromisoformat(until) if until else None,
        every_weeks=stored["every_weeks"],
    )


def _cover(stored: dict[str, Any]) -> Cover:
    return Cover(
        member=uuid.UUID(stored["member"]),
        starts_at=datetime.fromisoformat(stored["starts_at"]),
        ends_at=datetime.fromisoformat(stored["ends_at"]),
    )


def _ladder(stored: dict[str, Any]) -> Ladder:
    steps = [
        Step(step["after_minutes"], tuple(step["who"]), tuple(map(uuid.UUID, step["members"])))
        for step in stored["steps"]
    ]
    return Ladder(tuple(steps), stored["repeat_minutes"])
