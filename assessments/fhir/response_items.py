"""The items of a response with their places; what nobody would read is refused where it stands."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessments.fhir.elements_beside import OF_ITEM, Elements, refused_elements, why_refused
from assessments.fhir.questionnaire_items import section_id, sections
from backend.platform.refusals import FieldProblem


@dataclass(slots=True)
class Reading:
    """What has been read: the native body, where each of its parts stands in the response, and the faults.

    ``others`` are answers that were refused for where they stand, in a wrong place or beside another to the
    same question: nobody knows which holds. ``known_as`` is the practice's own id of the runner, where the
    response names it.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    others: dict[str, list[Any]] = field(default_factory=dict)
    known_as: str = ""

    def refuse(self, place: str, code: str, detail: str) -> None:
        """Note a fault."""
        self.problems.append(FieldProblem(place, code, detail))

    def note_others(self, refused: "Reading") -> None:
        """Keep what was answered where nobody reads it, or beside another answer to the same question."""
        answered = [
            *refused.answers.items(),
            *((name, one) for name, told in refused.others.items() for one in told),
        ]
        for name, value in answered:
            told = self.others.setdefault(name, [])
            if value not in told:
                told.append(value)

    def placed(self, problem: FieldProblem) -> FieldProblem:
        """A fault of the native body, at the place in the response that it came from."""
        pointer = problem.pointer
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return FieldProblem(self.places.get(pointer, ""), problem.code, problem.detail)


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
