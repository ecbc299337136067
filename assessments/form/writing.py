"""Recorded answers as they would stand in the form: where a correction starts from."""

from collections.abc import Iterator, Mapping

from assessments.form.names import UNKNOWN, asked_none, control, reason_of, unit_of
from assessments.form.reading import Typed
from assessments.protocol import QUESTIONS, Question
from clinics.dashboard.typed_numbers import write_number


def as_typed(answers: Mapping[str, object], absent_reasons: Mapping[str, str]) -> Typed:
    """The form as somebody would have filled it in."""
    typed = Typed()
    for question in QUESTIONS:
        if question.name in answers:
            for name, value in _written(question, (question.name,), answers[question.name]):
                typed.appendlist(name, value)
        elif question.name in absent_reasons:
            typed[reason_of(question.name)] = absent_reasons[question.name]
            if question.type == "choice":
                typed[control(question.name)] = UNKNOWN
            elif question.type == "objects":
                typed[asked_none(question.name)] = UNKNOWN
    return typed


def _written(question: Question, path: tuple[object, ...], value: object) -> Iterator[tuple[str, str]]:
    """Names and values of the controls that hold an answer."""
    fields = {part.name: part for part in question.fields}
    match value:
        case dict() if question.type == "features":
            yield from ((control(*path, item), str(answer)) for item, answer in value.items())
        case dict():
            for name, part in value.items():
                yield from _written(fields[name], (*path, name), part)
        case list() if question.type == "objects":
            if not value:
                yield asked_none(question.name), "none"
            for row, item in enumerate(value):
                yield from _written(question, (*path, row), item)
        case list():
            yield from ((control(*path), str(item)) for item in value)
        case _:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            yield control(*path), write_number(value) if number else str(value)  # type: ignore[arg-type]
            if question.units:
                yield unit_of(*path), question.units[0][0]
