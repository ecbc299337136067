"""After two weeks without a run it starts further back, by time alone."""

import datetime as dt

import pytest
from hypothesis import given

from assessments.protocol.programme import Phase, Standing, after_gap, gap_ended
from tests.protocol.programme.test_reaction import STANDINGS, size
from tests.protocol.strategies import SETTINGS

RUN = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(("days", "gap"), [(13.99, False), (14, True), (40, True)])
def test_two_weeks_to_the_hour_are_a_gap(days: float, gap: bool) -> None:
    assert gap_ended(RUN, now=RUN + days * DAY) is gap
    assert not gap_ended(None, now=RUN)


@pytest.mark.parametrize(
    ("standing", "again"),
    [
        (Standing(Phase.GRADED_RETURN, stage=7, greens=1), ("P2", 3, 100, 0)),
        (Standing(Phase.GRADED_RETURN, stage=2, greens=1), ("P2", 2, 100, 0)),
        (Standing(Phase.BUILD, share_percent=91), ("P3", 0, 50, 0)),
        (Standing(Phase.BUILD, share_percent=40), ("P3", 0, 40, 0)),
        (Standing(Phase.PREHAB), ("P3", 0, 50, 0)),
        (Standing(Phase.RESTORE, greens=1), ("P1", 0, 100, 1)),
    ],
)
def test_it_starts_at_stage_three_or_half_the_usual_and_never_higher_than_before(
    standing: Standing, again: tuple[str, int, int, int]
) -> None:
    after = after_gap(standing)
    assert (after.phase, after.stage, after.share_percent, after.greens) == again


@given(STANDINGS)
@SETTINGS
def test_a_gap_never_makes_the_next_run_larger(standing: Standing) -> None:
    after = after_gap(standing)
    assert size(after) <= size(standing)
    assert after_gap(after) == after
    assert (after.status, after.next_run_from, after.permitted_until, after.settle_first) == (
        standing.status,
        standing.next_run_from,
        standing.permitted_until,
        standing.settle_first,
    )
