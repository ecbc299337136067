"""docs/traceability.md: every statement of the source articles, where it went, and what proves it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from assessments.protocol import CRITERIA, Criterion
from assessments.protocol.sources import ARTICLES, STATEMENTS, Statement
from tools.docs.markdown import code, page, table
from tools.environment import ROOT

CASES = ROOT / "tests" / "protocol" / "cases.json"
BOUNDARIES = "tests/protocol/test_boundaries.py"
PLANTED = "tests/protocol/test_planted_errors.py"
SCHEDULE = "tests/protocol/follow_up/test_schedule.py"
CARRY = "tests/protocol/follow_up/test_carry_forward.py"
EVALUATION = "tests/protocol/test_evaluation.py"

# What every criterion is put through, under its own id.
EDGES = f"{BOUNDARIES}::test_a_criterion_is_met_on_one_side_only_of_each_of_its_edges"
PLANTED_CONDITION = f"{PLANTED}::test_an_error_in_a_condition_is_noticed"
PLANTED_ROW = f"{PLANTED}::test_an_error_in_what_a_criterion_contributes_is_noticed"
WORKED_CASE = "tests/protocol/test_cases.py::test_a_worked_case_comes_out_as_a_clinician_expects"
# Tests of what statements ask for beside a criterion.
FURTHER_TESTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "EH-P1": (f"{SCHEDULE}::test_a_permitted_run_is_checked_after_a_day",),
        "HH-R00": (f"{SCHEDULE}::test_the_reviews_of_the_episode_count_from_its_onset",),
        "HH-H00": (f"{SCHEDULE}::test_the_reviews_of_the_episode_count_from_its_onset",),
        "HH-C4": (
            f"{CARRY}::test_a_check_that_skips_the_hop_test_does_not_clear_a_suspected_bone_stress_injury",
        ),
        "HH-X05": (f"{EVALUATION}::test_a_plan_is_released_only_on_a_complete_record_without_referral",),
    }
)
PLANNED = "planned: issue 'the return-to-run programme'"


def named_tests() -> tuple[str, ...]:
    """Every test this page names, as path::function."""
    further = (test for tests in FURTHER_TESTS.values() for test in tests)
    return (EDGES, PLANTED_CONDITION, PLANTED_ROW, WORKED_CASE, *further)


@cache
def cases_by_criterion() -> Mapping[str, tuple[str, ...]]:
    """The worked cases that expect each criterion to be met."""
    cases = json.loads(Path(CASES).read_text(encoding="utf-8"))
    return {
        criterion.id: tuple(
            case["id"] for case in cases if criterion.id in case["expected"]["criteria_met_include"]
        )
        for criterion in CRITERIA
    }


def criteria_of(statement: Statement) -> tuple[str, ...]:
    """The criteria that cite a statement or carry it out, in table order."""
    return tuple(
        item.id for item in CRITERIA if statement.id in item.sources or item.id in statement.criteria
    )


def traceability_page() -> str:
    """The page."""
    return page(
        "# Traceability",
        f"Every statement of the source articles somebody could act on ({len(STATEMENTS)}), where it "
        "went, and "
        "the tests that prove it. The paraphrases are the project's own.",
        "A criterion is proved, under its id, by its edges, by planted errors and by the worked cases in "
        "which one of the criteria named is met:",
        "\n".join(f"- {code(test)}" for test in (EDGES, PLANTED_CONDITION, PLANTED_ROW, WORKED_CASE)),
        "Elements of the programme that are planned have no tests yet; nothing of them decides "
        "anything today.",
        *(block for article in ARTICLES for block in article_blocks(article.prefix, article.title)),
        "## From criterion to source",
        table(("criterion", "title", "sources", "worked cases"), map(criterion_row, CRITERIA)),
    )


def article_blocks(prefix: str, title: str) -> tuple[str, str]:
    """Heading and table of one article."""
    rows = [statement_row(item) for item in STATEMENTS if item.id.startswith(f"{prefix}-")]
    return f"## {title}", table(("id", "what it says", "where it went", "tests"), rows)


def statement_row(statement: Statement) -> tuple[str, str, str, str]:
    """One statement: criterion, part of the programme, or the reason why neither; and its tests."""
    criteria = criteria_of(statement)
    went = []
    if criteria:
        went.append(f"criteria {', '.join(criteria)}" if len(criteria) > 1 else f"criterion {criteria[0]}")
    if statement.programme:
        went.append(f"programme: {statement.programme} ({PLANNED})")
    if statement.neither:
        went.append(f"neither: {statement.neither}")
    where = "; ".join(went) + (f". {statement.note}" if statement.note else "")
    return statement.id, statement.words, where, tests_of(statement, criteria)


def tests_of(statement: Statement, criteria: tuple[str, ...]) -> str:
    """What proves a statement's row; honest about what is only planned."""
    parts = []
    if criteria:
        cases = sorted({case for item in criteria for case in cases_by_criterion()[item]})
        parts.append("edges, planted errors" + (f", cases {', '.join(cases)}" if cases else ""))
    parts += [code(test) for test in FURTHER_TESTS.get(statement.id, ())]
    if not parts:
        return "none yet" if statement.programme else "none: nothing to prove"
    return "; ".join(parts) + ("; programme: none yet" if statement.programme else "")


def criterion_row(criterion: Criterion) -> tuple[str, str, str, str]:
    """One criterion with what it rests on."""
    cases = ", ".join(cases_by_criterion()[criterion.id])
    return (
        criterion.id,
        criterion.title,
        ", ".join(criterion.sources),
        cases or "none: edges and planted errors",
    )
