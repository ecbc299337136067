"""The worked cases: whole records with the answer a clinician expects."""

from typing import Any

import pytest

from assessments.protocol import (
    CONTRADICTIONS,
    CRITERIA,
    Evaluation,
    evaluate,
    protocol_for,
    validate,
)
from assessments.protocol.counted import not_attested
from tests.protocol.records import CASES, REASSURING

OUTCOME = (
    "decision",
    "urgency",
    "run_status",
    "plan_release",
    "urgency_is_lower_bound",
    "adjust_level",
    "insufficiency_kind",
)


@pytest.mark.holds(each="case")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_comes_out_as_a_clinician_expects(case: dict[str, Any]) -> None:
    found, expected = judged(case).as_dict(), case["expected"]
    ids = {item["id"] for item in found["criteria_met"]}
    assert {key: found[key] for key in OUTCOME} == {key: expected.get(key) for key in OUTCOME}
    assert set(expected["criteria_met_include"]) <= ids
    assert ids.isdisjoint(expected.get("criteria_met_exclude", ()))
    assert [item["question"] for item in found["missing"]] == expected["missing"]
    assert [item["id"] for item in found["contradictions"]] == expected["contradictions"]
    assert found["follows"] == expected["follows"]
    assert found["notices"] == expected.get("notices", [])
    assert found["figures"] == expected.get("figures", {})


def judged(case: dict[str, Any]) -> Evaluation:
    """The evaluation of a case under its settings, by who gathered its answers."""
    return evaluate(
        case["answers"],
        case.get("parameters"),
        assessor_role=case.get("assessor_role", "physiotherapist"),
        attested_longstanding=case.get("attested_longstanding", ()),
    )


@pytest.mark.holds("HZ-29")
def test_every_criterion_and_contradiction_is_in_a_worked_case() -> None:
    found = [judged(case) for case in CASES]
    assert {item.id for one in found for item in one.criteria_met} == {item.id for item in CRITERIA}
    assert {item.id for one in found for item in one.contradictions} == {item.id for item in CONTRADICTIONS}


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_fast_path_says_the_same_as_the_explanation(case: dict[str, Any]) -> None:
    explained = judged(case)
    attested = case.get("attested_longstanding", ())
    verdict = protocol_for(case.get("parameters")).decide(
        validate(case["answers"]),
        not_attested=not_attested(explained.answers, case.get("assessor_role"), attested),
    )
    assert verdict == (
        explained.decision,
        explained.urgency,
        tuple(item.id for item in explained.criteria_met),
    )


def test_the_record_the_tests_start_from_is_reassuring() -> None:
    found = evaluate(REASSURING)
    assert (found.decision, found.urgency, found.next_questions) == ("continue_running", "none", ())
