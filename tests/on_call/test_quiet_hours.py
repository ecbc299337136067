"""Quiet hours hold back what can wait, and nothing else."""

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from assessments.escalations.on_call.services.plan import QuietHours, held_until
from tests.on_call.plans import MOMENTS, UNHURRIED
from tests.on_call.test_rota import LONDON, at

NIGHT = QuietHours(dt.time(22), dt.time(7))
FAR = dt.timedelta(days=3)
ZONES = st.sampled_from([LONDON, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")])
HOURS = st.builds(QuietHours, st.times(), st.times()).filter(lambda quiet: quiet.starts_at != quiet.ends_at)


def released(text: str, *, by: dt.timedelta = FAR) -> dt.datetime:
    moment = at(text)
    return held_until(moment, quiet=NIGHT, zone=LONDON, deadline=moment + by)


def test_a_message_of_the_night_waits_for_the_morning() -> None:
    assert released("2026-06-03 22:00") == released("2026-06-04 06:59") == at("2026-06-04 07:00")


def test_a_message_of_the_day_goes_out() -> None:
    for moment in ("2026-06-03 21:59", "2026-06-03 07:00"):
        assert released(moment) == at(moment)


def test_the_morning_is_by_the_clinics_clocks_when_they_change() -> None:
    assert (
        released("2026-03-28 23:00") == at("2026-03-29 07:00") == dt.datetime(2026, 3, 29, 6, tzinfo=dt.UTC)
    )
    assert (
        released("2026-10-24 23:00") == at("2026-10-25 07:00") == dt.datetime(2026, 10, 25, 7, tzinfo=dt.UTC)
    )


def test_a_message_whose_deadline_falls_into_quiet_hours_goes_out() -> None:
    assert released("2026-06-03 23:00", by=dt.timedelta(hours=7)) == at("2026-06-03 23:00")
    assert released("2026-06-03 23:00", by=dt.timedelta(hours=8)) == at("2026-06-04 07:00")


@UNHURRIED
@given(moment=MOMENTS, quiet=HOURS, zone=ZONES, left=st.timedeltas(-FAR, FAR))
@example(at("2026-03-29 00:59"), QuietHours(dt.time(1, 30), dt.time(1, 15)), LONDON, FAR)
@example(at("2026-10-25 01:30"), QuietHours(dt.time(1, 45), dt.time(1, 30)), LONDON, FAR)
def test_no_message_is_held_beyond_its_deadline_a_day_or_quiet_hours(
    moment: dt.datetime, quiet: QuietHours, zone: ZoneInfo, left: dt.timedelta
) -> None:
    until = held_until(moment, quiet=quiet, zone=zone, deadline=moment + left)
    assert moment <= until <= max(moment + left, moment)
    assert until - moment <= dt.timedelta(hours=25)
    if until != moment:
        assert held_until(until, quiet=quiet, zone=zone, deadline=moment + left) == until
