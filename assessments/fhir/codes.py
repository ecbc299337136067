"""Standard codes beside our own, from a file that the operator names (``FHIR_CODES``); without one, none.

A code stands beside a concept: ``question/{name}``, ``request/referral`` or ``plan/exercise``. The file also
holds the notice that each system's licence demands, which goes out with the form and the server's statement.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from assessments.protocol.questions import QUESTIONS_BY_NAME

#: Verhoeff's permutation; applied again for each digit further to the left.
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def loinc_holds(code: str) -> bool:
    """Whether a LOINC code ends with the check digit of its number (Luhn's, modulus 10)."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}-[0-9]", code):
        return False
    number, _, check = code.partition("-")
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return (10 - total % 10) % 10 == int(check)


def snomed_holds(code: str) -> bool:
    """Whether a SNOMED CT identifier of a concept ends with its check digit (Verhoeff's)."""
    if not re.fullmatch(r"[1-9][0-9]{3,15}0[0-9]|[1-9][0-9]{4,15}10[0-9]", code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _product(check, _permuted(int(digit), place))
    return check == 0


def _permuted(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = _PERMUTATION[digit]
    return digit


def _product(left: int, right: int) -> int:
    """Of two elements of the dihedral group D5: 0 to 4 turn, 5 to 9 turn and reflect."""
    turned = (left + right) % 5 if left < 5 else (left - right) % 5
    return turned + (5 if (left < 5) is not (right < 5) else 0)


LOINC, SNOMED, ICD_10 = "http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10"
#: The systems that may be used, each with what tells a slip of the pen.
SYSTEMS: Mapping[str, Callable[[str], bool]] = {LOINC: loinc_holds, SNOMED: snomed_holds, ICD_10: bool}
#: How well a code must be known: by a published value set, or by several sources that agree.
GRADES = ("A", "B")
REFERRAL, EXERCISE = "request/referral", "plan/exercise"
CONCEPTS = frozenset({REFERRAL, EXERCISE, *(f"question/{name}" for name in QUESTIONS_BY_NAME)})
_PARTS = {"concept", "system", "code", "display", "grade"}

Coding = dict[str, str]


class UnfitCodesError(Exception):
    """The file can't be used; ``faults`` say where and why."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class CodeMap:
    """Codes by concept, and the notices of the systems that are used."""

    codes: Mapping[str, tuple[Coding, ...]]
    notices: tuple[str, ...]


def codes_of(concept: str) -> list[Coding]:
    """The codes that stand beside a concept."""
    return [dict(code) for code in code_map(settings.FHIR_CODES).codes.get(concept, ())]


def copyright_notice() -> str:
    """What the licences of the codes in use demand; empty without codes."""
    return "\n\n".join(code_map(settings.FHIR_CODES).notices)


@cache
def code_map(path: str) -> CodeMap:
    """Read the file once; raises ``UnfitCodesError``. Without a path there is nothing in it."""
    if not path:
        return CodeMap({}, ())
    document = _document(Path(settings.BASE_DIR) / path)
    if faults := list(_faults(document)):
        raise UnfitCodesError(faults)
    found: dict[str, tuple[Coding, ...]] = {}
    for entry in document["codes"]:
        coding = {part: entry[part] for part in ("system", "code", "display")}
        found[entry["concept"]] = (*found.get(entry["concept"], ()), coding)
    used = sorted({entry["system"] for entry in document["codes"]})
    return CodeMap(found, tuple(document["notices"][system] for system in used))


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise UnfitCodesError(["it can't be read"]) from None
    except ValueError:
        raise UnfitCodesError(["it is no JSON in UTF-8"]) from None
    shape = {"notices": dict, "codes": list}
    if not isinstance(document, dict) or set(document) != set(shape):
        raise UnfitCodesError(["it must hold notices and codes, and nothing else"])
    if faults := [
        f"{name} has the wrong type" for name, kind in shape.items() if type(document[name]) is not kind
    ]:
        raise UnfitCodesError(faults)
    return document


def _faults(document: dict[str, Any]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(document["codes"]):
        place = f"codes[{number}]"
        if (
            not isinstance(entry, dict)
            or set(entry) != _PARTS
            or not all(_is_words(one) for one in entry.values())
        ):
            yield f"{place} needs {', '.join(sorted(_PARTS))}, each a text"
            continue
        yield from (f"{place}: {fault}" for fault in _faults_of(entry, document["notices"]))
        if (entry["concept"], entry["system"]) in seen:
            yield f"{place}: {entry['concept']} has a code of this system already"
        seen.add((entry["concept"], entry["system"]))


def _faults_of(entry: Coding, notices: dict[str, Any]) -> Iterator[str]:
    holds = SYSTEMS.get(entry["system"])
    if entry["concept"] not in CONCEPTS:
        yield f"nothing here is called {entry['concept']}"
    if entry["grade"] not in GRADES:
        yield f"only codes of grade {' or '.join(GRADES)} are used"
    if holds is None:
        yield f"the system must be one of {', '.join(SYSTEMS)}"
    elif not holds(entry["code"]):
        yield f"{entry['code']} isn't well-formed: its check digit is wrong"
    elif not _is_words(notices.get(entry["system"])):
        yield f"notices lacks what the licence of {entry['system']} demands"


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


@register(Tags.security)
def check_fhir_codes(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A file of standard codes is whole, or the service doesn't start: a wrong code is a wrong finding."""
    try:
        code_map(settings.FHIR_CODES)
    except UnfitCodesError as exc:
        hint = "See docs/adr/0030-standard-codes.md; without FHIR_CODES there are none."
        return [Error(f"FHIR_CODES: {fault}.", hint=hint, id="assessments.E001") for fault in exc.faults]
    return []
