"""What a programme is judged by: the runner's runs and the reactions to them, read at once."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateTimeField,
    F,
    FloatField,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Least

from assessments.models import Programme, ProgrammeEvent
from assessments.protocol.programme import Reaction

#: Reactions to a run that a body has borne.
BORNE = frozenset({Reaction.GREEN, Reaction.AMBER})


@dataclass(frozen=True, slots=True)
class Ran:
    """A logged run with its minutes of running, its session and its check.

    ``own``: of the programme itself, not of one before it. ``answered_by``: the assessment that answered its
    check. ``borne``: permitted, and its check was green or amber; only such a run shows what a body bears.
    """

    at: datetime
    km: float | None
    own: bool
    minutes: float | None = None
    answered_by: uuid.UUID | None = None
    planned_km: float | None = None
    planned_minutes: float | None = None
    permitted: bool = True
    borne: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """The runner's runs by any programme, and the reactions of this one; oldest first."""

    runs: tuple[Ran, ...]
    reactions: tuple[tuple[datetime, Reaction], ...]


def past_of(programme: Programme) -> Past:
    """Read it, in one statement."""
    return pasts_of([programme])[programme.id]


def pasts_of(programmes: Sequence[Programme]) -> dict[uuid.UUID, Past]:
    """Read those of any number of programmes of one clinic by their ids, in one statement."""
    if not programmes:
        return {}
    clinic, runners = programmes[0].clinic, {programme.patient_id for programme in programmes}
    runs = clinic.runs.filter(programme__patient_id__in=runners)
    judged = clinic.programme_events.filter(
        programme__patient_id__in=runners, kind=ProgrammeEvent.Kind.REACTED
    )
    rows = [*runs.order_by().values_list(*_RUN).union(judged.order_by().values_list(*_REACTED), all=True)]
    rows.sort(key=lambda row: row[:2])
    theirs: dict[uuid.UUID, list[tuple[Any, ...]]] = {runner: [] for runner in runners}
    for *row, runner in rows:
        theirs[runner].append(tuple(row))
    return {programme.id: _past(programme, theirs[programme.patient_id]) for programme in programmes}


def _past(programme: Programme, rows: Sequence[Sequence[Any]]) -> Past:
    """Of one programme, from the runs and reactions of its runner."""
    reactions = {(of, at): Reaction(reaction) for at, _, of, reaction, *_ in rows if reaction}
    return Past(
        tuple(_ran(row, programme.id, reactions) for row in rows if not row[3]),
        tuple((at, reaction) for (of, at), reaction in reactions.items() if of == programme.id),
    )


def _ran(row: Sequence[Any], own: uuid.UUID, reactions: Mapping[tuple[uuid.UUID, datetime], Reaction]) -> Ran:
    at, _, of, _, km, minutes, answer, answered_at, planned_km, planned_minutes, permitted = row
    borne = permitted and reactions.get((of, answered_at)) in BORNE
    return Ran(at, km, of == own, minutes, answer, planned_km, planned_minutes, permitted, borne)


def _planned(name: str, inside: str | KeyTransform = "planned") -> Cast:
    return Cast(KeyTextTransform(name, inside), FloatField())


def _planned_minutes() -> Coalesce:
    """Minutes of running of the session, of the walk-run table or after it."""
    return Coalesce(
        _planned("running_minutes", KeyTransform("stage", "planned")), _planned("running_minutes")
    )


def _running_minutes() -> Coalesce:
    """Minutes of running; of a walk-run session told by its whole length, no more than it holds."""
    planned = _planned("running_minutes", KeyTransform("stage", "planned"))
    whole = Case(When(minutes__isnull=False, then=Least(F("minutes"), planned)), output_field=FloatField())
    return Coalesce(F("running_minutes"), whole)


_NUMBER, _AT = Value(None, FloatField()), Value(None, DateTimeField())
_RUN = (
    "ended_at", "id", "programme_id", Value("", CharField()), "distance_km", _running_minutes(),
    "check_due__answer_id", "check_due__answered_at", _planned("distance_km"), _planned_minutes(),
    "as_permitted", "programme__patient_id",
)  # fmt: skip
_REACTED = (
    "at", "id", "programme_id", "reaction", _NUMBER, _NUMBER, Value(None, UUIDField()), _AT, _NUMBER, _NUMBER,
    Value(None, BooleanField()), "programme__patient_id",
)  # fmt: skip
