"""What stands beside the answers of a response: taken where it can't change them, refused where it may.

FHIR asks to tolerate what isn't understood unless it is a modifier, and hospitals fill in forms because of
an order: an emergency isn't turned away for the order's sake. FHIR and CDS Hooks both read by this rule.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements that FHIR R4 knows in one place: what is read there, and what is taken and not kept."""

    read: frozenset[str]
    not_kept: frozenset[str]

    def known(self, name: str) -> bool:
        """Whether it can stand here without changing an answer; ``_name`` is more about the element name."""
        return name.removeprefix("_") in self.read | self.not_kept


OF_RESPONSE = Elements(
    read=frozenset({"resourceType", "questionnaire", "status", "subject", "authored", "item"}),
    not_kept=frozenset({"id", "meta", "language", "text", "contained", "extension", "identifier"})
    | {"basedOn", "partOf", "encounter", "author", "source"},
)
OF_ITEM = Elements(
    read=frozenset({"linkId", "item", "answer", "extension"}),
    not_kept=frozenset({"id", "text", "definition"}),
)
#: The values of an answer are read by what the question needs.
OF_ANSWER = Elements(read=frozenset({"extension"}), not_kept=frozenset({"id"}))
#: What tells a reader to understand the whole in another way, in FHIR's own words.
_MODIFIERS = frozenset({"modifierExtension", "implicitRules"})
_MODIFIES = "It may change what the answers mean, and isn't understood here."
_UNKNOWN = "FHIR R4 has no such element here; it may be an answer that would be lost."


def refused_elements(given: Mapping[str, Any], known: Elements, ignoring: Collection[str] = ()) -> list[str]:
    """The elements that may change an answer, in the order of their names."""
    return sorted(name for name in given.keys() - set(ignoring) if not known.known(name))


def why_refused(name: str) -> str:
    """The reason for one of ``refused_elements``."""
    return _MODIFIES if name.removeprefix("_") in _MODIFIERS else _UNKNOWN


def not_kept(response: Mapping[str, Any]) -> Iterator[str]:
    """The elements of a response that are taken and not kept; ``id`` and ``meta`` are any server's own."""
    for name in sorted(response):
        if name.removeprefix("_") in OF_RESPONSE.not_kept - {"id", "meta"}:
            yield name
