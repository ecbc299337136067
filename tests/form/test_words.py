"""What the clinician's form says means what the question table says; every word of it is kept to review."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import QueryDict

from assessments.decisions.form.fields import NOT_KNOWN, Field, question_field
from assessments.decisions.form.typed_values import UNKNOWN
from assessments.protocol import QUESTIONS, Question
from assessments.protocol.validation import validate

#: Read by a clinician line by line before it is committed. To write it anew: delete it and run this file.
REVIEWED = Path(__file__).parent / "words.txt"
BY_NAME = pytest.mark.parametrize("question", QUESTIONS, ids=[question.name for question in QUESTIONS])
#: What is written for whoever builds a form, and says nothing or the wrong thing to whoever fills it in.
FOR_BUILDERS = re.compile(
    r"->|\[\]|\bnull\b|\bUI\b|\bX\d\b|\b(RF|CL|SR|AD|RT|IN)-|as above|prompt|fires|field|map\b|_",
    re.IGNORECASE,
)
#: Codes that say that nothing was found.
NOTHING_FOUND = {"no", "none", "normal", "not_pregnant", "not_tried"}


def whole(question: Question) -> Field:
    return question_field(question, QueryDict(""), {})


def parts_of(field: Field) -> Iterator[Field]:
    yield field
    for part in (*field.parts, *(part for _, row in field.rows[:1] for part in row)):
        yield from parts_of(part)


def lines() -> Iterator[str]:
    """Each field with its hints and choices, in the order of the form."""
    for question in QUESTIONS:
        for field in parts_of(whole(question)):
            yield f"{field.name}: {field.title}"
            yield from (f"    {hint}" for hint in field.hints)
            yield from (f"    [{option.value}] {option.words}" for option in field.options)


@pytest.mark.holds("HZ-07")
def test_every_word_of_the_form_is_one_that_was_reviewed() -> None:
    said = "\n".join(lines()) + "\n"
    if not REVIEWED.exists():
        REVIEWED.write_text(said, encoding="utf-8")
        pytest.fail(f"{REVIEWED.name} is written anew: read it line by line before it is committed")
    assert said == REVIEWED.read_text(encoding="utf-8")


@BY_NAME
def test_a_hint_speaks_to_whoever_asks_and_names_no_choice_that_is_not_there(question: Question) -> None:
    for field in parts_of(whole(question)):
        offered = {option.words.lower() for option in field.options}
        for hint in (*field.hints, field.title):
            assert not FOR_BUILDERS.search(hint), hint
            for quoted in re.findall(
                "[\N{LEFT DOUBLE QUOTATION MARK}'](.+?)[\N{RIGHT DOUBLE QUOTATION MARK}']", hint
            ):
                assert quoted.lower() in offered, (field.name, hint)
            assert "not applicable" not in hint.lower()


@BY_NAME
def test_a_choice_means_its_code(question: Question) -> None:
    """The code is a valid answer; a finding never reads as none, nor none as a finding or as not known."""
    if question.type != "choice":
        return
    options = {option.value: option.words for option in whole(question).options}
    assert list(options) == [*question.offered, UNKNOWN]
    assert len(set(options.values())) == len(options)
    assert options.pop(UNKNOWN) == NOT_KNOWN
    for code, said in options.items():
        assert validate({question.name: code})[question.name] == code
        nothing = re.match(r"(no|none|never|neither|normal|not tried)\b", said.lower()) is not None
        assert nothing is (code in NOTHING_FOUND), (code, said)
        assert "not known" not in said.lower()
