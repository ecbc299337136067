"""Records near a reassuring one, for property tests.

Fully random records are nearly all emergencies and test little: a few answers of a permissive record are
changed instead, with numbers drawn at and beside the thresholds.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from assessments.protocol import CONTRADICTIONS, CRITERIA, QUESTIONS, Verdict, decide, evaluate, protocol_for
from assessments.protocol.conditions.choices import CLEARANCES, DIAGNOSIS_STATUSES
from assessments.protocol.vocabulary import RANKS, URGENCIES, Decision, InsufficiencyKind
from tests.protocol.records import record, settings_of

Record = dict[str, Any]

# The same examples every time where a failure must be repeatable; new ones on a developer's machine.
SETTINGS = settings(
    max_examples=100,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

SCREEN_GAPS = {"IN-01", "IN-02", "IN-06"}  # the insufficiencies that outrank stopping and clearance
BY_NAME = {question.name: question for question in QUESTIONS}
RUN_REACTION = tuple(question.name for question in QUESTIONS if question.screen == "run_reaction")
PAIN_SCORES = tuple(name for name in BY_NAME if name.startswith("pain_") and name.endswith("_nrs"))
READ = frozenset().union(*(item.condition.reads() for item in (*CRITERIA, *CONTRADICTIONS))) | {
    question.name for question in QUESTIONS if question.essential
}


def _edges() -> dict[str, list[Any]]:
    """Per numeric question, every value at an edge of something that reads it, and its range's ends."""
    found: dict[str, set[Any]] = {name: set() for name in READ if BY_NAME[name].type in ("integer", "number")}
    for name, values in found.items():
        values.update(BY_NAME[name].samples())
        if name in PAIN_SCORES:
            values.update(range(11))
    for item in (*CRITERIA, *CONTRADICTIONS):
        for edge in item.condition.boundaries(protocol_for(settings_of(item.condition)).context):
            for name, value in (*edge.met.items(), *edge.unmet.items()):
                if name in found and value is not None:
                    found[name].add(value)
    return {name: sorted(values) for name, values in found.items()}


EDGES = _edges()
DIAGNOSES: list[Record] = [
    {"code": code, "status": status, "clearance": clearance}
    for code in BY_NAME["diagnoses"].choices
    for status in DIAGNOSIS_STATUSES
    for clearance in CLEARANCES
]
BASES: tuple[Record, ...] = (
    record(),
    record(ran_last_14d="no", **dict.fromkeys(RUN_REACTION)),
    record(pregnancy_status="postpartum", weeks_postpartum=12),
    record(pregnancy_status="pregnant", pregnancy_warning_signs="no"),
    record(leg_pain="unilateral", leg_symptom_progression="stable_or_improving"),
    record(age_years=64, episode_duration_days=41, trauma="minor", trend="unchanged"),
    record(age_years=36, episode_duration_days=365),
    record(pain_usual_nrs=3, pain_pre_run_nrs=2, pain_run_peak_nrs=3, adjustment_outcome="helped_partly"),
    record(diagnoses=[{"code": "disc_injury", "status": "confirmed_current", "clearance": "yes"}]),
    record(pain_region="lumbosacral_sij_buttock", prior_bone_stress_injury="yes", hop_or_impact_pain="no"),
    record(bladder_change="yes_longstanding_unchanged"),
    record(spinal_surgery_ever="within_12_months", spinal_surgery_clearance={"clearance": "yes"}),
)


@cache
def answers_to(name: str) -> st.SearchStrategy[Any]:
    """A known answer to a question that can matter."""
    question = BY_NAME[name]
    if question.type == "choice":
        return st.sampled_from(question.choices)
    if question.type == "features":
        items = st.sampled_from(("yes", "no"))
        return st.fixed_dictionaries({}, optional=dict.fromkeys(question.choices, items))
    if question.type == "objects":
        return st.lists(st.sampled_from(DIAGNOSES), max_size=3, unique_by=str)
    if question.type == "object":
        return st.sampled_from(question.samples())
    return st.sampled_from(EDGES[name])


@cache
def answers_or_none(name: str) -> st.SearchStrategy[Any]:
    """A known answer, or that the question was not asked."""
    return st.none() | answers_to(name)


NAMES = st.sampled_from(sorted(READ))


@st.composite
def changes(draw: st.DrawFn, most: int = 3) -> Record:
    """New answers to a few questions; None takes one away."""
    names = draw(st.lists(NAMES, max_size=most, unique=True))
    return {name: draw(answers_or_none(name)) for name in names}


@st.composite
def records(draw: st.DrawFn, most: int = 3) -> Record:
    """A valid record that differs from a permissive one in a few answers."""
    merged = draw(st.sampled_from(BASES)) | draw(changes(most))
    return {name: answer for name, answer in merged.items() if answer is not None}


def known_values(name: str) -> list[Any]:
    """Known answers that span a question: every choice, every edge, every single diagnosis."""
    question = BY_NAME[name]
    if question.type == "objects":
        return [[], *([item] for item in DIAGNOSES)]
    return list(EDGES[name]) if name in EDGES else list(question.samples())


def rank(answers: Mapping[str, object]) -> int:
    """Caution of the decision, 0 (continue) to 7 (emergency)."""
    return caution_of(decide(answers))[0]


def caution(answers: Mapping[str, object]) -> tuple[int, int]:
    """Rank of the decision and order of the urgency: both must rise or stay as answers get worse."""
    return caution_of(decide(answers))


def caution_of(verdict: Verdict) -> tuple[int, int]:
    """Rank of a verdict's decision and order of its urgency."""
    kind = None
    if verdict.decision == Decision.INSUFFICIENT_INFORMATION:
        kind = (
            InsufficiencyKind.CORE if SCREEN_GAPS.isdisjoint(verdict.criteria) else InsufficiencyKind.SCREEN
        )
    return RANKS.index((verdict.decision, kind)), URGENCIES.index(verdict.urgency)


def contradictions(answers: Mapping[str, object]) -> set[str]:
    """Ids of the contradictions in a record."""
    return {item.id for item in evaluate(answers).contradictions}
