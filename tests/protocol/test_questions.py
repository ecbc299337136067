"""The question table is the published data dictionary, no more and no less."""

import json
from typing import Any

import pytest

from assessments.protocol import ADMINISTRATIVE, CRITERIA, QUESTIONS, Question
from assessments.protocol.questions.emergency import CES_ITEMS
from tests.protocol.records import HERE

DICTIONARY: list[dict[str, Any]] = json.loads((HERE / "questions.json").read_text(encoding="utf-8"))
PUBLISHED = {entry["name"]: entry for entry in DICTIONARY}
TABLE = (*ADMINISTRATIVE, *QUESTIONS)
CLASSES = {
    "E": "emergency",
    "U": "urgent",
    "C": "core",
    "R": "run_reaction",
    "O": "optional",
    "A": "administrative",
}
TYPES = {
    "code": "choice",
    "integer": "integer",
    "number": "number",
    "date": "date",
    "date-time": "date_or_time",
    "list": "choices",
    "string": "text",
}
BY_NAME = pytest.mark.parametrize("question", TABLE, ids=[question.name for question in TABLE])


def test_every_question_of_the_dictionary_is_there_in_its_order() -> None:
    assert [question.name for question in TABLE] == [entry["name"] for entry in DICTIONARY]


@BY_NAME
def test_a_question_has_the_class_label_and_unit_of_the_dictionary(question: Question) -> None:
    entry = PUBLISHED[question.name]
    # Essential only in some records, and optional in all others: its own test is below.
    published_class = CLASSES["O" if "else O" in entry["class"] else entry["class"].split()[0]]
    assert (question.screen, question.label, question.unit) == (
        published_class,
        entry["label"],
        entry["unit"],
    )


@BY_NAME
def test_a_question_allows_what_the_dictionary_allows(question: Question) -> None:
    entry = PUBLISHED[question.name]
    assert question.type == TYPES.get(entry["type"], question.type)
    if entry["type"] == "code" or entry["type"] == "list":
        published = [value.strip() for value in entry["allowed"].split("|")]
        assert list(question.choices) == [value for value in published if value != "unknown"]
    if entry["type"] in ("integer", "number"):
        low, high = entry["allowed"].split()[0].rstrip(";").split("-")
        assert (question.low, question.high) == (int(low), int(high))


@BY_NAME
def test_only_the_conditional_questions_of_the_dictionary_are_conditional(question: Question) -> None:
    published = PUBLISHED[question.name]
    assert (question.applies_when is not None) is bool(published["applies_when"])
    essential = question.applies_when is not None and question.essential
    assert (essential or question.essential_when is not None) is bool(published["essential_when"])


@BY_NAME
def test_only_what_the_dictionary_reads_as_unknown_is_read_so(question: Question) -> None:
    published = str(PUBLISHED[question.name]["counts_as_unknown"])
    # A runner's own word about an old change stands, and stays open: no answer is taken away.
    assert (question.name in CES_ITEMS) is ("stands, and stays open until attested" in published)
    if question.name not in CES_ITEMS:
        assert (question.counts_as_unknown is not None) is (published != "{}")
    assert bool(question.unknown_notice) is (question.counts_as_unknown is not None)


def test_the_items_of_structured_answers_are_those_of_the_dictionary() -> None:
    by_name = {question.name: question for question in QUESTIONS}
    by_name |= {question.name: question for question in ADMINISTRATIVE}
    for name in ("attested_longstanding", "diagnoses", "adjustments_tried", "spa_features"):
        published = PUBLISHED[name]["allowed"].split(";")[0].split(": ")[-1]
        values = [value.strip() for value in published.replace("|", ",").split(",")]
        assert list(by_name[name].choices) == values


def test_no_criterion_reads_a_question_that_does_not_exist() -> None:
    names = {question.name for question in QUESTIONS}
    for criterion in CRITERIA:
        assert criterion.condition.reads() <= names
