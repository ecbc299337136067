"""Limits over any history of runs, in km, in minutes, in both or in neither: what isn't known lifts none.

Programmes and runs are made in memory: the session and its week are computed from them without a statement.
"""

import datetime as dt
import math
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assessments.programmes.models import Programme
from assessments.programmes.services.run_history import Past, Ran, Week, weeks_of
from assessments.programmes.services.session import Session, session_of
from assessments.protocol import evaluate
from assessments.protocol.programme import Reaction, build_programme, usual_run_km
from assessments.records.models import Assessment
from tests.programme.test_stories import NOT_RUN
from tests.protocol.records import record
from tests.protocol.strategies import SETTINGS

RELEASED = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
OWN = uuid.uuid4()
#: Who is asked to run less, and who comes to P3 through the walk-run table.
ENTRIES: dict[str, dict[str, Any]] = {
    "minor": {"pain_run_peak_nrs": 2},
    "major": {"pain_run_peak_nrs": 4},
    "table": {"ran_last_14d": "no", **NOT_RUN},
}
TOLD = ("km", "minutes", "both", "neither")
LONGER = st.none() | st.sampled_from([0, 1, 8])
#: What a runner tells of their running before; what isn't known is None. The longest run is no shorter than
#: the last one.
FACTS = st.fixed_dictionaries(
    {
        "weekly_km_prev4w_avg": st.none() | st.sampled_from([6, 15, 60]),
        "runs_per_week": st.none() | st.sampled_from([3, 4, 6.5]),
        "last_run_km": st.none() | st.sampled_from([2, 5, 12]),
        "weekly_km_current": st.none(),
    }
).flatmap(lambda facts: LONGER.map(lambda more: facts | {"longest_run_30d_km": longest_of(facts, more)}))


def longest_of(facts: dict[str, Any], more: int | None) -> float | None:
    return None if more is None else (facts["last_run_km"] or 4) + more


@dataclass(frozen=True)
class Step:
    """Some days later a run that is told in these units, this much longer than its session, borne or not."""

    days: int
    told: str
    further: float
    borne: bool


def steps(days: list[int], least: int = 0) -> st.SearchStrategy[list[Step]]:
    """Runs so many days apart, most of them as long as their session and borne."""
    step = st.builds(
        Step,
        days=st.sampled_from(days),
        told=st.sampled_from(TOLD),
        further=st.sampled_from([0.0, 0.0, 0.0, 0.5, 3.0]),
        borne=st.sampled_from([True, True, True, False]),
    )
    return st.lists(step, min_size=least, max_size=16)


#: Every day or two, so that weeks fill up; and with rests between.
STEPS = steps([1, 2], least=6) | steps([2, 2, 2, 3, 9, 16])


@dataclass
class History:
    """A runner in P3 (any share) or P4, and what was run."""

    programme: Programme
    runs: list[Ran] = field(default_factory=list)
    reactions: list[tuple[dt.datetime, Reaction]] = field(default_factory=list)
    now: dt.datetime = RELEASED

    def past(self, runs: list[Ran] | None = None) -> Past:
        return Past(tuple(self.runs if runs is None else runs), tuple(self.reactions))

    def session(self, runs: list[Ran] | None = None, at: dt.datetime | None = None) -> Session:
        return session_of(self.programme, now=at or self.now, past=self.past(runs))

    def week(self, runs: list[Ran] | None = None, at: dt.datetime | None = None) -> Week:
        return weeks_of(self.programme, now=at or self.now, past=self.past(runs))[-1]

    def run(self, step: Step) -> None:
        session = self.session()
        km = (5.0 if session.distance_km is None else session.distance_km) + step.further
        minutes = (30.0 if session.minutes is None else session.minutes) + step.further * 6
        self.runs.append(
            Ran(
                self.now,
                km if step.told in {"km", "both"} else None,
                own=True,
                minutes=minutes if step.told in {"minutes", "both"} else None,
                planned_km=session.distance_km,
                planned_minutes=session.minutes,
                permitted=session.permitted,
                borne=session.permitted and step.borne,
            )
        )
        self.reactions.append((self.now + DAY, Reaction.GREEN if step.borne else Reaction.RED))


def begin(entry: str, facts: dict[str, Any], share: int) -> History:
    """A released programme; from the table it is in P3 already."""
    evaluation = evaluate(record(**ENTRIES[entry], episode_duration_days=3, **facts))
    plan = build_programme(evaluation, evaluation.answers)
    assert plan.start is not None
    programme = Programme(
        id=OWN,
        assessment=Assessment(answers=dict(evaluation.answers), assessed_at=RELEASED - DAY),
        content=plan.as_dict(),
        usual_run_km=usual_run_km(evaluation.answers),
        state=Programme.State.RELEASED,
        released_at=RELEASED,
        phase="P3",
        share_percent=share,
    )
    return History(programme)


HISTORIES = st.builds(begin, st.sampled_from(list(ENTRIES)), FACTS, st.sampled_from([40, 50, 75, 90, 100]))


def at_most(limit: float | None) -> float:
    """The limit with what rounding may add; endless where there is none."""
    return math.inf if limit is None else limit + 1e-6


def longest(history: History, unit: str) -> float | None:
    """The longest run of thirty days that was borne, in one unit, or was told of."""
    since = history.now - 30 * DAY
    known = [getattr(run, unit) for run in history.runs if run.at > since and run.borne]
    told = history.programme.assessment.answers.get("longest_run_30d_km")
    if unit == "km" and told and history.programme.assessment.assessed_at > since:
        known.append(float(told))
    return max((figure for figure in known if figure), default=None)


def test_no_session_is_longer_than_a_tenth_more_than_the_longest_run_that_is_known() -> None:
    """A property over cases that never come says nothing: what the histories reached is counted."""
    reached: Counter[str] = Counter()
    wanted = {*TOLD, "longest in km", "longest in minutes", "week in km", "week in minutes", "runs of a week"}

    @given(HISTORIES, STEPS)
    @SETTINGS
    def every_history(history: History, steps: list[Step]) -> None:
        live_through(history, steps, reached)

    every_history()
    assert {name: reached[name] for name in wanted if reached[name] < 20} == {}


def live_through(history: History, steps: list[Step], reached: Counter[str]) -> None:
    """Every run of a history, each asked about beforehand."""
    for step in steps:
        history.now += step.days * DAY
        session, week = history.session(), history.week()
        assert (session.distance_km, session.minutes) != (None, None), "no session without a limit"
        assert session.cap is not None
        sizes = {"km": session.distance_km, "minutes": session.minutes}
        caps = {"km": session.cap.km, "minutes": session.cap.minutes}
        left = {"km": week.left.km, "minutes": week.left.minutes}
        for unit, size in sizes.items():
            known = longest(history, unit)
            if known is not None:
                assert size is not None
                assert size <= known * 1.10 + 1e-6
                reached[f"longest in {unit}"] += 1
            if size is not None:
                assert size <= at_most(caps[unit])
            if size is not None and left[unit] is not None and session.permitted:
                assert size <= at_most(left[unit]), "what is left of the week"
                reached[f"week in {unit}"] += 1
        assert {week.cap.km, week.cap.minutes} != {None}, "no week without a limit"
        if week.runs >= week.runs_allowed:
            assert session.blocked_by == "week_full"
            reached["runs of a week"] += 1
        reached[step.told] += 1
        history.run(step)


@given(HISTORIES, STEPS, st.integers(0, 9), st.data())
@SETTINGS
def test_a_fact_that_is_taken_away_raises_no_limit(
    history: History, steps: list[Step], later: int, data: st.DataObject
) -> None:
    """A figure of a run, or an answer. Runs are as long as their sessions or longer: one of which that isn't
    known counts as its session.
    """
    for step in steps:
        history.now += step.days * DAY
        history.run(step)
    history.now += later * DAY
    before = limits(history)
    for name, forgotten in without_one_fact(history, data):
        after = limits(forgotten)
        for unit, limit in after.items():
            if limit is not None and before[unit] is not None:
                assert limit <= at_most(before[unit]), (name, unit)
        assert {after["run in km"], after["run in minutes"]} != {None}
        assert {after["week in km"], after["week in minutes"]} != {None}


def limits(history: History) -> dict[str, float | None]:
    session, week = history.session(), history.week()
    assert session.cap is not None
    return {
        "run in km": session.cap.km,
        "run in minutes": session.cap.minutes,
        "week in km": week.cap.km,
        "week in minutes": week.cap.minutes,
        "runs of a week": week.runs_allowed,
    }


def without_one_fact(history: History, data: st.DataObject) -> Iterator[tuple[str, History]]:
    """The history without a figure of one run, and without one of the answers."""
    if history.runs:
        index = data.draw(st.integers(0, len(history.runs) - 1))
        for unit in ("km", "minutes"):
            runs = list(history.runs)
            told = runs[index]
            runs[index] = replace(told, km=None) if unit == "km" else replace(told, minutes=None)
            yield f"{unit} of run {index}", replace(history, runs=runs)
    answers = history.programme.assessment.answers
    for name in ("longest_run_30d_km", "last_run_km", "runs_per_week"):
        if name in answers:
            rest = {key: value for key, value in answers.items() if key != name}
            programme = Programme(
                **{
                    column.attname: getattr(history.programme, column.attname)
                    for column in Programme._meta.concrete_fields
                    if column.attname != "assessment_id"
                },
                assessment=Assessment(answers=rest, assessed_at=history.programme.assessment.assessed_at),
            )
            yield name, replace(history, programme=programme)
