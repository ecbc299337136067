"""Checking and normalising one answer: each question becomes one function, built once at import.

A reader returns the normalised value, or raises `Refused` with what is wrong. Unknown (None and
"unknown", for every type) never reaches a reader; inside structured answers they drop it themselves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime

from assessments.protocol.problems import Problem
from assessments.protocol.question_types import Question

Reader = Callable[[object], object]
Fault = tuple[tuple[object, ...], str, str]  # path below the question, code, detail
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# These say that nothing was found or asked, so they cannot stand beside a finding.
EXCLUSIVE = frozenset({"none", "not_asked", "not_assessed"})


class Refused(Exception):  # noqa: N818 - one value refused; callers see InvalidAnswers
    """An answer that is not allowed, as (path below the question, code, detail) each."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults

    def under(self, step: object) -> Iterable[Fault]:
        """The same faults one level further up."""
        return (((step, *path), code, detail) for path, code, detail in self.faults)


def refuse(code: str, detail: str, *path: object) -> Refused:
    """One fault."""
    return Refused((path, code, detail))


def is_unknown(value: object) -> bool:
    """Whether a value means that the answer is not known."""
    return value is None or value == "unknown"


def reader(question: Question) -> Reader:
    """The function that checks and normalises answers to a question."""
    return READERS[question.type](question)


def choice(question: Question) -> Reader:
    allowed = {value: value for value in question.choices}
    detail = f"Allowed: {', '.join(question.choices)}, unknown."

    def read(value: object) -> object:
        if isinstance(value, str):
            try:
                return allowed[value]
            except KeyError:
                raise refuse("unknown_choice", detail) from None
        raise refuse("wrong_type", f"One of the codes is needed. {detail}")

    return read


def integer(question: Question) -> Reader:
    convert = with_units(question)
    low, high = question.low or 0, question.high or 0
    detail = f"A whole number from {low} to {high} is needed."

    def read(value: object) -> object:
        if type(value) is not int:
            if convert is not None and isinstance(value, dict):
                return math.ceil(round(convert(value), 6))  # a started day counts: never shorter than said
            code = "not_an_integer" if isinstance(value, float) else "wrong_type"
            raise refuse(code, detail)
        if not low <= value <= high:
            raise refuse("out_of_range", detail)
        return value

    return read


def number(question: Question) -> Reader:
    convert = with_units(question)
    low, high = question.low or 0, question.high or 0
    detail = f"A number from {low} to {high} is needed."

    def read(value: object) -> object:
        if convert is not None and isinstance(value, dict):
            return convert(value)
        return in_range(value, low, high, detail)

    return read


def in_range(value: object, low: float, high: float, detail: str, *path: object) -> float:
    """A finite number in an inclusive range."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse("wrong_type", detail, *path)
    if isinstance(value, float) and not math.isfinite(value):
        raise refuse("not_finite", detail, *path)
    if not low <= value <= high:
        raise refuse("out_of_range", detail, *path)
    return value


def with_units(question: Question) -> Callable[[dict[object, object]], float] | None:
    """A reader of {"value": …, "unit": …} into the question's own unit, if it has further units."""
    if not question.units:
        return None
    factors, low, high = dict(question.units), question.low or 0, question.high or 0
    detail = f"After conversion, from {low} to {high} {question.units[0][0]}."
    shape = f'Needed: {{"value": number, "unit": one of {", ".join(factors)}}}.'

    def convert(value: dict[object, object]) -> float:
        if value.keys() != {"value", "unit"}:
            raise refuse("malformed", shape)
        unit = value["unit"]
        if not isinstance(unit, str) or unit not in factors:
            raise refuse("unknown_unit", shape, "unit")
        # No factor is below 1: checked first, so that an enormous integer is never multiplied.
        amount = in_range(value["value"], low, high, detail, "value")
        return in_range(amount * factors[unit], low, high, detail, "value")

    return convert


def text(question: Question) -> Reader:
    limit = question.max_length or 0

    def read(value: object) -> object:
        if not isinstance(value, str):
            raise refuse("wrong_type", "Text is needed.")
        if len(value) > limit:
            raise refuse("too_long", f"At most {limit} characters.")
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise refuse("malformed", "Not storable as text: a NUL character or half of a surrogate pair.")
        return value

    return read


def iso_date(question: Question) -> Reader:  # noqa: ARG001 - every date is checked alike
    def read(value: object) -> object:
        if not isinstance(value, str):
            raise refuse("wrong_type", "A date as YYYY-MM-DD is needed.")
        if not ISO_DATE.fullmatch(value) or parsed(date.fromisoformat, value) is None:
            raise refuse("malformed", "A date as YYYY-MM-DD is needed.")
        return value

    return read


def date_or_time(question: Question) -> Reader:
    day = iso_date(question)
    detail = "A date as YYYY-MM-DD, or a date-time with offset, is needed."

    def read(value: object) -> object:
        if not isinstance(value, str):
            raise refuse("wrong_type", detail)
        if len(value) == len("YYYY-MM-DD"):
            return day(value)
        moment = parsed(datetime.fromisoformat, value) if ISO_DATE.match(value) and len(value) <= 40 else None
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise refuse("malformed", detail)
        return value

    return read


def parsed(parse: Callable[[str], date], value: str) -> date | None:
    """The parsed value, or None when it is not one."""
    try:
        return parse(value)
    except ValueError:
        return None


def several(question: Question) -> Reader:
    one, order = choice(question), {value: place for place, value in enumerate(question.choices)}

    def read(value: object) -> object:
        items = list_items(value, one, question.max_items or 0)
        if len(items) > 1 and not EXCLUSIVE.isdisjoint(map(str, items)):
            raise refuse("excludes_others", "none, not_asked and not_assessed stand alone.")
        return sorted(items, key=lambda item: order[str(item)])  # one order, so that order never matters

    return read


def list_items(value: object, one: Reader, limit: int) -> list[object]:
    """The items of a list, each read; every faulty item is named."""
    if not isinstance(value, list | tuple):
        raise refuse("wrong_type", "A list is needed.")
    if len(value) > limit:
        raise refuse("too_long", f"At most {limit} items.")
    items: list[object] = []
    faults: list[Fault] = []
    for place, item in enumerate(value):
        try:
            read = one(item)
        except Refused as refused:
            faults += refused.under(place)
            continue
        if read in items:
            faults.append(((place,), "not_unique", "Each item may appear once."))
        items.append(read)
    if faults:
        raise Refused(*faults)
    return items


def features(question: Question) -> Reader:
    """Items answered yes or no; unknown ones are dropped, and an object of unknowns is unknown."""
    allowed = set(question.choices)

    def read(value: object) -> object:
        if not isinstance(value, dict):
            raise refuse("wrong_type", "An object of yes/no/unknown items is needed.")
        faults: list[Fault] = []
        for item, answer in value.items():
            if item not in allowed:
                faults.append(((item,), "unknown_field", f"Allowed: {', '.join(question.choices)}."))
            elif not is_unknown(answer) and answer not in ("yes", "no"):
                faults.append(((item,), "unknown_choice", "Allowed: yes, no, unknown."))
        if faults:
            raise Refused(*faults)
        return {item: value[item] for item in question.choices if not is_unknown(value.get(item))} or None

    return read


def structure(question: Question) -> Reader:
    """An object with fields of its own; unknown fields are dropped, required ones are not."""
    readers = {field.name: reader(field) for field in question.fields}
    required = {field.name for field in question.fields if field.required}
    detail = f"Allowed: {', '.join(readers)}."

    def read(value: object) -> object:
        if not isinstance(value, dict):
            raise refuse("wrong_type", "An object is needed.")
        fields: dict[str, object] = {}
        faults: list[Fault] = []
        for name, item in value.items():
            if name not in readers:
                faults.append(((name,), "unknown_field", detail))
            elif not is_unknown(item):
                try:
                    fields[name] = readers[name](item)
                except Refused as refused:
                    faults += refused.under(name)
        missing = (name for name in readers if name in required and is_unknown(value.get(name)))
        faults += [((name,), "required", "This field is needed.") for name in missing]
        if faults:
            raise Refused(*faults)
        return {name: fields[name] for name in readers if name in fields}

    return read


def structures(question: Question) -> Reader:
    one = structure(question)

    def read(value: object) -> object:
        return list_items(value, one, question.max_items or 0)

    return read


READERS: dict[str, Callable[[Question], Reader]] = {
    "choice": choice,
    "choices": several,
    "integer": integer,
    "number": number,
    "text": text,
    "date": iso_date,
    "date_or_time": date_or_time,
    "features": features,
    "object": structure,
    "objects": structures,
}


def problems(question: str, refused: Refused) -> list[Problem]:
    """The faults of one answer, placed."""
    return [Problem(Problem.place(question, *path), code, detail) for path, code, detail in refused.faults]
