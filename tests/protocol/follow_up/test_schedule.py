"""When somebody must ask again (the schedule of the programme)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.protocol import evaluate
from assessments.protocol.follow_up import PlannedFollowUp, plan_chasers, plan_follow_ups
from assessments.protocol.vocabulary import Decision, Urgency
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


@pytest.mark.holds("EH-P1", "HZ-05")
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
    assert plan(pain_next_day_nrs=None, hours_since_run=None)["check_24_hours"].due_at == NOW + DAY


def test_without_a_run_and_without_permission_there_is_nothing_to_check() -> None:
    assert "check_24_hours" not in plan(pain_walking_nrs=4)


def test_who_may_not_run_before_a_gate_gets_no_check_of_a_run() -> None:
    no_run = dict.fromkeys(
        (
            "pain_run_peak_nrs",
            "pain_post_run_peak_nrs",
            "hours_to_settle",
            "pain_next_day_nrs",
            "analgesic_before_run",
        )
    )
    assert "check_24_hours" not in plan(ran_last_14d="no", **no_run)


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


@pytest.mark.holds("HH-R00", "HH-H00")
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


@pytest.mark.holds("HZ-27")
@pytest.mark.parametrize(
    ("zone", "assessed_at"),
    [
        ("Europe/London", "2026-03-28T18:30"),
        ("Europe/London", "2026-10-24T18:30"),
        ("America/New_York", "2026-03-07T18:30"),
        ("America/New_York", "2026-10-31T18:30"),
        ("Australia/Sydney", "2026-04-04T18:30"),
        ("Australia/Sydney", "2026-10-03T18:30"),
    ],
)
def test_when_clocks_change_hours_stay_hours_and_days_stay_days(zone: str, assessed_at: str) -> None:
    local = datetime.fromisoformat(assessed_at).replace(tzinfo=ZoneInfo(zone))
    shift = (local + DAY).utcoffset() != local.utcoffset()
    assert shift, "the clocks of this place change that night"
    planned = {
        item.kind: item
        for item in plan_follow_ups(
            decision="adjust_running",
            run_status="modified_running",
            answers={},
            assessed_at=local.astimezone(UTC),
            duration_days=20,
            zone=ZoneInfo(zone),
        )
    }
    check, task = planned["check_24_hours"], planned["clinician_task"]
    elapsed = [
        (at - local.astimezone(UTC)) / HOUR for at in (check.due_at, check.permission_lapses_at, task.due_at)
    ]
    assert elapsed == [24, 36, 48]
    for kind, days in (("day_7", 7), ("day_14", 14), ("day_28", 8), ("day_42", 22)):
        due = planned[kind].due_at.astimezone(ZoneInfo(zone))
        assert (due.date() - local.date()).days == days
        assert due.timetz().replace(tzinfo=None) == local.timetz().replace(tzinfo=None)


@given(
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Sydney", "Asia/Kolkata"]),
    st.integers(0, 500 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.integers(0, 60),
)
def test_a_window_is_never_inside_out(zone: str, assessed_at: datetime, duration: int) -> None:
    for item in plan_follow_ups(
        decision="refer_urgent",
        run_status="modified_running",
        answers={},
        assessed_at=assessed_at,
        duration_days=duration,
        zone=ZoneInfo(zone),
    ):
        assert item.opens_at <= item.due_at <= item.overdue_at, item
        assert item.due_at > assessed_at


MORNING = NOW + timedelta(hours=12.5)


@pytest.mark.parametrize(
    ("urgency", "hours"),
    [
        (Urgency.NONE, {}),
        (Urgency.ROUTINE, {"letter": (50, 74), "outcome": (42 * 24, 43 * 24)}),
        (Urgency.WITHIN_2_WEEKS, {"booking": (50, 74), "outcome": (14 * 24, 15 * 24)}),
        (Urgency.COMPLETE_SCREEN_NOW, {}),
        (Urgency.SAME_DAY, {"seen": (12.5, 15.5)}),
        (Urgency.EMERGENCY_NOW, {"handover": (0.25, 1), "attendance": (4, 5)}),
    ],
)
def test_a_referral_is_chased_by_its_urgency(urgency: Urgency, hours: dict[str, tuple[float, float]]) -> None:
    planned = plan_chasers(
        urgency=urgency, called_at=NOW, acknowledge_by=NOW + 50 * HOUR, next_morning=MORNING
    )
    windows = {item.kind: ((item.due_at - NOW) / HOUR, (item.overdue_at - NOW) / HOUR) for item in planned}
    assert windows == hours
    assert all(item.opens_at == NOW and item.permission_lapses_at is None for item in planned)
