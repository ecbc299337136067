"""Any way back that somebody could go: runs, checks, silence, gaps and waiting in any order."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assessments.protocol import CRITERIA, Criterion, Evaluation, evaluate, protocol_for
from assessments.protocol.programme import (
    Phase,
    Reaction,
    Standing,
    Status,
    after_gap,
    after_run,
    gap_ended,
    judge,
    permission_holds,
    react,
    settled,
)
from tests.protocol.programme.test_reaction import CHECKS, DAY, HOUR, RUN, STANDINGS, size
from tests.protocol.records import record, settings_of
from tests.protocol.strategies import SETTINGS

CONTEXT = protocol_for().context
FLAGS = [item for item in CRITERIA if item.id.startswith(("RF-", "CL-")) or item.id in {"IN-01", "IN-02"}]
BY_FLAG = pytest.mark.parametrize("flag", FLAGS, ids=[flag.id for flag in FLAGS])


def test_there_are_flags_of_every_kind() -> None:
    assert {flag.id[:4] for flag in FLAGS} >= {"RF-E", "RF-S", "RF-W", "CL-0", "IN-0"}
    assert len(FLAGS) > 40


@BY_FLAG
def test_every_red_flag_in_a_check_suspends_whatever_the_standing(flag: Criterion) -> None:
    settings_needed = settings_of(flag.condition)
    edges = flag.condition.boundaries(protocol_for(settings_needed).context)
    checks = [evaluate(record(**edge.met), settings_needed) for edge in edges]
    assert checks

    @given(STANDINGS, st.sampled_from(checks))
    @settings(SETTINGS, max_examples=10)
    def suspends(standing: Standing, check: Evaluation) -> None:
        assert judge(check)[0] is Reaction.ESCALATE
        outcome = react(check, standing, run_at=RUN, now=RUN + DAY)
        assert flag.id in outcome.reasons
        assert outcome.standing.status is Status.SUSPENDED
        later = (RUN + days * DAY for days in range(0, 500, 50))
        assert not any(permission_holds(settled(outcome.standing), now=now) for now in later)

    suspends()


STARTS = [
    Standing(Phase.GRADED_RETURN, stage=0),
    Standing(Phase.GRADED_RETURN, stage=6),
    Standing(Phase.BUILD, share_percent=40),
    Standing(Phase.BUILD, share_percent=75, clear_days=2),
]


class AnyWay(RuleBasedStateMachine):
    """One runner; hours pass only where a rule says so. Whoever runs without permission runs all the same."""

    @initialize(standing=st.sampled_from(STARTS))
    def begin(self, standing: Standing) -> None:
        self.first = self.standing = standing
        self.now = self.last_run = RUN
        self.unanswered = self.flagged = False
        self.greens = self.in_a_row = 0
        self.advanced_at = 0

    @rule(hours=st.sampled_from([1, 12, 24, 36, 48, 24 * 7, 24 * 15]))
    def wait(self, hours: int) -> None:
        before, self.now = size(self.standing), self.now + hours * HOUR
        assert size(self.standing) == before

    @rule()
    def run(self) -> None:
        before = self.standing
        if gap_ended(self.last_run, now=self.now):
            self.standing = after_gap(self.standing)
        assert size(self.standing) <= size(before)
        self.standing = after_run(self.standing, run_at=self.now)
        self.last_run, self.unanswered = self.now, True

    @precondition(lambda self: self.unanswered)
    @rule(reaction=st.sampled_from(Reaction), after=st.integers(18, 30))
    def check(self, reaction: Reaction, after: int) -> None:
        self.now = max(self.now, self.last_run + after * HOUR)
        before = self.standing
        outcome = react(CHECKS[reaction], before, run_at=self.last_run, now=self.now)
        self.standing = outcome.standing
        self.unanswered = reaction is Reaction.NO_REPLY
        self.flagged |= reaction is Reaction.ESCALATE
        self.greens += reaction is Reaction.GREEN
        self.in_a_row = self.in_a_row + 1 if reaction is Reaction.GREEN else 0
        if size(self.standing) > size(before):
            self.stands_one_step_higher(before)

    @rule(runs=st.integers(1, 4))
    def go_well(self, runs: int) -> None:
        """Chance alone seldom brings several green checks in a row."""
        for _ in range(runs):
            self.run()
            self.check(Reaction.GREEN, 24)
            self.wait(48)

    def stands_one_step_higher(self, before: Standing) -> None:
        """Only two greens in a row since the last step lead up, and by one step."""
        assert self.in_a_row >= 2
        assert self.greens >= self.advanced_at + 2
        self.advanced_at = self.greens
        if before.phase is self.standing.phase is Phase.GRADED_RETURN:
            assert self.standing.stage == before.stage + 1
        elif before.phase is Phase.GRADED_RETURN:
            assert (before.stage, self.standing.phase, self.standing.share_percent) == (8, Phase.BUILD, 50)
        else:
            assert self.standing.share_percent <= round(before.share_percent * 1.1)

    @rule()
    def settle(self) -> None:
        self.standing = settled(self.standing)

    @invariant()
    def no_stage_is_higher_than_the_greens_earned(self) -> None:
        standing = getattr(self, "standing", None)
        if standing is not None and standing.phase is Phase.GRADED_RETURN:
            assert standing.stage <= self.first.stage + self.greens // 2

    @invariant()
    def nobody_may_run_on_an_unanswered_run(self) -> None:
        if getattr(self, "unanswered", False):
            moments = (self.now, self.last_run + dt.timedelta(hours=36), self.now + 400 * DAY)
            held = [permission_holds(self.standing, now=now) for now in moments]
            assert held[1:] == [False, False]
            assert not held[0] or self.now < self.last_run + dt.timedelta(hours=36)

    @invariant()
    def nobody_may_run_after_a_flag(self) -> None:
        if getattr(self, "flagged", False):
            assert self.standing.status is Status.SUSPENDED
            assert not permission_holds(settled(self.standing), now=self.now + 400 * DAY)

    @invariant()
    def clear_days_lie_between_runs(self) -> None:
        if hasattr(self, "standing") and self.last_run > RUN:
            soonest = self.last_run + (1 + self.first.clear_days) * DAY - HOUR
            assert not permission_holds(self.standing, now=soonest)


TestAnyWay = AnyWay.TestCase
TestAnyWay.settings = settings(SETTINGS, max_examples=60, stateful_step_count=25)
