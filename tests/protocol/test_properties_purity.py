"""Same answers, same bytes; no clock, no network, no free text; every decision explained (S7 to S9)."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assessments.protocol
from assessments.protocol import CONTRADICTIONS, CRITERIA, QUESTIONS, canonical_json, evaluate, protocol_for
from assessments.protocol.explain import explain
from assessments.protocol.vocabulary import RANKS, Urgency
from tests.protocol.records import record
from tests.protocol.strategies import BY_NAME, SETTINGS, Record, records

ROOT = Path(__file__).parents[2]
PACKAGE = Path(assessments.protocol.__file__).parent
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__main__.py")  # the shell's door
PURE = {
    "__future__", "abc", "collections", "dataclasses", "datetime", "enum", "functools", "hashlib",
    "itertools", "json", "math", "operator", "re", "string", "textwrap", "types", "typing",
}  # fmt: skip
#: The sentences are a file of the package, read once at import and never by a rule.
READS_ITS_OWN_DATA = {"texts.py": {"importlib.resources"}}
OUTSIDE_WORLD = {"open", "input", "print", "now", "today", "utcnow", "getenv"}
MANY_RECORDS = """
import hashlib
from assessments.protocol import canonical_json, evaluate
from bench.protocol.records import generate
whole = "".join(canonical_json(evaluate(answers).as_dict()) for answers in generate(11, 300))
print(hashlib.sha256(whole.encode()).hexdigest())
"""


@pytest.mark.holds("S7")
@SETTINGS
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_of_their_lists_does_not_matter(answers: Record, random: Any) -> None:
    lists: Record = {
        "yellow_flags": ["low_mood", "poor_sleep", "high_distress"],
        "surface_mix": ["road", "trail", "grass"],
        "form_observed": ["overstride", "looks_down"],
    }
    answers = {**lists, **answers}
    shuffled = {name: answers[name] for name in random.sample(sorted(answers), len(answers))}
    for name, value in shuffled.items():
        if isinstance(value, list):
            shuffled[name] = random.sample(value, len(value))
        elif isinstance(value, dict):
            shuffled[name] = {key: value[key] for key in random.sample(sorted(value), len(value))}
    assert canonical_json(evaluate(shuffled).as_dict()) == canonical_json(evaluate(answers).as_dict())


@pytest.mark.holds("S7")
@pytest.mark.process
def test_another_process_gives_the_same_bytes() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", MANY_RECORDS],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.holds("S7")
@SETTINGS
@given(records(most=12))
def test_every_valid_record_gets_exactly_one_decision(answers: Record) -> None:
    found = evaluate(answers)
    assert (found.decision, found.insufficiency_kind) in RANKS
    assert found.urgency in Urgency
    deciding = [item.text.decision for item in found.criteria_met if item.text.decision]
    assert found.decision in deciding
    assert (found.decision == "continue_running") == (deciding == ["continue_running"])


@pytest.mark.holds("S8")
@pytest.mark.parametrize("source", SOURCES, ids=[str(path.relative_to(PACKAGE)) for path in SOURCES])
def test_the_protocol_imports_only_what_cannot_reach_outside(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    foreign = {name for name in imported(tree) if not name.startswith("assessments.protocol")}
    foreign -= READS_ITS_OWN_DATA.get(str(source.relative_to(PACKAGE)), set())
    assert {name.split(".")[0] for name in foreign} <= PURE
    assert OUTSIDE_WORLD.isdisjoint(called(tree))


def imported(tree: ast.AST) -> Iterator[str]:
    """Names of the modules a source imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield node.module or ""


def called(tree: ast.AST) -> set[str]:
    """Names of the functions and methods a source calls."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        function.id if isinstance(function, ast.Name) else function.attr
        for function in functions
        if isinstance(function, ast.Name | ast.Attribute)
    }


def test_the_search_for_the_outside_world_finds_it() -> None:
    tree = ast.parse("import random.x\nfrom time import time\nopen(datetime.now())")
    assert set(imported(tree)) == {"random.x", "time"}
    assert called(tree) == {"open", "now"}


@pytest.mark.holds("S8", "HZ-07")
def test_no_criterion_reads_free_text() -> None:
    free = {question.name for question in QUESTIONS if question.type == "text"}
    read = frozenset().union(*(item.condition.reads() for item in (*CRITERIA, *CONTRADICTIONS)))
    assert free == {"clinician_note"}
    assert free.isdisjoint(read)
    alarming = "Numb between the legs and leaking since Tuesday."
    assert evaluate(record(clinician_note=alarming)).as_dict() == evaluate(record()).as_dict()


@pytest.mark.holds("S9", "HZ-20")
@SETTINGS
@given(records(most=6))
def test_every_decision_lists_all_it_rests_on_with_words_and_source(answers: Record) -> None:
    found = evaluate(answers)
    listed = found.as_dict()["criteria_met"]
    assert isinstance(listed, list)
    assert tuple(item["id"] for item in listed) == protocol_for().interpret(found.answers)
    for item in listed:
        assert all(item[key] for key in ("id", "title", "texts", "urgency", "sources"))
        assert all(item["texts"].values())
        assert item["answers"].items() <= dict(found.answers).items()


@pytest.mark.holds("S9", "HZ-01")
@SETTINGS
@given(records(most=6))
def test_an_unasked_question_is_named_and_never_worded_as_absent(answers: Record) -> None:
    found = evaluate(answers)
    page, unasked = explain(found).lower(), BY_NAME.keys() - answers.keys() - {"clinician_note"}
    named = {*(item.question for item in found.missing), *found.not_assessed}
    conditional = {item.name for item in QUESTIONS if item.applies_when is not None}
    assert unasked - named <= conditional | {
        name for name, question in BY_NAME.items() if question.screen == "run_reaction"
    }
    for name in unasked:
        phrase = BY_NAME[name].phrase.lower()
        assert f"no {phrase}" not in page
        assert f"{phrase} is no\n" not in page
        assert f"{phrase}: no\n" not in page
