"""FHIR's token parameters: ``code``, ``system|code``, ``|code`` and ``system|``, several with commas."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from backend.platform.api.problems import Problem
from backend.platform.refusals import FieldProblem

_PART = re.compile(r"(?:[^\\,]|\\.)+", re.DOTALL)
_BAR = re.compile(r"((?:[^\\|]|\\.)*)\|(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\\,|$])")


@dataclass(frozen=True, slots=True)
class Token:
    """One of several that are wanted. ``system`` is empty where none is said, ``code`` where any will do."""

    system: str
    code: str


def read_tokens(name: str, text: str) -> list[Token]:
    """Read the value of a parameter; raises ``Problem`` that names it."""
    parts = _PART.findall(text)
    if not parts or ",".join(parts) != text:
        raise _refusal(name, "malformed", "A code is needed, as code, system|code, |code or system|.")
    return [_read_token(name, part) for part in parts]


def _read_token(name: str, text: str) -> Token:
    parted = _BAR.fullmatch(text)
    system, code = parted.groups() if parted else ("", text)
    if (not system and not code) or _BAR.fullmatch(code):
        raise _refusal(name, "malformed", "A code is needed, as code, system|code, |code or system|.")
    return Token(_ESCAPED.sub(r"\1", system), _ESCAPED.sub(r"\1", code))


def read_codes(name: str, text: str, *, system: str, known: Collection[str]) -> frozenset[str]:
    """The codes of one system that are wanted; raises ``Problem`` for another system or an unknown code.

    What can't be found under any circumstances is a mistake, and an empty answer would hide it.
    """
    wanted = read_tokens(name, text)
    if any(token.system not in ("", system) for token in wanted):
        raise _refusal(name, "unknown_code", f"Codes of {system} are understood.")
    if any(token.code and token.code not in known for token in wanted):
        raise _refusal(name, "unknown_code", f"One of {system} is needed: {', '.join(sorted(known))}.")
    return frozenset(code for token in wanted for code in ([token.code] if token.code else known))


def _refusal(name: str, code: str, detail: str) -> Problem:
    return Problem("invalid", errors=[FieldProblem(f"/{name}", code, detail)])
