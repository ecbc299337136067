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
from assessments.decisions.form.words import CHOICES, HINTS
from assessments.protocol import ADMINISTRATIVE, Question, protocol_for
from assessments.protocol.parameters import default_number
from assessments.records.summary import plain
from clinics.dashboard.typed_numbers import write_number

#: UCUM units of the question table in words.
UNITS = {
    "a": "years",
    "wk": "weeks",
    "d": "days",
    "h": "hours",
    "mo": "months",
    "/wk": "a week",
    "mi": "miles",
}
NOT_KNOWN = "Not asked or not known"
#: Empty rows that a list offers beyond those in use.
SPARE_ROWS = 2
_REASONS = next(question.choices for question in ADMINISTRATIVE if question.name == "absent_reason")
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
    text: str
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
        """The ids of what belongs to the control: its words, hints and errors."""
        present = (("text", self.text), ("hints", self.hints), ("errors", self.errors))
        return " ".join(f"{self.id}-{name}" for name, there in present if there)


def question_field(question: Question, typed: Typed, errors: Errors, *, asked: str = "yes") -> Field:
    """The field of one question; ``asked`` says whether it applies: yes, no or perhaps."""
    field = _field(question, (question.name,), typed, errors)
    name = reason_of(question.name)
    reason = typed.get(name, "")
    reasons = tuple(
        Option(code, plain(code.replace("-", " ")).capitalize(), "", code == reason) for code in _REASONS
    )
    return replace(
        field, asked=asked, question=question.name, reasons=reasons, reason_name=name, reason=reason
    )


def _field(question: Question, path: tuple[object, ...], typed: Typed, errors: Errors) -> Field:
    name, here = control(*path), place(*path)
    field = Field(
        kind=_KINDS[question.type],
        name=name,
        id=here,
        title=_capital(question.phrase),
        text=question.label if question.label.lower() != question.phrase.lower() else "",
        hints=tuple(_hints(question)),
        value=typed.get(name, ""),
        errors=tuple(errors.get(here, ())),
    )
    match question.type:
        case "choice":
            options = _options(question, name, here, typed, unknown=len(path) == 1)
            return replace(field, options=options, kind=field.kind if len(path) == 1 else "select")
        case "choices":
            return replace(field, options=_options(question, name, here, typed, unknown=False))
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


def _hints(question: Question) -> list[str]:
    """Range, unit, when it is asked, and what to know when asking it."""
    hints = []
    if question.low is not None and question.high is not None:
        whole = "Whole number" if question.type == "integer" else "Number"
        hints.append(f"{whole}, {question.low} to {question.high}{_of_unit(question)}.")
    if question.applies_when is not None:
        hints.append(f"Asked when {question.applies_when.sentence(protocol_for().context)}.")
    if said := HINTS.get(question.name, question.note):
        hints.append(_capital(said))
    return hints


def _of_unit(question: Question) -> str:
    if not question.unit or question.unit.startswith("{"):
        return ""
    return f" {UNITS.get(question.unit, question.unit)}"


def number_in_words(question: Question, number: float) -> str:
    """A number with its unit, never with a comma or point that can be taken for another one."""
    return f"{write_number(number)}{_of_unit(question)}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _options(question: Question, name: str, here: str, typed: Typed, *, unknown: bool) -> tuple[Option, ...]:
    chosen = typed.getlist(name)
    options = [
        Option(code, CHOICES.get(code, plain(code).capitalize()), f"{here}-{code}", code in chosen)
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
    words = {"no": "No", "yes": "Yes", UNKNOWN: NOT_KNOWN}
    options = tuple(Option(code, text, f"{here}-{code}", code == said) for code, text in words.items())
    title = plain(item).capitalize()
    return Field("radios", name, here, title, "", (), options=options, errors=tuple(errors.get(here, ())))


def _parts(question: Question, path: tuple[object, ...], typed: Typed, errors: Errors) -> tuple[Field, ...]:
    """The fields of an object; what each is called stands in its label alone."""
    fields = (_field(part, (*path, part.name), typed, errors) for part in question.fields)
    labels = (part.label for part in question.fields)
    return tuple(replace(field, title=label, text="") for field, label in zip(fields, labels, strict=True))


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
