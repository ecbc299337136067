"""What the items of one question say: one value, a list of groups, or why nothing is known."""

from collections.abc import Mapping
from typing import Any

from assessments.fhir.questionnaire_items import KNOWN, LISTED, NONE, UNKNOWN
from assessments.fhir.response_items import Reading, items_in, refuse_beside
from assessments.fhir.values import KNOWN_REASONS, Absent, one_code, one_value, several_values
from assessments.protocol import Question


def read_answer(
    question: Question, suffix: str, item: Mapping[str, Any], place: str, reading: Reading
) -> None:
    name = question.name
    reading.places.setdefault(f"/answers/{name}", place)
    reading.places.setdefault(f"/absent_reasons/{name}", place)
    value = _value(question, suffix, item, place, reading)
    if isinstance(value, Absent):
        _note_absent(question, value, place, reading)
    elif value is not None:
        if name in reading.reasons or f"{name}{UNKNOWN}" in reading.seen:
            reading.refuse(place, "contradiction", "It was said that the answer isn't known.")
        reading.answers[name] = value


def _value(question: Question, suffix: str, item: Mapping[str, Any], place: str, reading: Reading) -> Any:
    """What the item says about the question; ``None`` when it says nothing."""
    match question.type:
        case "objects" if suffix == KNOWN:
            return _whether_listed(question, item, place, reading)
        case "objects":
            return _one_more(question, item, place, reading)
        case "object" | "features":
            return _fields(question, item, place, reading) or None
        case "choices":
            return several_values(question, item, place, reading)
        case _ if suffix == UNKNOWN:
            return one_code(item, (), place, reading)
    return one_value(item, question, place, reading)


def _whether_listed(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> Any:
    """An empty list when there is nothing to list."""
    said = one_code(item, (NONE, LISTED), place, reading)
    if said != NONE:
        return said if isinstance(said, Absent) else None
    if question.name in reading.answers:
        reading.refuse(place, "contradiction", "Something is listed all the same.")
        return None
    return []


def _one_more(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> list[Any]:
    """The list with what this group adds."""
    listed = reading.answers.get(question.name)
    if listed == []:
        reading.refuse(place, "contradiction", "It was said that there is nothing to list.")
    reading.places[f"/answers/{question.name}/{len(listed or [])}"] = place
    return [*(listed or []), _fields(question, item, place, reading)]


def _note_absent(question: Question, reason: str, place: str, reading: Reading) -> None:
    if question.name in reading.answers:
        reading.refuse(place, "contradiction", "The question is answered all the same.")
    if reason in KNOWN_REASONS:
        reading.reasons[question.name] = reason


def _fields(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> dict[str, Any]:
    """The parts of a structured answer; unknown ones are left out."""
    refuse_beside("answer", item, place, reading)
    found: dict[str, Any] = {}
    parts = {f"{question.name}.{part.name}": part for part in _parts(question)}
    for here, inner in items_in(item.get("item", []), f"{place}/item", reading):
        part = parts.get(inner["linkId"])
        if part is None or part.name in found:
            reading.refuse(
                here, "unknown_question", "This group has no item of this linkId, or has it already."
            )
            continue
        value = one_value(inner, part, here, reading)
        if value is not None and not isinstance(value, Absent):
            found[part.name] = value
    return found


def _parts(question: Question) -> tuple[Question, ...]:
    if question.type != "features":
        return question.fields
    return tuple(
        Question(name, name, name, question.group, "choice", question.screen, choices=("no", "yes"))
        for name in question.choices
    )
