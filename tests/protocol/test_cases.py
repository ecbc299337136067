"""The worked cases: whole records with the answer a clinician expects."""

from typing import Any

import pytest

from assessments.protocol import decide, evaluate
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


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_comes_out_as_a_clinician_expects(case: dict[str, Any]) -> None:
    found, expected = evaluate(case["answers"]).as_dict(), case["expected"]
    ids = {item["id"] for item in found["criteria_met"]}
    assert {key: found[key] for key in OUTCOME} == {key: expected.get(key) for key in OUTCOME}
    assert set(expected["criteria_met_include"]) <= ids
    assert ids.isdisjoint(expected.get("criteria_met_exclude", ()))
    assert [item["question"] for item in found["missing"]] == expected["missing"]
    assert [item["id"] for item in found["contradictions"]] == expected["contradictions"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_fast_path_says_the_same_as_the_explanation(case: dict[str, Any]) -> None:
    explained, verdict = evaluate(case["answers"]), decide(case["answers"])
    assert verdict == (
        explained.decision,
        explained.urgency,
        tuple(item.id for item in explained.criteria_met),
    )


def test_the_record_the_tests_start_from_is_reassuring() -> None:
    found = evaluate(REASSURING)
    assert (found.decision, found.urgency, found.next_questions) == ("continue_running", "none", ())
