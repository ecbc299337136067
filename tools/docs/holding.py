"""Which tests hold which criterion, contradiction, safety property, hazard and statement of an article.

A test says so by its marker: `@pytest.mark.holds("S15", "HZ-03")`, or `@pytest.mark.holds(each="criterion")`
where its parameters are what it holds. Markers are read from the source, which needs no server and a second;
what passed is read from the record that every run of the tests leaves (`tests/holding.py`).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from assessments.protocol import CONTRADICTIONS, CRITERIA
from assessments.protocol.programme.causes import CAUSES
from assessments.protocol.programme.exercises import EXERCISES
from assessments.protocol.programme.levers import LEVER_TEXTS, Lever
from assessments.protocol.sources import STATEMENTS
from tools.docs.hazards import HAZARDS
from tools.docs.safety_properties import PROPERTIES
from tools.environment import ROOT

CASES = ROOT / "tests" / "protocol" / "cases.json"
#: What passed, by test: written by every run of the tests, never committed.
RECORD = ROOT / "build" / "held.json"
#: Other people's programs lie below this folder of the tests.
NOT_OURS = "node"
#: What must have a test.
MUST_BE_HELD = (
    *(item.id for item in CRITERIA),
    *(item.id for item in CONTRADICTIONS),
    *(item.id for item in PROPERTIES),
    *(item.id for item in HAZARDS),
)
#: What may have one: of a statement that only says why something hurts, nothing follows.
MAY_BE_HELD = tuple(item.id for item in STATEMENTS)
KNOWN = frozenset((*MUST_BE_HELD, *MAY_BE_HELD))


class MarkerError(Exception):
    """A marker names what there is not."""


@dataclass(frozen=True, slots=True)
class Held:
    """A test, as path::function, and the ids that it holds."""

    test: str
    ids: tuple[str, ...]


@cache
def worked_cases() -> tuple[dict[str, Any], ...]:
    """Return the worked cases in their order."""
    return tuple(json.loads(CASES.read_text(encoding="utf-8")))


#: What a test may have as its parameter, and all that there is of it.
EACH: Mapping[str, tuple[Any, ...]] = {
    "criterion": CRITERIA,
    "contradiction": CONTRADICTIONS,
    "case": worked_cases(),
    "cause": tuple(cause.id for cause in CAUSES if cause.condition is not None),
    "exercise": EXERCISES,
    "lever": tuple(Lever),
}
_SOURCES_OF_CAUSES = {cause.id: cause.sources for cause in CAUSES}


def ids_of(each: str, value: Any) -> tuple[str, ...]:
    """Return the ids that one parameter of a test stands for."""
    if each == "case":
        expected = value["expected"]
        return (*expected["criteria_met_include"], *expected["contradictions"])
    if each == "cause":
        return tuple(source for source in _SOURCES_OF_CAUSES[value] if source in KNOWN)
    if each == "lever":
        return tuple(source for source in LEVER_TEXTS[value].sources if source in KNOWN)
    if each == "exercise":
        return tuple(source for source in value.sources if source in KNOWN)
    return (value.id,)


def checked(ids: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Return the ids; raises MarkerError for one that there is not."""
    if unknown := sorted(set(ids) - KNOWN):
        raise MarkerError(f"{where} holds {', '.join(unknown)}, which there is not.")
    return ids


@cache
def collected(root: Path = ROOT / "tests") -> tuple[Held, ...]:
    """Return every marked test with its ids, by path; raises MarkerError."""
    found = []
    for path in sorted(root.rglob("test_*.py")):
        if NOT_OURS in path.relative_to(root).parts:
            continue
        text = path.read_text(encoding="utf-8")
        if "mark.holds(" in text:
            name = path.relative_to(root.parent).as_posix()
            found += [Held(f"{name}::{test}", ids) for test, ids in _marked(ast.parse(text), name)]
    return tuple(found)


def _marked(tree: ast.Module, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each test function of a file that is marked, with its ids."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        ids: list[str] = []
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.holds":
                ids += (ast.literal_eval(argument) for argument in call.args)
                for keyword in call.keywords:
                    each = ast.literal_eval(keyword.value)
                    ids += (one for value in EACH[each] for one in ids_of(each, value))
        if ids:
            yield node.name, checked(tuple(dict.fromkeys(ids)), f"{path}::{node.name}")


def passed(record: Path = RECORD) -> Mapping[str, frozenset[str]]:
    """Return the ids that have passed, by test; nothing where no test has run."""
    if not record.exists():
        return {}
    return {test: frozenset(ids) for test, ids in json.loads(record.read_text(encoding="utf-8")).items()}


def held_by(identifier: str) -> tuple[str, ...]:
    """Return the tests that hold an id."""
    return tests_by_id().get(identifier, ())


@cache
def tests_by_id() -> Mapping[str, tuple[str, ...]]:
    """Return the tests that hold each id; an id without any is left out."""
    return _by_id(collected())


def _by_id(held: tuple[Held, ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for item in held:
        for one in item.ids:
            found.setdefault(one, []).append(item.test)
    return {one: tuple(tests) for one, tests in found.items()}


def without_a_test(held: tuple[Held, ...] | None = None) -> list[str]:
    """Return what must be held and is by no test."""
    found = tests_by_id() if held is None else _by_id(held)
    return [one for one in MUST_BE_HELD if one not in found]


def not_passed(
    held: tuple[Held, ...] | None = None, record: Mapping[str, frozenset[str]] | None = None
) -> dict[str, list[str]]:
    """Return the tests that say they hold something for which they have not passed, with what."""
    have = passed() if record is None else record
    left = {
        item.test: [one for one in item.ids if one not in have.get(item.test, ())]
        for item in (collected() if held is None else held)
    }
    return {test: ids for test, ids in left.items() if ids}
