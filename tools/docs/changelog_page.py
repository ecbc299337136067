"""What changed in the API since its last release, written into CHANGELOG.md between two marks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tools.api_changes import read, released
from tools.breaking import Change, compare, operations
from tools.environment import ROOT
from tools.generate import OPENAPI

BEGIN = "<!-- What follows is written by make generate. -->"
END = "<!-- The end of what is written by make generate. -->"
GROUPS: tuple[tuple[str, Callable[[Change], bool]], ...] = (
    ("Breaks clients", lambda change: change.breaks),
    ("Added", lambda change: not change.breaks and change.text.startswith("new ")),
    ("Changed", lambda change: not change.breaks and not change.text.startswith("new ")),
)
SCHEMA = "#/components/schemas/"
STEPS = re.compile(
    r"/content/[^/]+/schema"
    r"|/(?:properties|parameters|headers|responses|content)/(?P<name>[^/]+)"
    r"|/(?P<part>requestBody|items|additionalProperties)"
    r"|/[^/]+"
)
PARTS = {"requestBody": "body", "items": "[]", "additionalProperties": "*"}
NAMED = 3


def changelog_page() -> str:
    """Return CHANGELOG.md with the API's changes as they are now."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    old, new = read(released()), read(OPENAPI)
    is_released = f"## [{released().stem}]" in text
    return with_section(text, api_section(old, new, version=released().stem, is_released=is_released))


def with_section(text: str, section: str) -> str:
    """Put the section between the marks; raises ValueError when they aren't both there."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"CHANGELOG.md needs the lines {BEGIN} and {END} under [Unreleased].")
    return f"{before}{BEGIN}\n\n{section}\n\n{END}{after}"


def api_section(old: dict[str, Any], new: dict[str, Any], *, version: str, is_released: bool) -> str:
    """Tell what changed, what breaks clients first; or in one line that nothing did."""
    changes = compare(old, new)
    if not changes:
        count = f"{len(operations(new, 'paths'))} operations, {len(operations(new, 'webhooks'))} webhooks"
        if is_released:
            return f"Nothing changed in the API since {version}: {count}."
        return f"Nothing is released yet: {version} is the first, with {count}."
    callers = callers_by_place(old, new)
    parts = [f"Since {version}:" if is_released else f"Since the baseline of {version}, not released yet:"]
    for title, belongs in GROUPS:
        if lines := sorted({in_words(change, callers) for change in changes if belongs(change)}):
            parts.append("\n".join([f"**{title}**", "", *lines]))
    return "\n\n".join(parts)


def in_words(change: Change, callers: dict[str, set[str]]) -> str:
    """Return one line: the place, what happened to it, and the operations that meet it."""
    names = [f"`{name}`" for name in sorted(callers.get(start_of(change.pointer), ()))]
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    met = ", ".join([*names[:NAMED], *more])
    return f"- `{place(change.pointer)}`: {change.text}{f' ({met})' if met else ''}"


def place(pointer: str) -> str:
    """Return a JSON pointer as a reader says it: `Patient.name`, `200.ETag`, `POST /patients`."""
    section, name, last = start_of(pointer)[1:].split("/")
    found = STEPS.finditer(pointer.removeprefix(start_of(pointer)))
    steps = [step["name"] or PARTS.get(step["part"], "") for step in found]
    if section == "components":
        steps.insert(0, last)
    if not any(steps):
        steps = [name if section == "webhooks" else f"{last.upper()} {name}"]
    return ".".join(filter(None, steps)).replace(".[]", "[]").replace("~1", "/").replace("~0", "~")


def start_of(pointer: str) -> str:
    """Return the pointer of the operation or of the component that a place is in."""
    return "/".join(pointer.split("/")[:4])


def callers_by_place(*documents: dict[str, Any]) -> dict[str, set[str]]:
    """Return the ids of the operations that meet each operation (itself) and component, in any document."""
    callers: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        for section in ("paths", "webhooks"):
            for rest, operation in operations(document, section).items():
                for met in (f"/{section}/{rest}", *components_in(document, operation)):
                    callers[met].add(operation["operationId"])
    return callers


def components_in(document: dict[str, Any], operation: dict[str, Any]) -> set[str]:
    """Return the pointers of every component that an operation refers to, however deep."""
    found: set[str] = set()
    waiting: list[Any] = [operation]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            reference = str(node.get("$ref", ""))
            pointer = reference.removeprefix("#")
            if reference.startswith(SCHEMA) and pointer not in found:
                found.add(pointer)
                waiting.append(document["components"]["schemas"][reference.removeprefix(SCHEMA)])
    return found
