"""The items of a response with their places; what nobody would read is refused where it stands."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from assessments.fhir.elements_beside import OF_ITEM, Elements, refused_elements, why_refused
from assessments.fhir.form import section_id, sections
from assessments.fhir.noted import Reading

_HEADING = "section-"
_HEADINGS = frozenset(map(section_id, sections())) | {"section-1"}
_UNREAD = "Nothing is read here, so what it says would be lost."


def items_in(items: Any, place: str, reading: Reading) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every item with its place, headings left out; the parts of a structured answer stay inside it."""
    if not isinstance(items, list):
        reading.refuse(place, "wrong_type", "A list of items is needed.")
        return
    for number, item in enumerate(items):
        here = f"{place}/{number}"
        if not isinstance(item, Mapping) or not isinstance(item.get("linkId"), str):
            reading.refuse(here, "required", "An item with its linkId is needed.")
            continue
        refuse_elements(item, OF_ITEM, here, reading)
        if item["linkId"] in _HEADINGS:
            refuse_beside("answer", item, here, reading)
            yield from items_in(item.get("item", []), f"{here}/item", reading)
        elif item["linkId"].startswith(_HEADING):
            reading.refuse(here, "unknown_question", "The form has no heading of this linkId.")
        else:
            yield here, item


def refuse_beside(name: str, item: Mapping[str, Any], place: str, reading: Reading) -> None:
    """Refuse answers of a heading or a group, and items of a plain question: nothing would read them."""
    if item.get(name):
        reading.refuse(f"{place}/{name}", "unknown_field", _UNREAD)


def refuse_elements(
    given: Mapping[str, Any], known: Elements, place: str, reading: Reading, ignoring: Collection[str] = ()
) -> None:
    """Refuse the elements that may change an answer where they stand."""
    for name in refused_elements(given, known, ignoring):
        reading.refuse(f"{place}/{name}", "unknown_field", why_refused(name))
