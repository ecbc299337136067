"""An error planted in a copy of the tables is noticed, for every criterion.

What should come out is known from elsewhere: the criteria written a second time by hand, and the worked
cases. The records are the decisive ones of every criterion with their twins across the boundary, the worked
cases, and seeded ones near a reassuring record.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import pytest

from assessments.protocol import (
    CONTRADICTIONS,
    CRITERIA,
    QUESTIONS,
    Criterion,
    compile_protocol,
    evaluate,
    protocol_for,
    validate,
)
from assessments.protocol.compiler import build, decide_source
from assessments.protocol.conditions import Condition, Context
from assessments.protocol.contradictions import Contradiction
from assessments.protocol.criteria.table import ScreenIncomplete
from assessments.protocol.question_types import Question
from assessments.protocol.validation import ValidAnswers
from assessments.protocol.vocabulary import ADJUST_LEVELS, RANKS, URGENCIES, Screen
from bench.protocol import handwritten
from bench.protocol.records import generate
from tests.protocol.planted_errors import planted_in, planted_in_row
from tests.protocol.records import CASES, LOOSENED, record, settings_of
from tests.protocol.strategies import RUN_REACTION

CONTEXT = protocol_for().context
LOOSENED_CONTEXT = protocol_for(LOOSENED).context
PLACES = {criterion.id: place for place, criterion in enumerate(CRITERIA)}
RUN_SCORES = ("pain_run_peak_nrs", "pain_post_run_peak_nrs", "pain_next_day_nrs")
BY_CRITERION = pytest.mark.parametrize("criterion", CRITERIA, ids=list(PLACES))
# Where the edges of a criterion are looked at: from the reassuring record, without a run, with pain just
# below the ceiling, untreated, and hours after the run.
AROUND: tuple[dict[str, Any], ...] = (
    {},
    {"ran_last_14d": "no", **dict.fromkeys(RUN_REACTION)},
    dict.fromkeys(("pain_usual_nrs", "pain_pre_run_nrs", *RUN_SCORES), 5),
    {"treatment_tried": "no"},
    {"hours_since_run": 2},
)
# Truly equivalent: another row that contributes as much is met whenever this one is.
EQUIVALENT_ROWS = {
    "RF-S03": {"decision lower", "decision lost"},  # RF-W03 refers; this row adds that it is today
    "RF-S04": {"decision lower", "decision lost"},  # RF-W08 refers; this row adds that it is today
    "RF-S10": {"decision lower", "decision lost"},  # RF-W12 or RF-S12 refers
    "RF-S13": {"decision lower", "decision lost"},  # RF-S08 or RF-W11 refers
    "RF-S14": {"decision lower", "decision lost"},  # RF-W01 refers
    "CL-09": {"urgency lower", "urgency higher"},  # X7 asks for clarity at once
    "SR-07": {"urgency lower"},  # RT-06
    "RT-06": {"urgency lower", "decision higher"},  # SR-07
    "RT-03": {"urgency lower"},  # RT-01
    "RT-04": {"urgency lower"},  # RT-01
    "AD-01": {"decision lower", "decision lost"},  # AD-02
    "AD-03": {"decision lower", "decision lost"},  # AD-05
}


# Truly equivalent: where the criterion could be met the value added answers nothing, whatever it says.
EQUIVALENT_CONDITIONS = {
    "RF-E08": {"part 0: part 0: unanswered counts otherwise"},  # weakness not asked about counts anyway
    "CL-03": {
        "part 1: part 7: part 2: part 1: not_applicable added",  # read as unknown unless male
        "part 1: part 7: part 2: part 1: pregnant added",  # pregnant is part 0
    },
    "RF-E05": {"part 1: part 0: part 2: not_applicable added"},  # read as unknown beside pain in a leg
    "RF-S14": {"part 1: part 2: not_applicable added"},
    "CL-05": {"part 1: part 0: part 1: not_applicable added"},  # read as unknown of a pregnant runner
    "AD-16": {"part 1: part 1: not_applicable added"},
    "SR-02": {"not_applicable added"},  # never an answer to what adjusting came to
    "AD-08": {"not_applicable added"},
    "RT-02": {"part 1: too_early added"},  # four weeks are no longer too early
    "X6": {"part 0: not_applicable added"},
    # Whatever the hours since the run, these two scores are answers.
    "X1": {"part 1: part 0: given read as known", "part 1: part 1: given read as known"},
}


class Expected(NamedTuple):
    """What the hand-written criteria say about one record, as published or as loosened by a lead."""

    answers: ValidAnswers
    decision: str
    urgency: str
    criteria: frozenset[str]


Decide = Callable[[Any], tuple[int, int, list[int]]]


def expected(answers: dict[str, Any], *, loosened: bool = False) -> Expected:
    valid = validate(answers)
    settings = {**handwritten.AS_PUBLISHED, **LOOSENED} if loosened else handwritten.AS_PUBLISHED
    decision, urgency, criteria = handwritten.decide(valid, settings)
    return Expected(valid, decision, urgency, frozenset(criteria))


def loosened_for(condition: Condition) -> bool:
    """Whether a condition turns only under settings that a clinic's lead has loosened."""
    return bool(settings_of(condition))


def context_for(condition: Condition) -> Context:
    return LOOSENED_CONTEXT if loosened_for(condition) else CONTEXT


@cache
def twins(condition: Condition, *, loosened: bool) -> tuple[Expected, ...]:
    """Both sides of every edge of a condition from each place around, and with one answer of it unasked."""
    sides = sides_of(condition)
    unasked = [{**side, name: None} for side in sides for name in side]
    around = [{**place, **side} for place in AROUND for side in sides]
    return tuple(expected(record(**changes), loosened=loosened) for changes in (*around, *unasked))


def sides_of(condition: Condition) -> list[Mapping[str, Any]]:
    """Answers on both sides of every edge of a condition."""
    context = context_for(condition)
    return [side for edge in condition.boundaries(context) for side in (edge.met, edge.unmet)]


@cache
def everything(*, loosened: bool = False) -> list[Expected]:
    """All records: of every criterion and contradiction, the worked cases, and seeded ones."""
    tables = (*CRITERIA, *CONTRADICTIONS)
    own = [record(**side) for item in tables for side in sides_of(item.condition)]
    hung_on = [
        condition
        for question in QUESTIONS
        for condition in (
            question.applies_when,
            question.counts_as_unknown,
            question.essential_when and question.essential_when[1],
        )
        if condition is not None
    ]
    sides = [side for condition in hung_on for side in sides_of(condition)]
    unasked = [
        {**side, question.name: None}
        for question in QUESTIONS
        for condition in (question.applies_when, question.essential_when and question.essential_when[1])
        if condition is not None
        for side in sides_of(condition)
    ]
    records = (
        *own,
        *(record(**side) for side in (*sides, *unasked)),
        *(item["answers"] for item in CASES),
        *generate(5, 4000),
    )
    return [expected(item, loosened=loosened) for item in records]


def records_for(criterion: Criterion) -> Iterator[Expected]:
    """The criterion's own records first, then all others."""
    loosened = loosened_for(criterion.condition)
    yield from twins(criterion.condition, loosened=loosened)
    yield from everything(loosened=loosened)


def compiled(context: Context) -> Decide:
    """The function `compile_protocol` makes of a table, without the explanation around it."""
    return build(decide_source(context), "decide")  # type: ignore[return-value]


def notices_condition(criterion: Criterion, condition: Condition, context: Context | None = None) -> bool:
    """Whether some record shows that a row with this condition instead is met when it should not be."""
    row = (replace(criterion, condition=condition),)
    # What a lead may loosen is looked at under both settings.
    ways = (True, False) if context is None and loosened_for(criterion.condition) else (False,)
    for loosened in ways:
        tables = context or (LOOSENED_CONTEXT if loosened else CONTEXT)
        decide = compiled(replace(tables, criteria=row))
        records = (*twins(criterion.condition, loosened=loosened), *everything(loosened=loosened))
        if any(bool(decide(item.answers)[2]) != (criterion.id in item.criteria) for item in records):
            return True
    return False


def notices_tables(criterion: Criterion, context: Context) -> bool:
    """The same for a row whose condition reads other tables."""
    return notices_condition(criterion, criterion.condition, context)


def notices_outcome(criteria: tuple[Criterion, ...], changed: Criterion) -> bool:
    """Whether some record shows that a changed table comes to another decision or urgency."""
    decide = compiled(replace(context_for(changed.condition), criteria=criteria))
    for item in records_for(changed):
        rank, urgency, _ = decide(item.answers)
        if (RANKS[rank][0], URGENCIES[urgency]) != (item.decision, item.urgency):
            return True
    return False


def test_without_a_planted_error_every_record_comes_out_as_written_by_hand() -> None:
    """The control: otherwise every planted error would be "noticed"."""
    for loosened, context in ((False, CONTEXT), (True, LOOSENED_CONTEXT)):
        decide = compiled(context)
        for item in everything(loosened=loosened):
            rank, urgency, met = decide(item.answers)
            assert (RANKS[rank][0], URGENCIES[urgency]) == (item.decision, item.urgency)
            assert {CRITERIA[place].id for place in met} == item.criteria


@pytest.mark.holds("HZ-29", each="criterion")
@BY_CRITERION
def test_an_error_in_a_condition_is_noticed(criterion: Criterion) -> None:
    planted = list(planted_in(criterion.condition, context_for(criterion.condition)))
    assert planted or type(criterion.condition) in WHOLE_TABLE
    unnoticed = {error for error, condition in planted if not notices_condition(criterion, condition)}
    assert unnoticed == EQUIVALENT_CONDITIONS.get(criterion.id, set())


# These are about the whole table; errors in what they read are planted below.
WHOLE_TABLE = {ScreenIncomplete, type(CRITERIA[PLACES["IN-05"]].condition), type(CRITERIA[-1].condition)}


@pytest.mark.holds("HZ-08", each="criterion")
@BY_CRITERION
def test_an_error_in_what_a_criterion_contributes_is_noticed(criterion: Criterion) -> None:
    place = PLACES[criterion.id]
    tables = {
        error: (*CRITERIA[:place], changed, *CRITERIA[place + 1 :])
        for error, changed in planted_in_row(criterion)
    }
    unnoticed = {error for error, table in tables.items() if not notices_outcome(table, criterion)}
    assert unnoticed == EQUIVALENT_ROWS.get(criterion.id, set())


@pytest.mark.holds(each="criterion")
@BY_CRITERION
def test_a_lost_criterion_is_noticed(criterion: Criterion) -> None:
    assert any(criterion.id in item.criteria for item in records_for(criterion))


@pytest.mark.holds(each="contradiction")
@pytest.mark.parametrize("contradiction", CONTRADICTIONS, ids=[item.id for item in CONTRADICTIONS])
def test_an_error_in_a_contradiction_is_noticed(contradiction: Contradiction) -> None:
    in_five = CRITERIA[PLACES["IN-05"]]
    others = [item for item in CONTRADICTIONS if item is not contradiction]
    assert notices_tables(in_five, replace(CONTEXT, contradictions=tuple(others)))
    unnoticed = set()
    for error, condition in planted_in(contradiction.condition, CONTEXT):
        table = (*others, replace(contradiction, condition=condition))
        if not notices_tables(in_five, replace(CONTEXT, contradictions=table)):
            unnoticed.add(error)
    assert unnoticed == EQUIVALENT_CONDITIONS.get(contradiction.id, set())


CONDITIONAL = [question for question in QUESTIONS if question.counts_as_unknown]


@pytest.mark.parametrize("question", CONDITIONAL, ids=[question.name for question in CONDITIONAL])
def test_an_error_in_when_an_answer_answers_nothing_is_noticed(question: Question) -> None:
    criterion = CRITERIA[PLACES[SCREEN_CRITERION[question.screen]]]
    void = question.counts_as_unknown
    assert void is not None
    assert notices_tables(criterion, with_question(replace(question, counts_as_unknown=None)))
    unnoticed = {
        error
        for error, condition in planted_in(void, CONTEXT)
        if not notices_tables(criterion, with_question(replace(question, counts_as_unknown=condition)))
    }
    # Unasked is unknown either way; and where the question doesn't apply, whether its answer counts.
    unnoticed = {error for error in unnoticed if not error.endswith("unanswered counts otherwise")}
    # Nor can one answer be two: what the same question would say besides.
    twice = tuple(f"part 1: part {place}" for place, part in same_question(void, question))
    unnoticed = {error for error in unnoticed if not (twice and error.startswith(twice))}
    assert not question.applies_when or all(
        error == "part 1 lost" or error.endswith(" added") for error in unnoticed
    )
    assert question.applies_when or unnoticed == set()


def same_question(void: Condition, question: Question) -> Iterator[tuple[int, Condition]]:
    """The parts of what a void answer stands beside that are about the same question."""
    beside = getattr(void, "parts", (void, void))[-1]
    for place, part in enumerate(getattr(beside, "parts", ())):
        if part.reads() == {question.name}:
            yield place, part


ESSENTIAL = [question for question in QUESTIONS if question.essential]
SCREEN_CRITERION = {
    Screen.EMERGENCY: "IN-01",
    Screen.URGENT: "IN-02",
    Screen.CORE: "IN-03",
    Screen.RUN_REACTION: "IN-04",
}


@pytest.mark.parametrize("question", ESSENTIAL, ids=[question.name for question in ESSENTIAL])
def test_an_essential_question_lost_from_its_screen_is_noticed(question: Question) -> None:
    criterion = CRITERIA[PLACES[SCREEN_CRITERION[question.screen]]]
    lost = replace(question, screen=Screen.OPTIONAL)
    assert notices_tables(criterion, with_question(lost))
    if question.applies_when is not None:
        assert notices_tables(criterion, with_question(replace(question, applies_when=None)))
        unnoticed = {
            error
            for error, condition in planted_in(question.applies_when, CONTEXT)
            if not notices_tables(criterion, with_question(replace(question, applies_when=condition)))
        }
        # What the question hangs on is itself essential: unasked, it is named, and this one is not yet.
        # And what it says itself, it doesn't say while it is unasked.
        own = {
            f"part {place}"
            for place, part in enumerate(getattr(question.applies_when, "parts", ()))
            if part.reads() == {question.name}
        }
        unnoticed = {error for error in unnoticed if not error.startswith(tuple(own) or "-")}
        assert {error.rpartition(": ")[2] for error in unnoticed} <= {"unanswered counts otherwise"}


@pytest.mark.parametrize(
    ("hangs_on", "conditional"),
    [
        ("leg_pain", "leg_symptom_progression"),
        ("leg_sensory_change", "leg_symptom_progression"),
        ("leg_weakness", "leg_symptom_progression"),
        ("pregnancy_status", "weeks_postpartum"),
        ("pregnancy_status", "pregnancy_warning_signs"),
        ("ran_last_14d", "pain_run_peak_nrs"),
    ],
)
def test_a_conditional_question_is_not_asked_before_what_it_hangs_on(hangs_on: str, conditional: str) -> None:
    found = evaluate(record(**{hangs_on: None, conditional: None}))
    assert [item.question for item in found.missing] == [hangs_on]


def with_question(changed: Question) -> Context:
    """The tables with one question changed."""
    return replace(CONTEXT, questions={**CONTEXT.questions, changed.name: changed})


# How much the running changes, from the published table; all other adjustments are minor.
LEVELS = dict.fromkeys(("AD-01", "AD-03", "AD-07"), "major") | dict.fromkeys(
    ("AD-09", "AD-10", "AD-11", "AD-15"), "graded_return"
)
ADJUSTMENTS = [criterion for criterion in CRITERIA if criterion.decision == "adjust_running"]


def notices_level(criteria: tuple[Criterion, ...], changed: Criterion) -> bool:
    """Whether some record of the criterion shows another adjustment than the published table asks for."""
    protocol = compile_protocol(criteria=criteria, parameters=settings_of(changed.condition))
    for item in twins(changed.condition, loosened=loosened_for(changed.condition)):
        if item.decision == "adjust_running":
            wanted = {LEVELS.get(name, "minor") for name in item.criteria if name.startswith("AD-")}
            if protocol.evaluate(item.answers).adjust_level != max(wanted, key=list(ADJUST_LEVELS).index):
                return True
    return False


@pytest.mark.parametrize("criterion", ADJUSTMENTS, ids=[item.id for item in ADJUSTMENTS])
def test_an_adjustment_of_the_wrong_size_is_noticed(criterion: Criterion) -> None:
    assert not notices_level(CRITERIA, criterion)
    place = PLACES[criterion.id]
    for level in ADJUST_LEVELS:
        if level != criterion.adjust_level:
            changed = replace(criterion, adjust_level=level)
            assert notices_level((*CRITERIA[:place], changed, *CRITERIA[place + 1 :]), criterion), level
