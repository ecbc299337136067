"""An answer that is none never counts as one (safety property S15).

While a question applies, a choice that passes it by is read as the unasked question: over every choice that
the dictionary reads as unknown, on both sides of each of its conditions.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.protocol import QUESTIONS, evaluate, protocol_for, validate
from assessments.protocol.contradictions import RUN_SCORES
from tests.protocol.records import record
from tests.protocol.strategies import BASES, SETTINGS, Record, caution, known_values, records

CONTEXT = protocol_for().context
#: Choices in words that say that a question passes somebody by, whatever a table thinks of them.
PASSING_BY = {"not_applicable", "too_early"}
#: Choices that sound like it and are answers of their own: nothing has been changed about the running yet.
ANSWERS_OF_THEIR_OWN = {
    ("adjustment_outcome", "not_tried"),
    ("yellow_flags", "not_asked"),
    ("form_observed", "not_assessed"),
}
VOID = [question for question in QUESTIONS if question.counts_as_unknown is not None]
STATES: list[Record] = [
    *BASES,
    record(leg_pain="unilateral", leg_symptom_progression="stable_or_improving"),
    record(leg_weakness="mild_unilateral", leg_symptom_progression="stable_or_improving"),
    record(leg_sensory_change="unilateral", leg_symptom_progression="stable_or_improving"),
    record(pregnancy_status="pregnant", pregnancy_warning_signs="no", sex_at_birth=None),
    record(pregnancy_status="pregnant", pregnancy_warning_signs="yes", ran_last_14d="yes"),
    *(record(sex_at_birth=sex) for sex in ("male", "intersex", None)),
    *(record(episode_duration_days=days) for days in (0, 6, 7, 60, None)),
    *(record(hours_since_run=hours) for hours in (0, 2, 17.9, 18, 24, None)),
]


def outcome(answers: Record) -> dict[str, Any]:
    """All that an evaluation says, but for the answers it was given."""
    found = evaluate(answers).as_dict()
    for criterion in found["criteria_met"]:
        criterion.pop("answers")
    found.pop("notices")
    return found


def without(answers: Record, name: str) -> Record:
    return {key: value for key, value in answers.items() if key != name}


def test_every_choice_that_passes_a_question_by_is_known_to_the_table() -> None:
    passing = {
        (question.name, choice)
        for question in QUESTIONS
        for choice in question.choices
        if choice in PASSING_BY or choice.startswith(("not_a", "not_tried"))
    }
    void = {question.name for question in VOID}
    assert {name for name, _ in passing - ANSWERS_OF_THEIR_OWN} <= void
    offered = {(question.name, choice) for question in QUESTIONS for choice in question.offered}
    assert {choice for _, choice in passing & offered - ANSWERS_OF_THEIR_OWN} == {"too_early"}


@pytest.mark.holds("S15")
def test_an_answer_that_answers_nothing_gives_what_no_answer_gives_in_every_state() -> None:
    reached: Counter[tuple[str, bool]] = Counter()
    for state in STATES:
        for question in VOID:
            unasked = without(state, question.name)
            for value in known_values(question.name):
                answers = {**unasked, question.name: value}
                valid = validate(answers)
                nothing = question.counts_as_unknown.evaluate(valid, CONTEXT) is True  # type: ignore[union-attr]
                reached[question.name, nothing] += 1
                if nothing and state.get("ran_last_14d") == "no" and question.name in RUN_SCORES:
                    # A score without a run contradicts, however early it was given.
                    assert "IN-05" in {met.id for met in evaluate(answers).criteria_met}
                elif nothing:
                    assert outcome(answers) == outcome(unasked), (question.name, value, state)
                    codes = {(item.code, item.question) for item in evaluate(answers).notices}
                    assert (question.unknown_notice, question.name) in codes
    both = {question.name for question in VOID}
    assert {name for name, nothing in reached if nothing} == both
    assert {name for name, nothing in reached if not nothing} == both
    assert min(reached.values()) >= 3, reached


@pytest.mark.holds("S15", "HZ-11")
def test_passing_a_question_by_is_never_more_reassuring_than_not_asking_it() -> None:
    reached = 0
    for state in STATES:
        for question in QUESTIONS:
            for choice in PASSING_BY.intersection(question.choices):
                unasked = without(state, question.name)
                applies = protocol_for().asks(question, validate(unasked)) is True
                if applies and question.counts_as_unknown.evaluate(  # type: ignore[union-attr]
                    validate({**unasked, question.name: choice}), CONTEXT
                ):
                    reached += 1
                    found, missing = (caution({**unasked, question.name: choice}), caution(unasked))
                    assert all(one >= other for one, other in zip(found, missing, strict=True))
    assert reached >= 40, reached


@pytest.mark.holds("S15")
@SETTINGS
@given(records(), st.sampled_from(VOID))
def test_near_any_record_what_answers_nothing_is_read_as_unasked(answers: Record, question: Any) -> None:
    score_without_run = answers.get("ran_last_14d") == "no" and question.name in RUN_SCORES
    if question.counts_as_unknown.evaluate(validate(answers), CONTEXT) is True and not score_without_run:
        assert outcome(answers) == outcome(without(answers, question.name))


def test_the_answer_is_kept_as_it_was_given() -> None:
    answers = record(leg_pain="unilateral", leg_symptom_progression="not_applicable")
    assert evaluate(answers).answers["leg_symptom_progression"] == "not_applicable"


def test_emergencies_that_hung_on_an_answer_that_was_none() -> None:
    """Pregnant and "not applicable" to bleeding; a leg that hurts and "not applicable" to its course."""
    for answers in (
        record(pregnancy_status="pregnant", pregnancy_warning_signs="not_applicable"),
        record(leg_pain="unilateral", leg_symptom_progression="not_applicable"),
        record(leg_weakness="mild_unilateral", leg_symptom_progression="not_applicable"),
    ):
        found = evaluate(answers)
        assert not found.screen_complete
        assert found.urgency_is_lower_bound
        assert "IN-01" in {criterion.id for criterion in found.criteria_met}
