"""No session without a limit in any phase: walk-run, building after the table, prehab, and after a gap.

A life is lived by the protocol's own reactions: checks move it from stage to stage, out of the table, up to
the usual distance, and back; a clinician completes it. Nothing of it is stored.
"""

from collections import Counter
from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from assessments.programmes.services.position import standing_of
from assessments.programmes.services.run_history import BORNE, Ran
from assessments.programmes.services.session import Session
from assessments.protocol import evaluate
from assessments.protocol.programme import Phase, Reaction, Standing, Status
from assessments.protocol.programme.load import GAP_DAYS
from assessments.protocol.programme.reaction import SHARE_MAX, after_run, judge, react, settled
from assessments.protocol.programme.walk_run import LAST_STAGE, STAGE_AFTER_A_GAP, STAGES
from tests.programme.test_limits_over_histories import DAY, FACTS, TOLD, History, at_most, begin, longest
from tests.protocol.records import record
from tests.protocol.strategies import SETTINGS

CHECKS = {
    Reaction.GREEN: evaluate(record()),
    Reaction.AMBER: evaluate(record(pain_run_peak_nrs=2)),
    Reaction.RED: evaluate(record(pain_run_peak_nrs=5)),
    Reaction.NO_REPLY: None,
}
#: Most checks are good, so that a life comes somewhere.
ANSWERS = [Reaction.GREEN] * 12 + [Reaction.AMBER, Reaction.RED, Reaction.NO_REPLY]


@dataclass(frozen=True)
class Week:
    """A run some days later, told in these units, so much longer than its session, and how its check is."""

    days: int
    told: str
    further: float
    answered: Reaction
    completes: bool


def weeks(days: list[int]) -> st.SearchStrategy[list[Week]]:
    one = st.builds(
        Week,
        days=st.sampled_from(days),
        told=st.sampled_from(TOLD),
        further=st.sampled_from([0.0, 0.0, 0.0, 1.0]),
        answered=st.sampled_from(ANSWERS),
        completes=st.booleans(),
    )
    return st.lists(one, min_size=8, max_size=30)


#: Where a life is entered: in the table, after it, and with the usual distance reached.
ENTERED = [("table", Phase.GRADED_RETURN, stage) for stage in range(LAST_STAGE + 1)]
ENTERED += [("table", Phase.BUILD, 0), ("minor", Phase.BUILD, 0), ("major", Phase.BUILD, 0)]
ENTERED += [("table", Phase.GRADED_RETURN, LAST_STAGE)] * 4 + [("minor", Phase.BUILD, 0)] * 2
ENTERED += [("minor", Phase.PREHAB, 0), ("table", Phase.PREHAB, 0)]


def enter(where: tuple[str, Phase, int], facts: dict[str, object], share: int) -> History:
    entry, phase, stage = where
    life = begin(entry, facts, SHARE_MAX if phase is Phase.PREHAB else share)
    life.programme.phase, life.programme.stage = phase.value, stage
    return life


#: What somebody tells who knows their running.
KNOWN_WELL = {"weekly_km_prev4w_avg": 30, "runs_per_week": 3, "last_run_km": 10, "longest_run_30d_km": 12}


def good(told: str, *, days: int = 2) -> Week:
    """A run like its session with a green check."""
    return Week(days, told, 0.0, Reaction.GREEN, completes=True)


def stand(life: History, standing: Standing) -> None:
    """What ``move`` stores."""
    for name in ("stage", "share_percent", "greens", "ambers", "settle_first"):
        setattr(life.programme, name, getattr(standing, name))
    life.programme.phase, life.programme.status = standing.phase.value, standing.status.value
    life.programme.next_run_from, life.programme.permitted_until = (
        standing.next_run_from,
        standing.permitted_until,
    )


def live(life: History, week: Week, session: Session) -> None:
    """Run the session, be asked about it, and go where the check leads."""
    stage = session.stage or {}
    planned = session.minutes if session.minutes is not None else stage.get("running_minutes")
    km = (4.0 if session.distance_km is None else session.distance_km) + week.further
    minutes = (20.0 if planned is None else float(str(planned))) + week.further * 6
    life.runs.append(
        Ran(
            life.now,
            km if week.told in {"km", "both"} else None,
            own=True,
            minutes=minutes if week.told in {"minutes", "both"} else None,
            planned_km=session.distance_km,
            planned_minutes=None if planned is None else float(str(planned)),
            permitted=session.permitted,
            borne=session.permitted and week.answered in BORNE,
        )
    )
    before = replace(standing_of(life.programme, life.past()), greens=life.programme.greens)
    ran = after_run(before, run_at=life.now)
    if session.after_a_gap:
        ran = replace(ran, stage=min(ran.stage, STAGE_AFTER_A_GAP), greens=0)
    outcome = react(CHECKS[week.answered], ran, run_at=life.now, now=life.now + DAY)
    life.reactions.append((life.now + DAY, outcome.reaction))
    standing = settled(outcome.standing)
    if standing.phase is Phase.BUILD and standing.share_percent == SHARE_MAX and week.completes:
        standing = replace(standing, phase=Phase.PREHAB)
    stand(life, standing)


def assert_limited(life: History, session: Session, phase: Phase) -> None:
    """However it is told, somebody knows when to stop."""
    if phase is Phase.GRADED_RETURN:
        assert session.stage is not None
        number = int(str(session.stage["stage"]))
        assert session.stage == STAGES[number].as_dict()
        assert number <= life.programme.stage
        if life.runs and life.now - life.runs[-1].at >= (GAP_DAYS + 1) * DAY:
            assert number <= STAGE_AFTER_A_GAP
        return
    assert session.cap is not None
    assert (session.cap.km, session.cap.minutes) != (None, None)
    assert (session.distance_km, session.minutes) != (None, None)
    caps = {"km": session.cap.km, "minutes": session.cap.minutes}
    for unit, size in (("km", session.distance_km), ("minutes", session.minutes)):
        if size is not None:
            assert size <= at_most(caps[unit]), unit
        if (known := longest(life, unit)) is not None:
            assert size is not None
            assert size <= known * 1.10 + 1e-6, unit


def test_each_check_is_what_it_is_called() -> None:
    for reaction, check in CHECKS.items():
        assert check is None or judge(check, of_a_run=True)[0] is reaction


def test_no_session_of_any_phase_is_without_a_limit() -> None:
    """A property over cases that never come says nothing: what the lives reached is counted."""
    reached: Counter[str] = Counter()
    wanted = {"P2", "P3", "P4", "out of the table", "out of P3", "gap in P2", "gap in P3", "gap in P4"}

    @given(
        st.builds(enter, st.sampled_from(ENTERED), FACTS, st.sampled_from([50, 75, 100])),
        weeks([2, 2, 3]) | weeks([2, 3, 16, 20]),
    )
    @SETTINGS
    def every_life(life: History, weeks: list[Week]) -> None:
        live_through(life, weeks, reached)

    for where in dict.fromkeys(ENTERED):
        for told in TOLD:
            live_through(enter(where, KNOWN_WELL, 75), [good(told)] * 30, reached)
            live_through(enter(where, {}, 75), [*[good(told)] * 5, good(told, days=16), good(told)], reached)
    every_life()
    assert {name: reached[name] for name in wanted if reached[name] < 5} == {}


def live_through(life: History, weeks: list[Week], reached: Counter[str]) -> None:
    phase = Phase(life.programme.phase)
    for week in weeks:
        life.now += week.days * DAY
        session = life.session()
        if life.programme.status != Status.ACTIVE or phase in {Phase.CALM, Phase.RESTORE}:
            assert not session.permitted, "no running before the table, and none while it is stopped"
            return
        # The first run after a gap in prehab is one of building, further back.
        now_in = Phase.BUILD if phase is Phase.PREHAB and session.after_a_gap else phase
        assert_limited(life, session, now_in)
        if session.permitted:
            reached[phase.value] += 1
            reached[f"gap in {phase.value}"] += session.after_a_gap
        live(life, week, session)
        after = Phase(life.programme.phase)
        reached["out of the table"] += (phase, after) == (Phase.GRADED_RETURN, Phase.BUILD)
        reached["out of P3"] += (phase, after) == (Phase.BUILD, Phase.PREHAB)
        phase = after


def test_the_first_distance_after_the_table_is_no_longer_than_its_last_stage_bore() -> None:
    """Whatever was told before, and in whichever unit the last stages were logged."""

    @given(FACTS, st.lists(st.sampled_from(TOLD), min_size=4, max_size=4))
    @SETTINGS
    def going_on(facts: dict[str, object], told: list[str]) -> None:
        life = enter(("table", Phase.GRADED_RETURN, LAST_STAGE - 1), facts, 50)
        for unit in told:
            life.now += 2 * DAY
            live(life, Week(2, unit, 0.0, Reaction.GREEN, completes=False), life.session())
        assert life.programme.phase == Phase.BUILD.value
        life.now += 2 * DAY
        session = life.session()
        assert session.permitted or session.blocked_by == "week_full"
        assert_limited(life, session, Phase.BUILD)
        if session.minutes is not None:
            assert session.minutes <= at_most(STAGES[LAST_STAGE].running_minutes * 1.10)

    going_on()
