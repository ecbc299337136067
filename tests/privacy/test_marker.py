"""The search itself: it finds the marker where it hides, and the marker is in every text there is."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework import serializers

from patients.shapes import PATIENT
from tests.privacy.marker import MARKER, holds_marker, marked_answers, marked_patient, text_questions


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode, bytes.hex, bytes.upper])
def test_the_search_finds_the_marker_however_it_is_encoded(before: str, encode: Any) -> None:
    assert holds_marker(encode(f"{before}{MARKER}, and more".encode()))
    assert not holds_marker(encode(f"{before}{MARKER[::-1]}, and more".encode()))


def test_every_question_that_takes_text_carries_the_marker() -> None:
    marked = {name for name, answer in marked_answers().items() if holds_marker(json.dumps(answer))}
    assert marked == set(text_questions())


def test_every_text_of_a_patient_carries_the_marker() -> None:
    assert set(marked_places(marked_patient())) == {*texts_of(PATIENT)} - {"contact.phone"}


def texts_of(serializer: Any, above: str = "") -> Iterator[str]:
    """The names of the fields that take text, however deep."""
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.Serializer):
            yield from texts_of(field, f"{above}{name}.")
        elif isinstance(field, serializers.CharField) and not field.read_only:
            yield above + name


def marked_places(document: dict[str, Any], above: str = "") -> Iterator[str]:
    """The places of a document that hold the marker."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from marked_places(value, f"{above}{name}.")
        elif holds_marker(str(value)):
            yield above + name
