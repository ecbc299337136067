"""Limits of a run and of a week, and the gates between phases."""

import pytest

from assessments.protocol.programme import (
    BriskWalk,
    CalmDay,
    calm_gate_open,
    needs_new_start,
    restore_gate_open,
    run_cap,
    week_cap,
)


def test_a_run_is_at_most_a_tenth_longer_than_the_longest_of_thirty_days() -> None:
    assert run_cap(10).km == 11
    assert run_cap(None).km is None


@pytest.mark.parametrize(
    ("previous", "km"), [(30, 33), (10, 11), (5, 6), (3, 3.9), (2, 2.6), (0, 0), (100, 110)]
)
def test_a_week_grows_by_a_tenth_or_a_kilometre_and_never_by_a_third(previous: float, km: float) -> None:
    assert week_cap(previous, week=1, last_7_days_green=True).km == km


def test_a_week_does_not_grow_without_seven_green_days() -> None:
    assert week_cap(30, week=2, last_7_days_green=False).km == 30


@pytest.mark.parametrize(("week", "km"), [(3, 22), (4, 15), (5, 22), (8, 15)])
def test_every_fourth_week_is_lighter(week: int, km: float) -> None:
    assert week_cap(20, week=week, last_7_days_green=True).km == km


def test_what_is_not_known_has_no_limit_to_run_to() -> None:
    assert week_cap(None, week=1, last_7_days_green=True).km is None


@pytest.mark.parametrize(("days", "again"), [(13, False), (14, True), (None, False)])
def test_two_weeks_without_a_run_start_anew(days: int | None, again: bool) -> None:
    assert needs_new_start(days) is again


CALM, SORE = CalmDay(3, 3), CalmDay(3, 4)


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


def test_without_its_clearance_the_second_gate_stays_shut() -> None:
    assert not restore_gate_open((WALK, WALK), clearance_needed=True, cleared=False)
    assert restore_gate_open((WALK, WALK), clearance_needed=True, cleared=True)
