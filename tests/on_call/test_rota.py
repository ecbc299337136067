"""Whose turn it is: weekly shifts by the clinic's own clocks, holidays, covers."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.escalations.on_call.services.calendar import Holidays
from assessments.escalations.on_call.services.plan import HOLIDAY, WEEKDAYS, Cover, Plan, Shift
from assessments.escalations.on_call.services.rota import on_duty, turns
from tests.on_call.plans import MOMENTS, UNHURRIED

LONDON = ZoneInfo("Europe/London")
ANNA, BEN, CARA = (uuid.UUID(int=number) for number in (1, 2, 3))
ENGLAND = Holidays("GB", "ENG")


def at(text: str, zone: ZoneInfo = LONDON) -> dt.datetime:
    """A moment by the clocks of a place."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)


def clock(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


def shift(
    member: uuid.UUID, days: tuple[str, ...] = WEEKDAYS, hours: str = "22:00-06:00", **more: object
) -> Shift:
    """A shift valid from Monday 5 January 2026."""
    starts, ends = map(clock, hours.split("-"))
    return Shift(member, days, starts, ends, more.pop("valid_from", dt.date(2026, 1, 5)), **more)  # type: ignore[arg-type]


def on_call(plan: Plan, moment: dt.datetime, zone: ZoneInfo = LONDON) -> list[list[uuid.UUID]]:
    among = turns(plan, zone=zone, since=moment, until=moment + dt.timedelta(seconds=1))
    return on_duty(among, moment)


def test_a_shift_over_midnight_belongs_to_the_day_it_begins() -> None:
    plan = Plan((shift(ANNA, ("friday",)),))
    assert on_call(plan, at("2026-01-09 21:59")) == []
    assert on_call(plan, at("2026-01-09 22:00")) == [[ANNA]]
    assert on_call(plan, at("2026-01-10 05:59:59")) == [[ANNA]]
    assert on_call(plan, at("2026-01-10 06:00")) == []
    assert on_call(plan, at("2026-01-10 23:00")) == []


@pytest.mark.holds("HZ-27")
@pytest.mark.parametrize("night", ["2026-03-28", "2026-10-24"])
def test_a_night_shift_keeps_its_clock_times_when_the_clocks_change(night: str) -> None:
    plan = Plan((shift(ANNA),))
    day = dt.date.fromisoformat(night)
    (turn,) = (
        turn
        for turn in turns(plan, zone=LONDON, since=at(f"{night} 21:00"), until=at(f"{night} 23:30"))
        if turn.starts >= at(f"{night} 12:00")
    )
    assert turn.starts.astimezone(LONDON).time() == clock("22:00")
    assert turn.ends.astimezone(LONDON).time() == clock("06:00")
    hours = {"2026-03-28": 7, "2026-10-24": 9}[day.isoformat()]
    assert turn.ends - turn.starts == dt.timedelta(hours=hours)


@UNHURRIED
@given(
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    handover=st.times(),
    moment=MOMENTS,
)
def test_two_shifts_that_meet_leave_no_gap_and_never_overlap(
    zone: str, handover: dt.time, moment: dt.datetime
) -> None:
    noon = dt.time(12) if handover != dt.time(12) else dt.time(13)
    plan = Plan(
        (
            Shift(ANNA, WEEKDAYS, noon, handover, dt.date(2026, 1, 5)),
            Shift(BEN, WEEKDAYS, handover, noon, dt.date(2026, 1, 5)),
        )
    )
    assert len(on_call(plan, moment, ZoneInfo(zone))) == 1
    assert len(on_call(plan, moment, ZoneInfo(zone))[0]) == 1


def test_a_shift_that_ends_when_it_begins_lasts_until_the_next_day() -> None:
    plan = Plan((shift(ANNA, ("monday",), "09:00-09:00"),))
    assert on_call(plan, at("2026-01-13 08:59")) == [[ANNA]]
    assert on_call(plan, at("2026-01-13 09:00")) == []


def test_shifts_begin_only_between_valid_from_and_valid_until() -> None:
    plan = Plan(
        (shift(ANNA, valid_from=dt.date(2026, 1, 7), valid_until=dt.date(2026, 1, 8), hours="09:00-17:00"),)
    )
    days = [day for day in range(5, 12) if on_call(plan, at(f"2026-01-{day:02} 12:00"))]
    assert days == [7, 8]


def test_two_people_take_turns_week_by_week() -> None:
    plan = Plan(
        (
            shift(ANNA, hours="00:00-00:00", every_weeks=2),
            shift(BEN, hours="00:00-00:00", every_weeks=2, valid_from=dt.date(2026, 1, 14)),
        )
    )
    assert on_call(plan, at("2026-01-08 12:00")) == [[ANNA]]
    assert on_call(plan, at("2026-01-13 12:00")) == [], "before Ben's first day"
    assert on_call(plan, at("2026-01-14 12:00")) == [[BEN]]
    assert on_call(plan, at("2026-01-22 12:00")) == [[ANNA]]
    assert on_call(plan, at("2036-01-03 12:00")) == [[BEN]], "521 weeks later, an odd number"


def test_a_holiday_shift_goes_before_the_weekly_one_on_public_holidays_and_closed_days() -> None:
    weekly, holiday = shift(ANNA, hours="08:00-20:00"), shift(BEN, (HOLIDAY,), "08:00-20:00")
    plan = Plan((weekly, holiday), holidays=Holidays("GB", "ENG", (dt.date(2026, 7, 1),)))
    assert on_call(plan, at("2026-12-25 12:00")) == [[BEN], [ANNA]]
    assert on_call(plan, at("2026-07-01 12:00")) == [[BEN], [ANNA]]
    assert on_call(plan, at("2026-07-02 12:00")) == [[ANNA]]


def test_holidays_are_those_of_the_subdivision() -> None:
    plan = Plan((shift(BEN, (HOLIDAY,), "08:00-20:00"),), holidays=Holidays("GB", "SCT"))
    assert on_call(plan, at("2026-11-30 12:00")) == [[BEN]], "Saint Andrew's Day"
    elsewhere = Plan(plan.shifts, holidays=ENGLAND)
    assert on_call(elsewhere, at("2026-11-30 12:00")) == []


def test_a_holiday_shift_of_every_second_week_keeps_its_rhythm() -> None:
    plan = Plan((shift(BEN, (HOLIDAY,), "08:00-20:00", every_weeks=2),), holidays=ENGLAND)
    # 3 and 6 April 2026 are Good Friday and Easter Monday: the 13th and the 14th week from 5 January.
    assert on_call(plan, at("2026-04-03 12:00")) == [[BEN]]
    assert on_call(plan, at("2026-04-06 12:00")) == []


def test_a_cover_stands_before_the_rota_from_its_first_to_its_last_moment() -> None:
    plan = Plan(
        (shift(ANNA, hours="00:00-00:00"),), (Cover(CARA, at("2026-02-01 10:00"), at("2026-02-03 10:00")),)
    )
    assert on_call(plan, at("2026-02-01 09:59:59")) == [[ANNA]]
    assert on_call(plan, at("2026-02-01 10:00")) == [[CARA], [ANNA]]
    assert on_call(plan, at("2026-02-03 10:00")) == [[ANNA]]


def test_who_comes_first_in_the_rota_comes_first_on_duty() -> None:
    plan = Plan((shift(BEN, hours="00:00-00:00"), shift(ANNA, hours="00:00-00:00")))
    assert on_call(plan, at("2026-02-01 10:00")) == [[BEN, ANNA]]
