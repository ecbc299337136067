"""Limits of a run and of a week, and the gates between phases."""

from itertools import product

import pytest

from assessments.protocol.programme import (
    Amount,
    BriskWalk,
    CalmDay,
    Known,
    calm_gate_open,
    needs_new_start,
    restore_gate_open,
    run_cap,
    session_size,
    week_cap,
)

KM = [None, 0.5, 2.0, 5.0, 7.95, 12.0, 40.0]
MINUTES = [None, 5.0, 12.0, 30.0, 44.0, 90.0]
SHARES = [40, 50, 55, 75, 100]


@pytest.mark.holds("HH-T02")
def test_a_run_is_at_most_a_tenth_longer_than_the_longest_of_thirty_days() -> None:
    cap = run_cap(Known(longest=10), Known())
    assert (cap.km, cap.minutes, cap.basis) == (11, None, "longest_30_days")


def test_every_run_has_a_limit_in_the_unit_that_is_known_whatever_is_not() -> None:
    """Over histories in km, in minutes, in both and in neither."""
    reached = set()
    for km, minutes, share, usual, table in product(KM, MINUTES, SHARES, (None, 6.0, 20.0), (False, True)):
        cap = run_cap(Known(longest=km), Known(longest=minutes))
        size = session_size(cap, share_percent=share, usual_km=usual, last_km=km, from_the_table=table)
        assert size != (None, None)
        assert (size[0] is None) == (km is None)
        if km is not None:
            assert size[0] <= km * 1.10 + 1e-9
        if minutes is not None:
            assert size[1] <= minutes * 1.10 + 1e-9
        if (km, minutes) == (None, None):
            assert (size[1], cap.basis) == (15 if not table else min(15, 30 * share // 50), "plan")
        reached.add((km is None, minutes is None))
    assert len(reached) == 4


def test_forgetting_a_run_never_raises_a_limit() -> None:
    """From the longest to shorter ones, to the last done, to the first session, to nothing."""
    for unit in (lambda known: run_cap(known, Known()).km, lambda known: run_cap(Known(), known).minutes):
        for longest, last, first in product((30.0, 20.0), (20.0, 15.0), (15.0, 12.0)):
            grounds = [
                Known(longest, last, first),
                Known(last, last, first),
                Known(None, last, first),
                Known(None, None, first),
            ]
            limits = [unit(known) for known in grounds]
            assert limits == sorted(limits, reverse=True)
    assert run_cap(Known(), Known()).minutes == 15


def test_after_the_table_half_an_hour_is_half_an_hour_whatever_was_usual() -> None:
    cap = run_cap(Known(), Known(longest=30))
    size = session_size(cap, share_percent=50, usual_km=20, last_km=None, from_the_table=True)
    assert size == (None, 30)
    assert session_size(cap, share_percent=55, usual_km=20, last_km=None, from_the_table=True) == (None, 33)
    assert session_size(cap, share_percent=100, usual_km=20, last_km=None, from_the_table=True) == (None, 33)


@pytest.mark.holds("HH-T02", "EH-C3")
@pytest.mark.parametrize(
    ("previous", "km"), [(30, 33), (10, 11), (5, 6), (3, 3.9), (2, 2.6), (0, 0), (100, 110)]
)
def test_a_week_grows_by_a_tenth_or_a_kilometre_and_never_by_a_third(previous: float, km: float) -> None:
    assert week_cap(Amount(km=previous), week=1, last_7_days_green=True).km == km


@pytest.mark.parametrize(("previous", "minutes"), [(90, 99), (60, 67), (20, 26), (200, 220)])
def test_a_week_of_minutes_grows_by_a_tenth_or_seven_of_them(previous: float, minutes: float) -> None:
    cap = week_cap(Amount(minutes=previous), week=1, last_7_days_green=True)
    assert (cap.km, cap.minutes) == (None, minutes)


def test_a_week_does_not_grow_without_seven_green_days() -> None:
    cap = week_cap(Amount(30, 90), week=2, last_7_days_green=False)
    assert (cap.km, cap.minutes) == (30, 90)


@pytest.mark.parametrize(("week", "km"), [(3, 22), (4, 15), (5, 22), (8, 15)])
def test_every_fourth_week_is_lighter(week: int, km: float) -> None:
    assert week_cap(Amount(km=20), week=week, last_7_days_green=True).km == km


def test_a_week_of_which_nothing_is_known_before_holds_what_was_planned_and_less_in_the_fourth() -> None:
    plan = Amount(minutes=90)
    for week, minutes in ((1, 90), (4, 67.5)):
        cap = week_cap(Amount(), week=week, last_7_days_green=True, plan=plan)
        assert (cap.km, cap.minutes) == (None, minutes)


def test_each_unit_falls_back_by_itself_and_the_reason_says_so() -> None:
    cap = run_cap(Known(None, 5.0, 4.0), Known(40.0, 30.0, 30.0))
    assert (cap.km, cap.minutes, cap.basis) == (5.0, 44.0, "longest_30_days")
    assert cap.reason == (
        "In km no more than the last run: no longest one of the last 30 days is known; "
        "in minutes at most a tenth more than the longest run of the last 30 days."
    )


@pytest.mark.parametrize(("days", "again"), [(13, False), (14, True), (None, False)])
def test_two_weeks_without_a_run_start_anew(days: int | None, again: bool) -> None:
    assert needs_new_start(days) is again


CALM, SORE = CalmDay(3, 3), CalmDay(3, 4)


@pytest.mark.holds("EH-P3")
@pytest.mark.parametrize(
    ("days", "opens"),
    [((CALM, CALM), True), ((CALM,), False), ((CALM, SORE), False), ((SORE, CALM, CALM), True)],
)
def test_two_calm_days_in_a_row_open_the_first_gate(days: tuple[CalmDay, ...], opens: bool) -> None:
    assert calm_gate_open(days) is opens


WALK = BriskWalk(30, 1, 0)


@pytest.mark.parametrize(
    ("walks", "opens"),
    [
        ((WALK, WALK), True),
        ((WALK,), False),
        ((WALK, BriskWalk(29, 0, 0)), False),
        ((WALK, BriskWalk(30, 2, 0)), False),
        ((WALK, BriskWalk(30, 0, 1)), False),
    ],
)
def test_two_good_walks_open_the_second_gate(walks: tuple[BriskWalk, ...], opens: bool) -> None:
    assert restore_gate_open(walks, clearance_needed=False, cleared=False) is opens


@pytest.mark.holds("EH-D07", "HZ-24")
def test_without_its_clearance_the_second_gate_stays_shut() -> None:
    assert not restore_gate_open((WALK, WALK), clearance_needed=True, cleared=False)
    assert restore_gate_open((WALK, WALK), clearance_needed=True, cleared=True)
