"""Who is on call at a moment, whoever has left meanwhile, and where the rota has gaps."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from assessments.escalations.on_call.services.plan import Plan, plan_of
from assessments.escalations.on_call.services.rota import Turn, on_duty, turns
from clinics.identity.clinicians import reachable_clinicians
from clinics.identity.models import Clinic, Membership

#: How far ahead the API and the dashboard look for gaps.
LOOK_AHEAD = timedelta(days=14)


class Source(StrEnum):
    """Why somebody is on call: by the rota, or because it has a gap."""

    ROTA = "rota"
    LEAD = "lead"
    ANYONE = "anyone"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call from ``since`` until just before ``until``; nobody of the clinic: the operator.

    ``unreachable`` are those whose turn it is by the rota but whom no message reaches.
    """

    since: datetime
    until: datetime
    members: tuple[Membership, ...]
    source: Source
    unreachable: tuple[uuid.UUID, ...] = ()

    @property
    def is_gap(self) -> bool:
        """True when the rota has nobody, or somebody of it can't be reached."""
        return self.source != Source.ROTA or bool(self.unreachable)

    def same_people_as(self, other: "OnCall") -> bool:
        """True when only the time differs."""
        return (self.members, self.source, self.unreachable) == (
            other.members,
            other.source,
            other.unreachable,
        )


class Rota:
    """A clinic's rota over a stretch of time, with the members who can be reached now.

    ``members`` saves the statement for them when they have been read already.
    """

    def __init__(
        self, clinic: Clinic, *, since: datetime, until: datetime, members: Sequence[Membership] | None = None
    ) -> None:
        self.plan: Plan = plan_of(clinic)
        self.reachable = {
            one.id: one
            for one in (reachable_clinicians(clinic).order_by("id") if members is None else members)
        }
        self._clinic = clinic
        self._since, self._until = since.astimezone(UTC), until.astimezone(UTC)
        self._turns: list[Turn] = turns(
            self.plan, zone=clinic.zone, since=self._since, until=self._until, always=clinic.on_call_id
        )

    def at(self, moment: datetime) -> OnCall:
        """Who is on call at a moment of the stretch.

        Those of the rota whom a message reaches; else the clinic's lead, else every clinician, else nobody
        but the operator.
        """
        layers = on_duty(self._turns, moment)
        unreachable = tuple(one for one in (layers[0] if layers else ()) if one not in self.reachable)
        for layer in layers:
            if members := self._reached(layer):
                return OnCall(moment, moment, members, Source.ROTA, unreachable)
        if lead := self._reached([self._clinic.lead_id]):
            return OnCall(moment, moment, lead, Source.LEAD, unreachable)
        anyone = tuple(self.reachable.values())
        return OnCall(moment, moment, anyone, Source.ANYONE if anyone else Source.OPERATOR, unreachable)

    def segments(self) -> list[OnCall]:
        """The whole stretch, cut where somebody else takes over."""
        cuts = {self._since, self._until}
        for turn in self._turns:
            cuts |= {cut for cut in (turn.starts, turn.ends) if self._since < cut < self._until}
        found: list[OnCall] = []
        ordered = sorted(cuts)
        for start, end in pairwise(ordered):
            here = self.at(start)
            if found and found[-1].same_people_as(here):
                start = found.pop().since
            found.append(OnCall(start, end, here.members, here.source, here.unreachable))
        return found

    def _reached(self, ids: Sequence[Any]) -> tuple[Membership, ...]:
        return tuple(self.reachable[one] for one in ids if one in self.reachable)


def on_call_at(clinic: Clinic, moment: datetime) -> OnCall:
    """Return who is on call in the clinic at a moment, and why."""
    return Rota(clinic, since=moment, until=moment + timedelta(microseconds=1)).at(moment)


def gaps(clinic: Clinic, *, since: datetime, until: datetime) -> list[OnCall]:
    """Return when the rota has nobody, or names somebody who can't be reached, and who is told instead."""
    return [segment for segment in Rota(clinic, since=since, until=until).segments() if segment.is_gap]
