"""The drawing of pain over time: a fixed axis, and no line where nobody knows."""

import datetime as dt
import itertools

import pytest

from assessments.dashboard.charts.pain import BESIDE, BOTTOM, SERIES, TOP, Called, PainScores, pain_chart
from assessments.protocol.follow_up import CARRIED_QUESTIONS

DAY = dt.timedelta(days=1)
BEGIN = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def scores(*days: tuple[int, int | None], **more: object) -> list[PainScores]:
    """Points with the pain at rest of a day, and nothing else."""
    return [PainScores(BEGIN + day * DAY, (rest, None, None, None), "2026.1", **more) for day, rest in days]  # type: ignore[arg-type]


def drawn(*days: tuple[int, int | None]) -> tuple[list[float], list[str]]:
    chart = pain_chart(scores(*days), dt.UTC)
    assert chart is not None
    return [dot.y for dot in chart.series[0].dots], list(chart.series[0].lines)


def test_the_axis_runs_from_nought_to_ten_whatever_was_answered() -> None:
    heights, _ = drawn((0, 0), (1, 10), (2, 5))
    assert heights == [BOTTOM, TOP, (BOTTOM + TOP) / 2]
    heights, _ = drawn((0, 3), (1, 3))
    assert heights == [BOTTOM - 0.3 * (BOTTOM - TOP)] * 2


def test_a_score_that_was_not_given_breaks_the_line_and_leaves_no_dot() -> None:
    heights, lines = drawn((0, 2), (1, 3), (2, None), (3, 4), (4, 5))
    assert len(heights) == 4
    assert [len(line.split()) for line in lines] == [2, 2]


def test_a_lone_score_has_a_dot_and_no_line() -> None:
    heights, lines = drawn((0, 2), (1, None), (2, 4), (3, None))
    assert len(heights) == 2
    assert lines == []


@pytest.mark.parametrize(("days", "joined"), [(14, 1), (15, 0)])
def test_no_line_leads_across_more_than_two_weeks(days: int, joined: int) -> None:
    chart = pain_chart(scores((0, 2), (days, 3)), dt.UTC)
    assert chart is not None
    assert len(chart.series[0].lines) == joined
    assert [gap.words for gap in chart.gaps] == [] if joined else ["No assessment for 15 days"]


def test_equal_scores_of_one_day_stand_beside_each_other() -> None:
    chart = pain_chart([PainScores(BEGIN, (2, 2, 2, 2), "2026.1")], dt.UTC)
    assert chart is not None
    places = [series.dots[0].x for series in chart.series]
    assert [right - left for left, right in itertools.pairwise(places)] == [BESIDE] * 3
    assert len({series.dots[0].y for series in chart.series}) == 1


def test_escalations_and_another_protocol_are_marked_where_they_were() -> None:
    first, second = scores((0, 2), (10, 3))
    third = PainScores(BEGIN + 12 * DAY, (4, 1, None, None), "2026.2", Called("same_day", "Same day"))
    chart = pain_chart([first, second, third], dt.UTC)
    assert chart is not None
    assert [(mark.level, mark.words) for mark in chart.escalations] == [
        ("same_day", "Same day, 13 March 2026")
    ]
    assert [mark.words for mark in chart.protocols] == [
        "Protocol 2026.1 from 1 March 2026",
        "Protocol 2026.2 from 13 March 2026",
    ]
    assert chart.protocols[1].x == chart.escalations[0].x
    assert "3 assessments from 1 March 2026 to 13 March 2026" in chart.description
    assert "at rest 4; walking 1; run, worst not given" in chart.description


def test_days_are_named_by_the_clinics_calendar_and_never_on_each_other() -> None:
    chart = pain_chart(scores(*((day, 1) for day in range(200))), dt.UTC)
    assert chart is not None
    places = [tick.at for tick in chart.days]
    assert len(places) <= 8
    assert all(right - left >= 80 for left, right in itertools.pairwise(places))


def test_nothing_is_drawn_of_nothing() -> None:
    assert pain_chart([], dt.UTC) is None


def test_no_score_is_ever_carried_from_an_earlier_day() -> None:
    assert not {question for _, _, question in SERIES} & CARRIED_QUESTIONS
