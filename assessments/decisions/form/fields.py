"""The form's controls as values: what the templates show of each question, with what was typed so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assessments.decisions.form.typed_values import (
    MAX_ROWS,
    UNKNOWN,
    Typed,
    asked_none,
    control,
    place,
    reason_of,
    unit_of,
)
from assessments.protocol import ADMINISTRATIVE, Question
from assessments.protocol.findings import choice_words
from assessments.protocol.parameters import default_number
from assessments.protocol.question_types import NO_YES
from assessments.protocol.texts import TEXTS
from clinics.dashboard.typed_numbers import write_number

#: Units of the question table in words.
UNITS: Mapping[str, str] = TEXTS.words["units"]
NOT_KNOWN = TEXTS.questions["trend"].choice(UNKNOWN).clinician
#: Empty rows that a list offers beyond those in use.
SPARE_ROWS = 2
_REASONS = next(question.choices for question in ADMINISTRATIVE if question.name == "absent_reason")
_WHY = TEXTS.questions["absent_reason"]
LONG_TEXT = 200

Errors = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a control."""

    value: str
    words: str
    id: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One control, or (``parts``, ``rows``) a group of them; ``kind`` says which."""

    kind: str
    name: str
    id: str
    title: str
    hints: tuple[str, ...]
    value: str = ""
    options: tuple[Option, ...] = ()
    units: tuple[Option, ...] = ()
    unit: str = ""
    unit_name: str = ""
    reasons: tuple[Option, ...] = ()
    reason_name: str = ""
    reason: str = ""
    parts: tuple[Field, ...] = ()
    rows: tuple[tuple[int, tuple[Field, ...]], ...] = ()
    errors: tuple[str, ...] = ()
    asked: str = "yes"
    question: str = ""

    @property
    def described_by(self) -> str:
        """The ids of what belongs to the control: its hints and errors."""
        present = (("hints", self.hints), ("errors", self.errors))
        return " ".join(f"{self.id}-{name}" for name, there in present if there)


def question_field(question: Question, typed: Typed, errors: Errors, *, asked: str = "yes") -> Field:
    """The field of one question; ``asked`` says whether it applies: yes, no or perhaps."""
    field = _field(question, (question.name,), typed, errors)
    name = reason_of(question.name)
    reason = typed.get(name, "")
    reasons = tuple(Option(code, _WHY.choice(code).clinician, "", code == reason) for code in _REASONS)
    return replace(
        field, asked=asked, question=question.name, reasons=reasons, reason_name=name, reason=reason
    )


def _field(question: Question, path: tuple[object, ...], typed: Typed, errors: Errors) -> Field:
    name, here = control(*path), place(*path)
    field = Field(
        kind=_KINDS[question.type],
        name=name,
        id=here,
        title=TEXTS.questions[question.name].clinician.label if len(path) == 1 else question.label,
        hints=tuple(_hints(question, whole=len(path) == 1)),
        value=typed.get(name, ""),
        errors=tuple(errors.get(here, ())),
    )
    match question.type:
        case "choice":
            options = _options(question, name, here, typed, whole=str(path[0]), unknown=len(path) == 1)
            return replace(field, options=options, kind=field.kind if len(path) == 1 else "select")
        case "choices":
            return replace(
                field, options=_options(question, name, here, typed, whole=str(path[0]), unknown=False)
            )
        case "features":
            return replace(
                field, parts=tuple(_feature(item, path, typed, errors) for item in question.choices)
            )
        case "object":
            return replace(field, parts=_parts(question, path, typed, errors))
        case "objects":
            return _list_field(field, question, path, typed, errors)
        case "text" if (question.max_length or 0) > LONG_TEXT and len(path) == 1:
            return replace(field, kind="long_text")
        case _:
            return _with_units(field, question, path, typed)


_KINDS = {
    "choice": "radios",
    "choices": "checks",
    "integer": "number",
    "number": "number",
    "text": "line",
    "date": "date",
    "date_or_time": "date",
    "features": "group",
    "object": "group",
    "objects": "rows",
}


def _hints(question: Question, *, whole: bool) -> list[str]:
    """Range and unit, and what to know when asking it; a score says its own range."""
    hints = []
    if question.low is not None and question.high is not None and not question.unit.startswith("{"):
        kind = "Whole number" if question.type == "integer" else "Number"
        hints.append(f"{kind}, {question.low} to {question.high}{_of_unit(question)}.")
    if whole and (said := TEXTS.questions[question.name].clinician.hint):
        hints.append(said)
    return hints


def _of_unit(question: Question) -> str:
    return f" {UNITS[question.unit]}" if question.unit else ""


def number_in_words(question: Question, number: float) -> str:
    """A number with its unit, never with a comma or point that can be taken for another one."""
    return f"{write_number(number)}{_of_unit(question)}"


def _options(
    question: Question, name: str, here: str, typed: Typed, *, whole: str, unknown: bool
) -> tuple[Option, ...]:
    chosen = typed.getlist(name)
    options = [
        Option(code, choice_words(whole, question, code), f"{here}-{code}", code in chosen)
        for code in _offered(question, typed)
    ]
    if unknown:
        options.append(Option(UNKNOWN, NOT_KNOWN, f"{here}-{UNKNOWN}", UNKNOWN in chosen))
    return tuple(options)


def _offered(question: Question, typed: Typed) -> tuple[str, ...]:
    """The choices that are answers here: not "too early" after the first week."""
    days = typed.get(control("episode_duration_days"), "").strip()
    in_days = typed.get(unit_of("episode_duration_days")) in (None, "", "days")
    late = days.isdecimal() and (not in_days or int(days) >= default_number("too_early_days_lt"))
    return tuple(code for code in question.offered if not (late and code == "too_early"))


def _feature(item: str, path: tuple[object, ...], typed: Typed, errors: Errors) -> Field:
    name, here = control(*path, item), place(*path, item)
    said = typed.get(name, "")
    text = TEXTS.questions[str(path[0])]
    options = tuple(
        Option(code, text.choice(code).clinician, f"{here}-{code}", code == said)
        for code in (*NO_YES, UNKNOWN)
    )
    title = text.choice(item).clinician
    return Field("radios", name, here, title, (), options=options, errors=tuple(errors.get(here, ())))


def _parts(question: Question, path: tuple[object, ...], typed: Typed, errors: Errors) -> tuple[Field, ...]:
    """The fields of an object."""
    return tuple(_field(part, (*path, part.name), typed, errors) for part in question.fields)


def _list_field(
    field: Field, question: Question, path: tuple[object, ...], typed: Typed, errors: Errors
) -> Field:
    """The rows in use and a few more, after the two answers that list nothing."""
    prefix = f"{control(*path)}."
    used = [int(row) for name in typed if name.startswith(prefix) and typed[name]
            for row in [name.removeprefix(prefix).split(".")[0]] if row.isdecimal()]  # fmt: skip
    count = min(max(used, default=-1) + 1 + SPARE_ROWS, question.max_items or MAX_ROWS)
    name = asked_none(question.name)
    said = typed.get(name, "")
    words = {"none": "Asked: none", UNKNOWN: NOT_KNOWN}
    options = tuple(Option(code, text, f"{field.id}-{code}", code == said) for code, text in words.items())
    rows = tuple((row + 1, _parts(question, (*path, row), typed, errors)) for row in range(count))
    return replace(field, name=name, value=said, options=options, rows=rows)


def _with_units(field: Field, question: Question, path: tuple[object, ...], typed: Typed) -> Field:
    """A number's unit, or the units to choose from."""
    if not question.units:
        return replace(field, unit=_of_unit(question).strip())
    name = unit_of(*path)
    chosen = typed.get(name) or question.units[0][0]
    units = tuple(Option(code, UNITS.get(code, code), "", code == chosen) for code, _ in question.units)
    return replace(field, units=units, unit_name=name)
