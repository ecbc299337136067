"""The drawing of the weeks: bars, caps, what is over, and what isn't known."""

import datetime as dt

import pytest

from assessments.dashboard.charts.load import BOTTOM, TOP, LoadWeek, load_chart

BEGIN = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def week(number: int, km: float | None, cap: float | None, within: bool | None = None) -> LoadWeek:
    return LoadWeek(number, BEGIN + dt.timedelta(days=7 * number), km, cap, within)


def test_a_bar_stands_on_the_ground_and_reaches_its_distance() -> None:
    chart = load_chart([week(1, 10, None), week(2, 20, 11, within=False)])
    assert chart is not None
    assert chart.ticks[-1].words == "20"
    first, second = chart.bars
    assert (first.y, first.height) == ((BOTTOM + TOP) / 2, (BOTTOM - TOP) / 2)
    assert (second.y, second.height) == (TOP, BOTTOM - TOP)
    assert (first.cap, first.over, second.over) == (None, False, True)
    assert second.cap == 101.4
    assert second.cap_from < second.x < second.x + second.width < second.cap_to


def test_a_week_whose_distance_is_not_known_has_no_bar_and_says_so() -> None:
    chart = load_chart([week(1, None, 12)])
    assert chart is not None
    assert (chart.bars[0].y, chart.bars[0].height) == (None, None)
    assert chart.bars[0].words == "Week 1: distance not known, the cap is 12 km"
    assert "Distance not known in 1 weeks." in chart.description


@pytest.mark.parametrize(("most", "top"), [(0, 8), (5, 8), (9, 12), (26, 32), (41, 48), (170, 200)])
def test_the_scale_ends_at_a_number_whose_quarters_are_whole(most: float, top: int) -> None:
    chart = load_chart([week(1, most, None)])
    assert chart is not None
    assert chart.ticks[-1].words == str(top)


def test_what_is_over_the_cap_is_said_in_words() -> None:
    chart = load_chart([week(1, 10, 12, within=True), week(2, 15, 11, within=False)])
    assert chart is not None
    assert "Over the cap: week 2." in chart.description
    assert [bar.words for bar in chart.bars] == [
        "Week 1: 10 km, within the cap of 12 km",
        "Week 2: 15 km, OVER the cap of 11 km",
    ]


def test_nothing_is_drawn_of_nothing() -> None:
    assert load_chart([]) is None
