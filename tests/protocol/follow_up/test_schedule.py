"""When somebody must ask again (the schedule of the programme)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessments.protocol import evaluate
from assessments.protocol.follow_up import PlannedFollowUp, plan_follow_ups
from assessments.protocol.vocabulary import Decision
from tests.protocol.records import record

NOW = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)  # the night before clocks change in London
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(**changes: Any) -> dict[str, PlannedFollowUp]:
    """The follow-ups of the reassuring record with some answers changed, by kind."""
    found = evaluate(record(**changes))
    planned = plan_follow_ups(
        decision=found.decision,
        run_status=found.run_status,
        answers=found.answers,
        assessed_at=NOW,
        duration_days=found.answers.get("episode_duration_days"),  # type: ignore[arg-type]
    )
    assert [item.due_at for item in planned] == sorted(item.due_at for item in planned)
    assert len({item.kind for item in planned}) == len(planned)
    return {item.kind: item for item in planned}


def test_a_permitted_run_is_checked_after_a_day() -> None:
    check = plan()["check_24_hours"]
    hours = [(at - NOW) / HOUR for at in (check.opens_at, check.due_at, check.overdue_at)]
    assert hours == [18, 24, 30]
    assert check.permission_lapses_at == NOW + 36 * HOUR


@pytest.mark.parametrize("hours", [0, 5.5, 20, 35.9])
def test_a_run_whose_next_day_is_unknown_is_checked_counted_from_the_run(hours: float) -> None:
    check = plan(pain_next_day_nrs=None, hours_since_run=hours)["check_24_hours"]
    assert check.due_at == NOW + (24 - hours) * HOUR
    assert check.permission_lapses_at == NOW + (36 - hours) * HOUR


def test_a_run_too_long_ago_to_check_and_no_permission_means_no_check() -> None:
    assert "check_24_hours" not in plan(pain_next_day_nrs=None, hours_since_run=36)


def test_a_run_at_an_unknown_hour_is_checked_counted_from_the_assessment() -> None:
    assert plan(pain_next_day_nrs=None)["check_24_hours"].due_at == NOW + DAY


def test_without_a_run_and_without_permission_there_is_nothing_to_check() -> None:
    assert "check_24_hours" not in plan(pain_walking_nrs=4)


def test_the_first_run_of_a_graded_return_is_checked() -> None:
    no_run = dict.fromkeys(
        (
            "pain_run_peak_nrs",
            "pain_post_run_peak_nrs",
            "hours_to_settle",
            "pain_next_day_nrs",
            "analgesic_before_run",
        )
    )
    assert plan(ran_last_14d="no", **no_run)["check_24_hours"].due_at == NOW + DAY


@pytest.mark.parametrize("decision", list(Decision))
def test_every_decision_is_reviewed_after_a_week(decision: Decision) -> None:
    planned = plan_follow_ups(
        decision=decision, run_status="no_running", answers={}, assessed_at=NOW, duration_days=None
    )
    week = next(item for item in planned if item.kind == "day_7")
    assert (week.opens_at, week.due_at, week.overdue_at) == (NOW + 6 * DAY, NOW + 7 * DAY, NOW + 8 * DAY)
    assert week.permission_lapses_at is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"pain_run_peak_nrs": 2}, True),
        ({"pain_walking_nrs": 4}, True),
        ({"cancer_history": "yes"}, True),  # a review within two weeks is pending: asked again each week
        ({"age_years": 17}, True),
        ({"bladder_change": "yes"}, False),
        ({"bladder_change": None}, False),
    ],
)
def test_the_second_week_is_reviewed_where_something_is_on_trial_or_pending(
    changes: dict[str, Any], expected: bool
) -> None:
    planned = plan(**changes)
    assert ("day_14" in planned) is expected
    if expected:
        second = planned["day_14"]
        assert (second.opens_at, second.due_at, second.overdue_at) == (
            NOW + 12 * DAY,
            NOW + 14 * DAY,
            NOW + 16 * DAY,
        )


@pytest.mark.parametrize(
    ("days", "day_28", "day_42"), [(0, 28, 42), (27, 1, 15), (28, None, 14), (41, None, 1), (42, None, None)]
)
def test_the_reviews_of_the_episode_count_from_its_onset(
    days: int, day_28: int | None, day_42: int | None
) -> None:
    planned = plan(episode_duration_days=days)
    assert planned.get("day_28") == (day_28 and _review("day_28", day_28, after=2))
    # The hard limit: no grace after day 42.
    assert planned.get("day_42") == (day_42 and _review("day_42", day_42, after=0))


def _review(kind: str, due: int, *, after: int) -> PlannedFollowUp:
    return PlannedFollowUp(kind, NOW + (due - 2) * DAY, NOW + due * DAY, NOW + (due + after) * DAY)


def test_an_episode_of_unknown_length_has_no_reviews_counted_from_onset() -> None:
    assert plan(episode_duration_days=None).keys() == {"day_7"}
