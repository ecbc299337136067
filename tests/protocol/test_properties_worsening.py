"""Worsening never relaxes, whatever else the record says (safety property S1).

Pain is judged relative to usual pain, so usual pain alone may not be raised: with the run scores unchanged
the rise shrinks. Monotonicity holds for the whole profile shifted up, and for each run score.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assessments.protocol import evaluate
from tests.protocol.records import record, result
from tests.protocol.strategies import (
    BASES,
    BY_NAME,
    DIAGNOSES,
    EDGES,
    PAIN_SCORES,
    READ,
    SETTINGS,
    Record,
    answers_to,
    caution,
    contradictions,
    records,
)

CES = ("no", "yes_longstanding_unchanged", "yes")
LEG = ("none", "unilateral", "bilateral")
# Neither answer is a symptom: whether there was a run, and whether anything was tried against the pain.
NOT_FLAGS = {"ran_last_14d", "treatment_tried", "maternity_running_advice"}
FLAGS = [name for name in READ if BY_NAME[name].choices == ("no", "yes") and name not in NOT_FLAGS]
# From least to most worrying.
ORDERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(FLAGS, ("no", "yes")),
    "pregnancy_warning_signs": ("no", "yes"),
    "saddle_sensation_change": CES,
    "bladder_change": CES,
    "bowel_change": CES,
    "sexual_function_change": CES,
    "leg_pain": LEG,
    "leg_sensory_change": LEG,
    "leg_weakness": ("none", "mild_unilateral", "severe_unilateral", "bilateral"),
    "leg_symptom_progression": ("stable_or_improving", "worsening"),
    "walking_ability": ("normal", "limited_by_pain", "unable"),
    "trauma": ("none", "minor", "major"),
    "trend": ("improving", "unchanged", "worsening"),
    "spinal_surgery_ever": ("no", "earlier", "within_12_months"),
    "adjustment_outcome": ("helped_pain_free", "helped_partly", "not_helped", "worse"),
}
RISING = ("hours_to_settle", "pain_walking_nrs", "episode_duration_days")
RUN_SCORES = ("pain_run_peak_nrs", "pain_post_run_peak_nrs", "pain_next_day_nrs")
PROFILE = ("pain_usual_nrs", "pain_pre_run_nrs", *RUN_SCORES)


def worsened(answers: Record) -> Iterator[Record]:
    """Every record in which one item is one step worse."""
    for name, order in ORDERS.items():
        place = order.index(answers[name]) if answers.get(name) in order else len(order)
        if place + 1 < len(order):
            yield answers | {name: order[place + 1]}
    for name in (*RISING, *RUN_SCORES):
        if name in answers:
            higher = next((value for value in EDGES[name] if value > answers[name]), None)
            if higher is not None:
                yield answers | {name: higher}
    yield from worse_diagnoses(answers)
    profile = {name: answers[name] + 1 for name in PROFILE if name in answers}
    if profile and max(profile.values()) <= 10:
        yield answers | profile


def worse_diagnoses(answers: Record) -> Iterator[Record]:
    """One diagnosis more, or one clearance less."""
    present = answers.get("diagnoses")
    if present is None:
        return
    for place, item in enumerate(present):
        for clearance in ("unknown", "no") if item["clearance"] == "yes" else ():
            without = [other for other in present if other is not item]
            changed = {**item, "clearance": clearance}
            if changed not in without:
                yield answers | {"diagnoses": [*present[:place], changed, *present[place + 1 :]]}
    yield from (answers | {"diagnoses": [*present, item]} for item in DIAGNOSES[::5] if item not in present)


def open_questions(answers: Record) -> set[str]:
    """The essential questions that are open."""
    return {item.question for item in evaluate(answers).missing}


def assert_nothing_relaxes(answers: Record) -> None:
    before = caution(answers)
    missing = open_questions(answers)
    for worse in worsened(answers):
        if missing - open_questions(worse):
            continue  # what is worse answers or removes an open question
        after = caution(worse)
        changed = {name: worse[name] for name in worse if worse[name] != answers.get(name)}
        assert after[0] >= before[0], (changed, answers)
        assert after[1] >= before[1], (changed, answers)


@pytest.mark.holds("S1")
@SETTINGS
@given(records())
def test_one_item_worse_never_lowers_decision_or_urgency(answers: Record) -> None:
    assume(not contradictions(answers))
    assert_nothing_relaxes(answers)


@pytest.mark.holds("S1")
@pytest.mark.parametrize("name", sorted(ORDERS))
def test_each_ordered_answer_from_every_starting_point_never_relaxes(name: str) -> None:
    for base in BASES:
        for value in ORDERS[name]:
            answers = base | {name: value}
            if not contradictions(answers):
                assert_nothing_relaxes(answers)


@pytest.mark.holds("S13")
@SETTINGS
@given(records(), st.sampled_from(sorted(READ)), st.data())
def test_a_goal_event_never_lowers_caution(answers: Record, name: str, data: st.DataObject) -> None:
    answers = answers | {name: data.draw(answers_to(name))}
    goal = {"type": "marathon", "date": "2026-04-26", "distance_km": 42.2}
    assert caution(answers | {"goal_event": goal}) == caution(answers)


def test_raising_usual_pain_alone_shrinks_the_rise_and_is_bounded_by_the_absolute_criteria() -> None:
    """The known limit of judging pain relative to usual pain."""
    adjust: dict[str, Any] = {"pain_run_peak_nrs": 2, "pain_pre_run_nrs": None}
    assert result(**adjust, pain_usual_nrs=0)["decision"] == "adjust_running"
    assert result(**adjust, pain_usual_nrs=1)["decision"] == "continue_running"
    high = dict.fromkeys(PROFILE, 6)
    assert result(**high)["decision"] == "stop_and_rehab"


def test_all_pain_scores_take_part_in_a_profile() -> None:
    assert {*PROFILE, "pain_walking_nrs"} == set(PAIN_SCORES)
    assert record().keys() >= set(PROFILE)
