"""A text that stands for everything private, and where it may hide."""

import base64
import datetime as dt
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils import timezone

from assessments.protocol.questions import QUESTIONS
from tests.factories import reassuring_answers

#: Letters and digits only, so that no quoting of URLs, JSON or mail changes it.
MARKER = "Zqx7Marker9Private"


def holds_marker(text: str | bytes) -> bool:
    """True when the marker is in it: in whatever case, as base64 at any offset, or in hexadecimal."""
    data = text.encode() if isinstance(text, str) else text
    inside = MARKER.encode()
    # Of each alignment, the characters that depend on the marker alone.
    aligned = [
        base64.b64encode(b"\0" * shift + inside)[(0, 2, 3)[shift] : -4].rstrip(b"=") for shift in (0, 1, 2)
    ]
    lowered = data.lower()
    return (
        inside.lower() in lowered
        or inside.hex().encode() in lowered
        or any(form in data or form.translate(_URL_SAFE) in data for form in aligned)
    )


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def marked_answers(**changes: object) -> dict[str, object]:
    """Answers with the marker in every place that takes text."""
    marked = {
        "clinician_note": MARKER,
        "goal_event": {"type": MARKER, "date": "2027-04-25", "distance_km": 42},
        "adjustments_tried": [{"type": "other", "detail": MARKER, "runs": 2, "result": "not_helped"}],
        "spinal_surgery_ever": "within_12_months",
        "spinal_surgery_clearance": {"clearance": "yes", "cleared_by": MARKER, "cleared_at": "2026-01-01"},
        "diagnoses": [
            {
                "code": "bone_stress_injury",
                "status": "past_resolved",
                "clearance": "yes",
                "cleared_by": MARKER,
                "cleared_at": "2026-01-01",
            }
        ],
    }
    return reassuring_answers(**{**marked, **changes})


def marked_patient(number: int = 1) -> dict[str, object]:
    """A patient with the marker in every place that takes text."""
    return {
        "external_id": f"{MARKER}-{number}",
        "given_name": MARKER,
        "family_name": MARKER,
        "birth_date": "1988-07-06",
        "contact": {"email": f"{MARKER}@example.org", "phone": "+44 20 7946 0999"},
        "running_profile": {"usual_weekly_km": 30, "goal_event": {"type": MARKER}},
    }


def text_questions() -> Iterator[str]:
    """Every question or part of one that takes text, from the protocol's own table."""
    for question in QUESTIONS:
        for part in (question, *question.fields):
            if part.type == "text":
                yield question.name


def wrong_answers() -> Iterator[tuple[str, dict[str, object]]]:
    """For every question: the marker as a value that can't be taken, in each shape that is read apart."""
    for question in QUESTIONS:
        too_long = MARKER * 300
        for value in (too_long, [too_long], {"value": too_long, "unit": too_long}, [{"type": too_long}]):
            yield question.name, reassuring_answers(**{question.name: value})
        for field in question.fields:
            part = {field.name: too_long}
            yield (
                question.name,
                reassuring_answers(**{question.name: [part] if question.type == "objects" else part}),
            )


def submission(answers: dict[str, object], **changes: object) -> dict[str, object]:
    """The body of an evaluation, an amendment or an answer, given a moment ago."""
    given = (timezone.now() - dt.timedelta(seconds=1)).isoformat()
    return {"assessed_at": given, "assessor_role": "physiotherapist", "answers": answers, **changes}


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """The lines that the service's own handler writes meanwhile, down to DEBUG; each must be JSON."""
    lines: list[dict[str, Any]] = []
    written = io.StringIO()
    root = logging.getLogger()
    (configured,) = [handler for handler in root.handlers if is_ours(handler)]
    handler = logging.StreamHandler(written)
    handler.setFormatter(configured.formatter)
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        text = written.getvalue()
        assert not holds_marker(text), [line for line in text.splitlines() if holds_marker(line)]
        lines += [json.loads(line) for line in text.splitlines()]


def is_ours(handler: logging.Handler) -> bool:
    """True for the handler that the settings configure; the test runner adds others."""
    assert list(settings.LOGGING["handlers"]) == ["stderr"]
    return type(handler.formatter).__name__ == "ProcessorFormatter"
