"""The letters of all worked cases say nothing that the record does not hold."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from assessments.letters.content import _Said
from assessments.protocol import CRITERIA, QUESTIONS, evaluate
from assessments.protocol.texts import TEXTS
from assessments.records.models import Assessment
from assessments.records.what_follows import suspicions
from tests.protocol.records import CASES

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EMERGENCY = {question.name for question in QUESTIONS if question.screen == "emergency"}
#: What each emergency criterion is suspected to be, or the sign that it names.
OPENINGS = (
    "Suspected",
    "Major",
    "Progressive motor deficit",
    "New unsteadiness",
    "Warning sign in pregnancy",
)


def assessment_of(case: dict[str, Any]) -> Assessment:
    """The record of a case, as it would be stored."""
    evaluation = evaluate(
        case["answers"],
        case.get("parameters"),
        assessed_at=AT,
        assessor_role=case.get("assessor_role"),
        attested_longstanding=case.get("attested_longstanding", ()),
    )
    return Assessment(
        answers=dict(evaluation.answers), evaluation=evaluation.as_dict(), absent_reasons={}, assessed_at=AT
    )


def said_by(sentence: str, kind: str) -> set[str]:
    """The questions that have this sentence, as present or as absent."""
    found = set()
    for name, text in TEXTS.questions.items():
        written = text.present if kind == "present" else text.absent
        for one in written.values() if not isinstance(written, str) else [written]:
            pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(one))
            pattern = re.sub(r"(years|months|weeks|days|hours|runs|sessions)", r"\1?", pattern)
            if one and re.fullmatch(pattern, sentence):
                found.add(name)
    if sentence == TEXTS.words["not_yet_settled"] and kind == "present":
        found.add("hours_to_settle")
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_letter_prints_what_was_answered_and_nothing_else(case: dict[str, Any]) -> None:
    record = assessment_of(case)
    said = _Said(record)
    void = {
        notice["question"] for notice in record.evaluation["notices"] if "longstanding" not in notice["code"]
    }
    answered = set(record.answers) - void
    for sentence in said.findings:
        assert said_by(sentence, "present") & answered, sentence
    for sentence in (*said.course, *said.further):
        assert (said_by(sentence, "present") | said_by(sentence, "absent")) & answered, sentence
    for sentence in said.excluded:
        assert said_by(sentence, "absent") & answered & EMERGENCY, sentence
    assert not {"", None} & {*said.findings, *said.course, *said.excluded, *said.further, *said.not_asked}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_what_was_not_asked_is_named_and_never_excluded(case: dict[str, Any]) -> None:
    record = assessment_of(case)
    said = _Said(record)
    for missing in record.evaluation["missing"]:
        text = TEXTS.questions[missing["question"]]
        if missing["screen"] in ("emergency", "urgent") and missing["question"] not in record.answers:
            assert text.not_asked in said.not_asked
            assert text.absent not in said.excluded


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_an_emergency_letter_opens_with_every_suspicion_in_table_order(case: dict[str, Any]) -> None:
    record = assessment_of(case)
    met = [one["id"] for one in record.evaluation["criteria_met"] if one["urgency"] == "emergency_now"]
    opening = suspicions(record.evaluation)
    assert len(opening) == len(met)
    assert met == [one.id for one in CRITERIA if one.id in met]
    assert all(words.startswith(OPENINGS) for words in opening)
