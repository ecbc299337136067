"""What was not asked never reassures (safety property S2), and every pair of screening answers."""

from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.protocol import QUESTIONS, evaluate, validate
from assessments.protocol import decide as compiled
from assessments.protocol.vocabulary import Screen
from bench.protocol import handwritten
from tests.protocol.records import record
from tests.protocol.strategies import (
    BASES,
    READ,
    RUN_REACTION,
    SETTINGS,
    Record,
    caution,
    caution_of,
    contradictions,
    known_values,
    rank,
    records,
)

ESSENTIAL = {question.name: question.screen for question in QUESTIONS if question.essential}
SCREENING = [name for name, screen in ESSENTIAL.items() if screen in (Screen.EMERGENCY, Screen.URGENT)]


def applies(name: str, answers: Record) -> bool:
    """Whether an essential question is asked of this runner, read from the published table by hand."""
    if name in RUN_REACTION:
        return answers.get("ran_last_14d") == "yes"
    if name == "pregnancy_status":
        return answers.get("sex_at_birth") != "male"
    if name == "weeks_postpartum":
        return answers.get("pregnancy_status") == "postpartum"
    if name == "pregnancy_warning_signs":
        return answers.get("pregnancy_status") == "pregnant"
    if name == "leg_symptom_progression":
        legs = (answers.get(leg) for leg in ("leg_pain", "leg_sensory_change", "leg_weakness"))
        return any(leg not in (None, "none") for leg in legs)
    return True


def without(answers: Record, name: str) -> Record:
    """The record with one question unasked."""
    return {key: value for key, value in answers.items() if key != name}


def assert_unknown_never_reassures(answers: Record, name: str) -> None:
    """S2a. Answers that would contradict the rest are no alternative, so they are left out."""
    unasked = without(answers, name)
    alternatives = [unasked | {name: value} for value in known_values(name)]
    allowed = contradictions(unasked)
    outcomes = [caution(item) for item in alternatives if contradictions(item) <= allowed]
    if outcomes:
        found = caution(unasked)
        assert found[0] >= min(rank for rank, _ in outcomes), (name, answers)
        assert found[1] >= min(urgency for _, urgency in outcomes), (name, answers)


@pytest.mark.holds("S2a")
@SETTINGS
@given(records(), st.sampled_from(sorted(READ)))
def test_an_unasked_question_is_never_more_reassuring_than_its_best_answer(
    answers: Record, name: str
) -> None:
    assert_unknown_never_reassures(answers, name)


@pytest.mark.holds("S2a")
@pytest.mark.parametrize("name", sorted(READ))
def test_no_question_reassures_by_being_left_out_from_any_starting_point(name: str) -> None:
    for base in BASES:
        assert_unknown_never_reassures(base, name)


@pytest.mark.holds("S2b", "HZ-01")
@SETTINGS
@given(records(), st.sampled_from(sorted(ESSENTIAL)))
def test_an_essential_question_that_applies_blocks_while_unasked(answers: Record, name: str) -> None:
    unasked = without(answers, name)
    if applies(name, unasked):
        assert rank(unasked) >= (5 if name in SCREENING else 2)
        assert name in {item.question for item in evaluate(unasked).missing}


@pytest.mark.holds("S2b")
@pytest.mark.parametrize("name", sorted(ESSENTIAL))
def test_every_essential_question_alone_stops_running_from_every_starting_point(name: str) -> None:
    asked = [base for base in BASES if applies(name, base)]
    assert asked
    for base in asked:
        found = evaluate(without(base, name))
        assert [item.question for item in found.missing] == [name]
        assert found.run_status == "no_running"
        assert found.plan_release in ("withheld", "referral_only")


@pytest.mark.holds("S2c")
@SETTINGS
@given(records(most=2))
def test_running_continues_only_when_nothing_is_missing(answers: Record) -> None:
    found = evaluate(answers)
    if found.decision == "continue_running":
        assert found.missing == ()
        assert found.screen_complete
        assert all(name in answers for name in ESSENTIAL if applies(name, answers))


def values(name: str) -> list[Any]:
    """Every coded answer, or a few on both sides of the thresholds; None is unasked."""
    numbers: dict[str, list[Any]] = {"age_years": [17, 38, 65], "weeks_postpartum": [11, 12]}
    diagnoses: list[Any] = [
        [],
        [{"code": "cauda_equina_syndrome", "status": "suspected"}],
        [{"code": "disc_injury", "status": "confirmed_current", "clearance": "yes"}],
        [{"code": "fracture", "status": "suspected"}],
    ]
    return [None, *(diagnoses if name == "diagnoses" else numbers.get(name) or known_values(name))]


@pytest.mark.holds("S3", "HZ-29")
@pytest.mark.parametrize("first", SCREENING[:-1])
def test_every_pair_of_screening_answers_decides_as_written_by_hand(first: str) -> None:
    for second in SCREENING[SCREENING.index(first) + 1 :]:
        for one, other in product(values(first), values(second)):
            answers = validate(record(**{first: one, second: other}))
            found, expected = compiled(answers), handwritten.decide(answers)
            assert (found.decision, found.urgency, list(found.criteria)) == expected, answers


@pytest.mark.parametrize("first", SCREENING[:-1])
def test_a_second_screening_answer_never_relaxes_what_the_first_one_says(first: str) -> None:
    """Each answer alone on a reassuring record is a floor: a symptom stays one whatever stands beside it."""
    for second in SCREENING[SCREENING.index(first) + 1 :]:
        for one, other in product(values(first), values(second)):
            both = record(**{first: one, second: other})
            for alone in (record(**{first: one}), record(**{second: other})):
                relaxed = any(now < floor for now, floor in zip(caution(both), caution(alone), strict=True))
                assert not relaxed or closes_a_gap(alone, both), (first, one, second, other)


def closes_a_gap(before: Record, after: Record) -> bool:
    """Whether the second answer was missing beside the first, or explains a contradiction."""
    missing = {item.question for item in evaluate(before).missing}
    settled = missing - {item.question for item in evaluate(after).missing}
    return bool(settled) or contradictions(before) > contradictions(after)


def test_the_screen_is_the_published_one() -> None:
    assert len(SCREENING) == 30
    assert len(list(combinations(SCREENING, 2))) == 435
    assert caution_of(compiled(record())) == (0, 0)
