"""What a check leads to: up by two greens, never by silence; worse is never more."""

import datetime as dt
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assessments.protocol import Evaluation, evaluate
from assessments.protocol.programme import (
    Outcome,
    Phase,
    Reaction,
    Standing,
    Status,
    after_run,
    judge,
    permission_holds,
    react,
    settled,
)
from tests.protocol.records import record
from tests.protocol.strategies import SETTINGS

RUN = dt.datetime(2026, 3, 2, 7, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)

ANSWERS: dict[Reaction, dict[str, Any]] = {
    Reaction.GREEN: {},
    Reaction.AMBER: {"pain_run_peak_nrs": 2},
    Reaction.RED: {"pain_run_peak_nrs": 4},
    Reaction.STOP: {"pain_walking_nrs": 4},
    Reaction.ESCALATE: {"leg_weakness": "mild_unilateral", "leg_symptom_progression": "stable_or_improving"},
}
CHECKS: dict[Reaction, Evaluation | None] = {
    reaction: evaluate(record(**changes)) for reaction, changes in ANSWERS.items()
} | {Reaction.NO_REPLY: None}
RETURN = Standing(Phase.GRADED_RETURN, stage=4)
BUILD = Standing(Phase.BUILD, share_percent=75)


def checks(*reactions: Reaction, standing: Standing = RETURN, days_apart: int = 2) -> Outcome:
    """The outcome after a series of runs, each checked 24 hours later."""
    for number, reaction in enumerate(reactions):
        run_at = RUN + number * days_apart * DAY
        outcome = react(CHECKS[reaction], after_run(standing, run_at=run_at), run_at=run_at, now=run_at + DAY)
        standing = outcome.standing
    return outcome


@pytest.mark.parametrize(
    ("changes", "reaction", "reasons"),
    [
        ({}, "green", ()),
        ({"pain_run_peak_nrs": 2}, "amber", ("AD-02",)),
        ({"pain_post_run_peak_nrs": 2}, "amber", ("AD-04",)),
        ({"pain_next_day_nrs": 1}, "amber", ("AD-05",)),
        ({"hours_to_settle": 4.1}, "amber", ("AD-06",)),
        ({"analgesic_before_run": "yes"}, "amber", ("AD-13",)),
        ({"pain_run_peak_nrs": 4}, "red", ("AD-01",)),
        ({"pain_next_day_nrs": 4}, "red", ("AD-03",)),
        ({"pain_walking_nrs": 4}, "stop", ("SR-01",)),
        ({"adjustment_outcome": "not_helped"}, "stop", ("SR-02",)),
        ({"bladder_change": "yes"}, "escalate", ("RF-E02",)),
        (
            {"leg_pain": "unilateral", "leg_symptom_progression": "stable_or_improving"},
            "escalate",
            ("RF-W01",),
        ),
        ({"saddle_sensation_change": None}, "escalate", ("IN-01",)),
        ({"fever_or_rigors": None}, "escalate", ("IN-02",)),
        ({"pain_next_day_nrs": None}, "no_reply", ("IN-04",)),
        ({"trend": None}, "no_reply", ("IN-03",)),
    ],
)
def test_a_check_is_judged_by_the_worst_that_it_says(
    changes: dict[str, Any], reaction: str, reasons: tuple[str, ...]
) -> None:
    assert judge(evaluate(record(**changes))) == (reaction, reasons)


@pytest.mark.holds("S10")
def test_two_greens_in_a_row_advance_one_stage_and_one_does_not() -> None:
    assert checks(Reaction.GREEN).standing.stage == 4
    assert checks(Reaction.GREEN, Reaction.GREEN).standing.stage == 5
    assert checks(Reaction.GREEN, Reaction.GREEN, Reaction.GREEN).standing.stage == 5


@pytest.mark.parametrize("between", [Reaction.AMBER, Reaction.NO_REPLY])
def test_greens_that_are_not_in_a_row_do_not_count_together(between: Reaction) -> None:
    assert checks(Reaction.GREEN, between, Reaction.GREEN).standing.stage == 4


def test_two_ambers_in_a_row_step_back_one_and_three_in_two_weeks_stop() -> None:
    assert checks(Reaction.AMBER).standing.stage == 4
    assert checks(Reaction.AMBER, Reaction.AMBER).standing.stage == 3
    last = checks(Reaction.AMBER, Reaction.GREEN, Reaction.AMBER, Reaction.AMBER)
    assert (last.standing.status, last.standing.phase, last.adjustment_failed) == ("stopped", "P0", True)
    apart = checks(
        Reaction.AMBER, Reaction.GREEN, Reaction.AMBER, Reaction.GREEN, Reaction.AMBER, days_apart=4
    )
    assert apart.standing.status == "active"


def test_a_red_pauses_and_goes_back_two_and_a_second_in_two_weeks_stops() -> None:
    once = checks(Reaction.RED).standing
    assert (once.stage, once.settle_first, once.next_run_from) == (2, True, RUN + 3 * DAY)
    assert checks(Reaction.RED, standing=Standing(Phase.GRADED_RETURN, stage=1)).standing.stage == 0
    assert checks(Reaction.RED, Reaction.RED).standing.status == "stopped"
    assert checks(Reaction.RED, Reaction.RED, days_apart=14).standing.status == "active"


def test_a_stop_is_reviewed_within_a_week() -> None:
    stopped = checks(Reaction.STOP).standing
    assert (stopped.status, stopped.phase, stopped.review_by) == ("stopped", "P0", RUN + 8 * DAY)


@pytest.mark.parametrize("earlier", [Reaction.GREEN, Reaction.AMBER, Reaction.RED, Reaction.STOP])
def test_a_referral_symptom_suspends_whatever_came_before(earlier: Reaction) -> None:
    standing = checks(earlier, Reaction.ESCALATE).standing
    assert standing.status == "suspended"
    for later in Reaction:
        again = react(CHECKS[later], standing, run_at=RUN + 4 * DAY, now=RUN + 5 * DAY).standing
        assert again.status == "suspended"
        assert not permission_holds(settled(again), now=RUN + 60 * DAY)


def test_the_last_stage_twice_green_leads_to_building() -> None:
    done = checks(Reaction.GREEN, Reaction.GREEN, standing=Standing(Phase.GRADED_RETURN, stage=8)).standing
    assert (done.phase, done.share_percent) == ("P3", 50)


def test_distance_grows_by_a_tenth_up_to_the_usual() -> None:
    assert checks(Reaction.GREEN, Reaction.GREEN, standing=BUILD).standing.share_percent == 82
    full = Standing(Phase.BUILD, share_percent=98)
    assert checks(Reaction.GREEN, Reaction.GREEN, standing=full).standing.share_percent == 100


@pytest.mark.holds("HZ-24")
@pytest.mark.parametrize("phase", [Phase.CALM, Phase.RESTORE])
def test_no_check_opens_the_gate_of_a_phase_without_running(phase: Phase) -> None:
    standing = checks(*[Reaction.GREEN] * 6, standing=Standing(phase)).standing
    assert standing.phase == phase
    assert not permission_holds(standing, now=RUN + 30 * DAY)


def test_permission_lapses_by_time_alone_and_a_green_check_brings_it_back() -> None:
    ran = after_run(RETURN, run_at=RUN)
    assert not any(permission_holds(ran, now=RUN + hours * HOUR) for hours in range(0, 400, 3))
    checked = react(CHECKS[Reaction.GREEN], ran, run_at=RUN, now=RUN + DAY).standing
    assert not permission_holds(checked, now=RUN + 47 * HOUR)
    assert permission_holds(checked, now=RUN + 48 * HOUR)
    unanswered = react(None, ran, run_at=RUN, now=RUN + 30 * HOUR).standing
    assert unanswered.permitted_until == RUN + 36 * HOUR
    assert unanswered.stage == RETURN.stage


STANDINGS = st.builds(
    Standing,
    phase=st.sampled_from([*Phase, Phase.GRADED_RETURN, Phase.BUILD]),
    stage=st.integers(0, 8),
    share_percent=st.integers(40, 100),
    status=st.sampled_from([Status.ACTIVE] * 4 + list(Status)),
    greens=st.integers(0, 1),
    ambers=st.integers(0, 1),
    settle_first=st.booleans(),
    next_run_from=st.none() | st.just(RUN) | st.just(RUN + 5 * DAY),
    permitted_until=st.none() | st.just(RUN + DAY + HOUR),
    past=st.lists(
        st.tuples(st.just(RUN - DAY), st.sampled_from([Reaction.GREEN, Reaction.AMBER, Reaction.RED])),
        max_size=3,
    ).map(tuple),
)
WORSENING = [Reaction.GREEN, Reaction.AMBER, Reaction.RED, Reaction.STOP, Reaction.ESCALATE]
RUNNING = [Phase.GRADED_RETURN, Phase.BUILD, Phase.PREHAB]


def first_run(standing: Standing) -> dt.datetime:
    """When the next run may be at the earliest, once settled; never is the end of time."""
    waits = standing.next_run_from or RUN
    if not permission_holds(settled(standing), now=waits):
        return dt.datetime.max.replace(tzinfo=dt.UTC)
    return waits + (DAY if standing.settle_first else 0 * DAY)


def size(standing: Standing) -> tuple[int, int, int]:
    """How much the next run is; the table comes before building."""
    if standing.status is not Status.ACTIVE or standing.phase not in RUNNING:
        return (0, 0, 0)
    by_stage = standing.phase is Phase.GRADED_RETURN
    return (RUNNING.index(standing.phase) + 1, standing.stage if by_stage else 0, standing.share_percent)


@given(STANDINGS)
@SETTINGS
def test_a_worse_check_never_gives_an_earlier_or_larger_next_run(standing: Standing) -> None:
    after = [react(CHECKS[one], standing, run_at=RUN, now=RUN + DAY).standing for one in WORSENING]
    for better, worse in pairwise(after):
        assert size(worse) <= size(better)
        assert first_run(worse) >= first_run(better)


@pytest.mark.holds("S10")
@given(STANDINGS)
@SETTINGS
def test_silence_gives_nothing_that_was_not_there(standing: Standing) -> None:
    after = react(None, standing, run_at=RUN, now=RUN + 30 * HOUR).standing
    assert size(after) == size(standing)
    assert not permission_holds(after, now=RUN + 36 * HOUR)


class Weeks(RuleBasedStateMachine):
    """Any sequence of runs and checks, two days apart."""

    @initialize(stage=st.integers(0, 8))
    def begin(self, stage: int) -> None:
        self.standing = Standing(Phase.GRADED_RETURN, stage=stage)
        self.first, self.greens, self.day, self.flagged = stage, 0, 0, False

    @rule(reaction=st.sampled_from(Reaction), days=st.integers(2, 9))
    def run_and_check(self, reaction: Reaction, days: int) -> None:
        self.day += days
        run_at = RUN + self.day * DAY
        ran = after_run(self.standing, run_at=run_at)
        outcome = react(CHECKS[reaction], ran, run_at=run_at, now=run_at + DAY)
        assert outcome.reaction is reaction
        self.greens += reaction is Reaction.GREEN
        self.flagged |= reaction is Reaction.ESCALATE
        if reaction is not Reaction.GREEN:
            assert size(outcome.standing) <= size(self.standing)
        self.standing = settled(outcome.standing)

    @invariant()
    def no_stage_is_higher_than_the_greens_earned(self) -> None:
        standing = getattr(self, "standing", None)
        if standing is not None and standing.phase is Phase.GRADED_RETURN:
            assert standing.stage <= self.first + self.greens // 2

    @invariant()
    def after_a_red_flag_nobody_runs(self) -> None:
        if getattr(self, "flagged", False):
            assert self.standing.status is Status.SUSPENDED
            assert not permission_holds(self.standing, now=RUN + (self.day + 400) * DAY)


TestWeeks = Weeks.TestCase
TestWeeks.settings = settings(SETTINGS, max_examples=40, stateful_step_count=20)


@pytest.mark.parametrize(
    ("changes", "reaction"),
    [
        ({"pain_next_day_nrs": 1, "analgesic_before_run": None}, Reaction.AMBER),
        (
            {"pain_run_peak_nrs": 1, "adjustment_outcome": "helped_pain_free", "pain_next_day_nrs": 1},
            Reaction.AMBER,
        ),
        ({"pain_run_peak_nrs": 4, "hours_to_settle": None}, Reaction.RED),
        ({"hours_to_settle": 72}, Reaction.AMBER),
        ({"hours_to_settle": None}, Reaction.NO_REPLY),
    ],
)
def test_a_gap_never_makes_better_what_is_known(changes: dict[str, Any], reaction: Reaction) -> None:
    assert judge(evaluate(record(**changes)))[0] is reaction


def test_only_the_scores_of_the_run_make_a_check_of_it_green() -> None:
    scores = ("pain_run_peak_nrs", "pain_post_run_peak_nrs", "hours_to_settle", "pain_next_day_nrs")
    assert judge(evaluate(record()), of_a_run=True)[0] is Reaction.GREEN
    subsets = [subset for size in range(1, 5) for subset in combinations(scores, size)]
    for subset in subsets:
        assert judge(evaluate(record(**dict.fromkeys(subset))), of_a_run=True)[0] is Reaction.NO_REPLY
    no_run = dict.fromkeys((*scores, "analgesic_before_run", "hours_since_run"))
    denied = evaluate(record(ran_last_14d="no", **no_run))
    assert judge(denied, of_a_run=True)[0] is Reaction.NO_REPLY
    standing = Standing(Phase.GRADED_RETURN, stage=1, greens=1)
    after = react(denied, standing, run_at=RUN, now=RUN + DAY).standing
    assert (after.stage, after.greens) == (1, 0)
