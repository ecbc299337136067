"""The guide to a change of the protocol, followed with a change that is planted here."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from assessments.protocol import CRITERIA, QUESTIONS, Criterion, compile_protocol, validate
from assessments.protocol.compiled import CompiledProtocol
from assessments.protocol.conditions import one_of
from assessments.protocol.follows import EXAMINED_FIRST
from assessments.protocol.texts import IncompleteTextsError
from assessments.protocol.vocabulary import Decision, Urgency
from tests.protocol.records import record

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "how-to" / "change-the-protocol.md").read_text(encoding="utf-8")
NEW_DEFORMITY = next(criterion for criterion in CRITERIA if criterion.id == "RF-S06")


def planted(criterion: Criterion) -> CompiledProtocol:
    """The table with one row more, before what only stands last."""
    return compile_protocol(criteria=(*CRITERIA[:-1], criterion, CRITERIA[-1]))


def test_every_place_that_the_guide_names_is_there() -> None:
    named = set(re.findall(r"`([a-z_]+/[A-Za-z0-9_./-]*)`", GUIDE))
    assert len(named) >= 9
    for path in named:
        assert (ROOT / path).exists(), path


def test_every_place_that_a_criterion_of_today_stands_in_is_named() -> None:
    """RF-E17 came last: where its id stands, the guide says, or `make generate` writes it."""
    hand_written = ("assessments/protocol", "bench/protocol", "tests/protocol")
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in hand_written
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".json") and "RF-E17" in path.read_text(encoding="utf-8")
    }
    tests = {path for path in found if path.startswith("tests/") and path.endswith(".py")}
    assert found - tests == {
        "assessments/protocol/criteria/emergency.py",
        "assessments/protocol/questions/emergency.py",
        "assessments/protocol/texts.json",
        "bench/protocol/handwritten.py",
        "tests/protocol/cases.json",
        "tests/protocol/questions.json",
    }
    for path in found - tests:
        assert path in GUIDE or f"`{path.rpartition('/')[0]}/`" in GUIDE, path


def test_a_criterion_without_what_follows_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="follows"):
        Criterion(  # type: ignore[call-arg]
            "SR-99",
            "Planted",
            one_of("trauma", "minor"),
            Decision.STOP_AND_REHAB,
            Urgency.NONE,
            "Why.",
            ("B08",),
        )


def test_a_criterion_without_texts_stops_at_once() -> None:
    row = replace(NEW_DEFORMITY, id="SR-99")
    with pytest.raises(IncompleteTextsError, match="SR-99: no texts"):
        planted(row)


def test_a_planted_change_decides_and_has_a_hash_of_its_own() -> None:
    """A row with texts, here those of another: it decides, and nobody takes it for today's table."""
    changed = replace(
        NEW_DEFORMITY,
        condition=one_of("trauma", "minor"),
        decision=Decision.STOP_AND_REHAB,
        urgency=Urgency.ROUTINE,
        follows=EXAMINED_FIRST,
    )
    protocol = planted(changed)
    answers = validate(record(trauma="minor"))
    today = compile_protocol()
    assert today.decide(answers).decision == "continue_running"
    assert protocol.decide(answers).decision == "stop_and_rehab"
    assert protocol.evaluate(answers).follows == EXAMINED_FIRST
    assert protocol.hash != today.hash
    assert protocol.interpret(answers) == protocol.decide(answers).criteria


def test_a_planted_question_changes_the_hash() -> None:
    changed = [
        replace(item, label="Asked otherwise") if item.name == "trauma" else item for item in QUESTIONS
    ]
    assert CompiledProtocol(questions=changed).hash != CompiledProtocol().hash
