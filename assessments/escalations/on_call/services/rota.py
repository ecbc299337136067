"""The rota as intervals of time: whose turn it is, by which rule."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from dateutil.rrule import MO, WEEKLY, rrule

from assessments.escalations.on_call.services.calendar import Holidays
from assessments.escalations.on_call.services.plan import HOLIDAY, WEEKDAYS, Plan, Shift

#: A turn lasts a day at most, and one more for the hour that a change of the clocks adds.
_LONGEST_TURN = timedelta(days=2)


class Rule(IntEnum):
    """Which turns go before which, the first one first."""

    COVER = 0
    HOLIDAY = 1
    WEEKLY = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """A member is on call from ``starts`` until just before ``ends`` (UTC)."""

    starts: datetime
    ends: datetime
    rule: Rule
    member: uuid.UUID


def turns(
    plan: Plan, *, zone: ZoneInfo, since: datetime, until: datetime, always: uuid.UUID | None = None
) -> list[Turn]:
    """Return every turn that touches the time from ``since`` until ``until``, in the plan's own order.

    ``always`` is on call the whole time when the plan has no shifts at all.
    """
    found = [
        Turn(cover.starts_at.astimezone(UTC), cover.ends_at.astimezone(UTC), Rule.COVER, cover.member)
        for cover in plan.covers
    ]
    for shift in plan.shifts:
        found += _turns_of(shift, plan.holidays, zone, since, until)
    if always is not None and not plan.shifts:
        found.append(Turn(since, until, Rule.WEEKLY, always))
    return [turn for turn in found if turn.starts < until and since < turn.ends]


def on_duty(among: Sequence[Turn], moment: datetime) -> list[list[uuid.UUID]]:
    """Return the members on call, one list for each rule that has any: who goes before whom.

    A cover stands before the rota and a holiday's turn before a weekly one. What stands behind matters only
    when nobody before can be reached.
    """
    present = [turn for turn in among if turn.starts <= moment < turn.ends]
    layers = [[turn.member for turn in present if turn.rule == rule] for rule in Rule]
    return [list(dict.fromkeys(layer)) for layer in layers if layer]


def _turns_of(
    shift: Shift, holidays: Holidays, zone: ZoneInfo, since: datetime, until: datetime
) -> Iterator[Turn]:
    first = max((since - _LONGEST_TURN).astimezone(zone).date(), shift.valid_from)
    last = min(until.astimezone(zone).date(), shift.valid_until or date.max)
    weekly = set(_weekly_days(shift, first, last))
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if HOLIDAY in shift.days and day in holidays and _in_turn(shift, day):
            yield _turn(shift, day, zone, Rule.HOLIDAY)
        elif day in weekly:
            yield _turn(shift, day, zone, Rule.WEEKLY)


def _weekly_days(shift: Shift, first: date, last: date) -> Iterator[date]:
    """The days between two on which the shift's weekly pattern begins a turn."""
    weekdays = [WEEKDAYS.index(day) for day in shift.days if day != HOLIDAY]
    if not weekdays or last < first:
        return
    start = datetime.combine(_week_of(shift, first), time())
    pattern = rrule(
        WEEKLY,
        dtstart=start,
        until=datetime.combine(last, time()),
        interval=shift.every_weeks,
        byweekday=weekdays,
        wkst=MO,
    )
    for found in pattern:
        if found.date() >= first:
            yield found.date()


def _week_of(shift: Shift, day: date) -> date:
    """The Monday of the last week of the shift's rhythm that began on or before the day."""
    origin = shift.valid_from - timedelta(days=shift.valid_from.weekday())
    rhythm = 7 * shift.every_weeks
    return origin + timedelta(days=(day - origin).days // rhythm * rhythm)


def _in_turn(shift: Shift, day: date) -> bool:
    return (day - _week_of(shift, day)).days < len(WEEKDAYS)


def _turn(shift: Shift, day: date, zone: ZoneInfo, rule: Rule) -> Turn:
    next_day = day + timedelta(days=shift.ends_at <= shift.starts_at)
    return Turn(
        datetime.combine(day, shift.starts_at, zone).astimezone(UTC),
        datetime.combine(next_day, shift.ends_at, zone).astimezone(UTC),
        rule,
        shift.member,
    )
