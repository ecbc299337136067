"""Checking and normalising one answer: each question becomes one function, built once at import.

A reader returns the normalised value, or raises `Refused` with what is wrong. Unknown (None and
"unknown", for every type) never reaches a reader; inside structured answers they drop it themselves.
"""

from __future__ import annotations

from collections.abc import Callable

from assessments.protocol.plain_readers import (
    Fault,
    Reader,
    Refused,
    choice,
    date_or_time,
    integer,
    is_unknown,
    iso_date,
    number,
    refuse,
    text,
)
from assessments.protocol.question_types import Question

# These say that nothing was found or asked, so they cannot stand beside a finding.
EXCLUSIVE = frozenset({"none", "not_asked", "not_assessed"})


def reader(question: Question) -> Reader:
    """The function that checks and normalises answers to a question."""
    return READERS[question.type](question)


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
