"""Deadlines in working days, by the clinic's clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.escalations.on_call.models import OnCallPlan
from assessments.escalations.on_call.services.calendar import Holidays, end_of_working_day, working_days_later
from assessments.escalations.services.deadlines import acknowledge_by
from clinics.identity.models import Clinic
from tests.on_call.plans import MOMENTS, UNHURRIED
from tests.on_call.test_rota import ENGLAND, LONDON, at


def deadline(urgency: str, now: str, *closed: str) -> dt.datetime:
    """The deadline in a London clinic that keeps England's holidays."""
    clinic = Clinic(time_zone="Europe/London", working_day_ends_at=dt.time(18))
    clinic.on_call_plan = OnCallPlan(country="GB", subdivision="ENG", closed_days=list(closed))
    return acknowledge_by(urgency=urgency, clinic=clinic, now=at(now))


@pytest.mark.parametrize(
    ("urgency", "now", "by"),
    [
        ("emergency_now", "2026-03-29 00:50", "2026-03-29 02:05"),  # clocks go forward at one
        ("complete_screen_now", "2026-10-25 00:30", "2026-10-25 03:30"),  # and back at two
        ("same_day", "2026-06-03 09:00", "2026-06-03 17:00"),  # eight hours
        ("same_day", "2026-06-03 12:00", "2026-06-03 18:00"),  # the working day ends
        ("same_day", "2026-06-06 09:00", "2026-06-06 17:00"),  # a Saturday: eight hours
        ("within_2_weeks", "2026-06-03 10:00", "2026-06-05 10:00"),
        ("within_2_weeks", "2026-06-05 10:00", "2026-06-09 10:00"),  # over a weekend
        ("within_2_weeks", "2026-04-02 10:00", "2026-04-08 10:00"),  # over Easter
        ("within_2_weeks", "2026-03-27 10:00", "2026-03-31 10:00"),  # over the change of the clocks
        ("routine", "2026-12-23 10:00", "2027-01-04 10:00"),  # 25 and 28 December and 1 January are holidays
    ],
)
def test_each_urgency_has_its_deadline(urgency: str, now: str, by: str) -> None:
    assert deadline(urgency, now) == at(by)


def test_a_closed_day_is_no_working_day() -> None:
    assert deadline("within_2_weeks", "2026-06-03 10:00", "2026-06-04") == at("2026-06-08 10:00")


def test_on_a_closed_day_the_same_day_ends_after_eight_hours() -> None:
    assert deadline("same_day", "2026-06-04 12:00", "2026-06-04") == at("2026-06-04 20:00")


@UNHURRIED
@given(after=MOMENTS, days=st.integers(1, 6))
def test_a_working_day_later_is_a_working_day_at_the_same_time(after: dt.datetime, days: int) -> None:
    later = working_days_later(after=after, days=days, zone=LONDON, holidays=ENGLAND)
    passed = {
        after.astimezone(LONDON).date() + dt.timedelta(days=n) for n in range(1, (later - after).days + 2)
    }
    worked = [day for day in passed if ENGLAND.is_working_day(day) and day <= later.astimezone(LONDON).date()]
    assert len(worked) == days
    assert later.astimezone(LONDON).date() in worked


@UNHURRIED
@given(after=MOMENTS, closes=st.times())
def test_the_working_day_ends_within_the_days_to_come(after: dt.datetime, closes: dt.time) -> None:
    zone = ZoneInfo("America/New_York")
    end = end_of_working_day(after=after, closes_at=closes, zone=zone, holidays=Holidays("US"))
    assert after < end <= after + dt.timedelta(days=5)
