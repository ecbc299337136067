"""Readers of answers that are one value: a code, a number, a text or a date."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime

from assessments.protocol.problems import Problem
from assessments.protocol.question_types import Question

Reader = Callable[[object], object]
Fault = tuple[tuple[object, ...], str, str]  # path below the question, code, detail


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


def problems(question: str, refused: Refused) -> list[Problem]:
    """The faults of one answer, placed."""
    return [Problem(Problem.place(question, *path), code, detail) for path, code, detail in refused.faults]


ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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
