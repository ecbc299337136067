"""docs/traceability.md: every statement of the source articles, where it went, and the tests that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from assessments.protocol import CONTRADICTIONS, CRITERIA, Criterion
from assessments.protocol.contradictions import Contradiction
from assessments.protocol.sources import ARTICLES, STATEMENTS, Statement
from tools.docs.holding import EACH, Held, collected, held_by, worked_cases
from tools.docs.markdown import code, page, table
from tools.docs.safety_properties import PROPERTIES, SafetyProperty

#: So many worked cases stand with their titles, the others with their ids.
TITLES = 3
NONE = "none"
#: What a worked case may expect.
ROWS: tuple[Criterion | Contradiction, ...] = (*CRITERIA, *CONTRADICTIONS)


def holds_every(each: str) -> tuple[str, ...]:
    """Return the tests that are run for every row of a table of the protocol."""
    wanted = {item.id for item in EACH[each]}
    return tuple(held.test for held in collected() if wanted <= set(held.ids) and not by_cases(held))


def by_cases(held: Held) -> bool:
    """Whether a test holds what it holds by the worked cases."""
    return {item.id for item in ROWS} <= set(held.ids)


@cache
def cases_by_id() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Return the worked cases that expect each criterion and contradiction."""
    found: dict[str, list[Mapping[str, Any]]] = {item.id: [] for item in ROWS}
    for case in worked_cases():
        for one in (*case["expected"]["criteria_met_include"], *case["expected"]["contradictions"]):
            found[one].append(case)
    return {one: tuple(cases) for one, cases in found.items()}


def criteria_of(statement: Statement) -> tuple[str, ...]:
    """Return the criteria that cite a statement or carry it out, in table order."""
    return tuple(
        item.id for item in CRITERIA if statement.id in item.sources or item.id in statement.criteria
    )


def traceability_page() -> str:
    """Return the page."""
    every, opposed = holds_every("criterion"), holds_every("contradiction")
    by_case = tuple(held.test for held in collected() if by_cases(held))
    return page(
        "# Traceability",
        f"Every statement of the source articles somebody could act on ({len(STATEMENTS)}), where it went, "
        "and the tests that hold it. The paraphrases are the project's own. A test names what it holds; this "
        'page is written when those tests have passed, and "none" stands where no test names a statement.',
        "A criterion is held, under its id, by its edges, by planted errors and by every worked case in "
        "which it is expected:",
        listed(*every, *by_case),
        "A contradiction likewise:",
        listed(*opposed, *by_case),
        *(block for article in ARTICLES for block in article_blocks(article.prefix, article.title)),
        "## From criterion to source and case",
        "A worked case is the record of one runner with the answer that a clinician expects. "
        f"The first {TITLES} stand with their titles.",
        table(("criterion", "title", "sources", "worked cases"), map(criterion_row, CRITERIA)),
        "## Contradictions",
        table(("contradiction", "what it says", "worked cases"), map(contradiction_row, CONTRADICTIONS)),
        "## Safety properties",
        table(("property", "what holds", "tests"), map(property_row, PROPERTIES)),
    )


def listed(*tests: str) -> str:
    """Return tests as a list."""
    return "\n".join(f"- {code(test)}" for test in tests)


def article_blocks(prefix: str, title: str) -> tuple[str, str]:
    """Return heading and table of one article."""
    rows = [statement_row(item) for item in STATEMENTS if item.id.startswith(f"{prefix}-")]
    return f"## {title}", table(("id", "what it says", "where it went", "tests"), rows)


def statement_row(statement: Statement) -> tuple[str, str, str, str]:
    """Return one statement: criterion, part of the programme, or the reason why neither; and its tests."""
    criteria = criteria_of(statement)
    went = []
    if criteria:
        went.append(f"criteria {', '.join(criteria)}" if len(criteria) > 1 else f"criterion {criteria[0]}")
    if statement.programme:
        went.append(f"programme: {statement.programme}")
    if statement.neither:
        went.append(f"neither: {statement.neither}")
    where = "; ".join(went) + (f". {statement.note}" if statement.note else "")
    return statement.id, statement.words, where, tests_of(statement, criteria)


def tests_of(statement: Statement, criteria: tuple[str, ...]) -> str:
    """Return what holds a statement: the cases of its criteria, and the tests that name it."""
    parts = []
    if criteria:
        cases = dict.fromkeys(case["id"] for one in criteria for case in cases_by_id()[one])
        parts.append(f"edges, planted errors, cases {', '.join(sorted(cases))}")
    parts += [code(test) for test in held_by(statement.id)]
    return "; ".join(parts) or NONE


def cases_in_words(identifier: str) -> str:
    """Return the worked cases of an id, for a clinician to read."""
    cases = cases_by_id()[identifier]
    words = [f"{case['id']} {case['title']}" for case in cases[:TITLES]]
    further = [case["id"] for case in cases[TITLES:]]
    return "; ".join(words + ([f"and {', '.join(further)}"] if further else [])) or NONE


def criterion_row(criterion: Criterion) -> tuple[str, str, str, str]:
    """Return one criterion with what it rests on."""
    return criterion.id, criterion.title, ", ".join(criterion.sources), cases_in_words(criterion.id)


def contradiction_row(contradiction: Contradiction) -> tuple[str, str, str]:
    """Return one contradiction with its cases."""
    return contradiction.id, contradiction.statement, cases_in_words(contradiction.id)


def property_row(item: SafetyProperty) -> tuple[str, str, str]:
    """Return one safety property with its tests."""
    return item.id, item.holds, "; ".join(map(code, held_by(item.id))) or NONE
