"""The hazard log as data: docs/clinical-safety/hazards.toml, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from assessments.protocol import CRITERIA
from tools.docs.safety_properties import PROPERTIES
from tools.environment import ROOT

LOG = ROOT / "docs" / "clinical-safety" / "hazards.toml"
#: Severity times likelihood after the controls: what blocks a release, and what somebody must accept.
BLOCKS, NEEDS_ACCEPTANCE = 15, 8
#: Stands where a person is missing. A vacancy accepts nothing.
VACANT = "vacant: clinical safety officer"
STATES = ("controlled", "open")
SCALE = range(1, 6)


class HazardError(Exception):
    """A row of the log cannot be read."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One row. ``before`` and ``after`` are severity and likelihood, 1 to 5 each.

    ``accepted_by`` names who took on the risk that is left; ``reviewed`` is the day on which a clinical
    safety officer read the row, empty until then; ``owner`` is a role.
    """

    id: str
    hazard: str
    causes: tuple[str, ...]
    effect: str
    before: tuple[int, int]
    after: tuple[int, int]
    product: tuple[str, ...]
    training: tuple[str, ...]
    deployer: tuple[str, ...]
    owner: str
    criteria: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    accepted_by: str = ""
    state: str = "open"
    reviewed: str = ""

    @property
    def risk_before(self) -> int:
        """Severity times likelihood without the controls."""
        return self.before[0] * self.before[1]

    @property
    def risk(self) -> int:
        """Severity times likelihood with the controls."""
        return self.after[0] * self.after[1]


def read_hazards(path: Path = LOG) -> tuple[Hazard, ...]:
    """Return the rows of the log; raises HazardError for one that lacks a field or has another."""
    return tuple(map(_hazard, tomllib.loads(path.read_text(encoding="utf-8"))["hazard"]))


def _hazard(row: dict[str, Any]) -> Hazard:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    try:
        return Hazard(**values)
    except TypeError as error:
        known = ", ".join(field.name for field in fields(Hazard))
        raise HazardError(f"{row.get('id', 'A row')}: {error}. A row has {known}.") from error


HAZARDS = read_hazards()


def faults(hazards: Iterable[Hazard] = HAZARDS) -> list[str]:
    """Return what is wrong with the rows, a blocking or unaccepted risk included."""
    rows = tuple(hazards)
    numbers = [hazard.id for hazard in rows]
    found = [f"{one} stands twice." for one in dict.fromkeys(numbers) if numbers.count(one) > 1]
    return found + [f"{hazard.id}: {fault}" for hazard in rows for fault in _faults_of(hazard)]


def _faults_of(hazard: Hazard) -> Iterator[str]:
    if not all(len(pair) == 2 and set(pair) <= set(SCALE) for pair in (hazard.before, hazard.after)):
        yield "severity and likelihood are two numbers from 1 to 5."
        return
    yield from _faults_of_its_risk(hazard)
    yield from _faults_of_its_review(hazard)
    for name in ("hazard", "effect", "owner", "causes", "product"):
        if not getattr(hazard, name):
            yield f"{name} is empty."
    known = {item.id for item in CRITERIA} | {item.id for item in PROPERTIES}
    if unknown := {*hazard.criteria, *hazard.properties} - known:
        yield f"there is no {', '.join(sorted(unknown))}."


def _faults_of_its_risk(hazard: Hazard) -> Iterator[str]:
    if hazard.risk > hazard.risk_before:
        yield "the controls make it worse."
    if hazard.risk >= BLOCKS:
        yield f"{hazard.risk} after the controls: {BLOCKS} and more block a release."
    elif hazard.risk >= NEEDS_ACCEPTANCE and not hazard.accepted_by:
        yield f"{hazard.risk} after the controls: say who accepts it, or {VACANT!r}."


def _faults_of_its_review(hazard: Hazard) -> Iterator[str]:
    if hazard.reviewed and not is_day(hazard.reviewed):
        yield f"it was reviewed on {hazard.reviewed!r}, which is no day."
    if not hazard.reviewed and hazard.accepted_by not in ("", VACANT):
        yield "it is accepted, but was not reviewed."
    if hazard.state not in STATES or (hazard.state == "controlled" and not hazard.reviewed):
        yield "it is open until it was reviewed, and then controlled or open."


def is_day(text: str) -> bool:
    """Whether a text is a day, as 2026-11-29."""
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
