"""What a programme is judged by: the runner's runs and the reactions to them, read at once."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, FloatField, Value

from assessments.models import Programme, ProgrammeEvent
from assessments.protocol.programme import Reaction


@dataclass(frozen=True, slots=True)
class Ran:
    """A logged run; ``own``: of the programme itself, and not of one before it."""

    at: datetime
    km: float | None
    own: bool


@dataclass(frozen=True, slots=True)
class Past:
    """The runner's runs by any programme, and the reactions of this one; oldest first."""

    runs: tuple[Ran, ...]
    reactions: tuple[tuple[datetime, Reaction], ...]


def past_of(programme: Programme) -> Past:
    """Read it, in one statement."""
    runs = programme.clinic.runs.filter(programme__patient_id=programme.patient_id)
    judged = programme.events.filter(kind=ProgrammeEvent.Kind.REACTED)
    no_km, no_reaction = Value(None, FloatField()), Value("", CharField())
    rows = (
        runs.order_by()
        .values_list("ended_at", "id", "distance_km", no_reaction, "programme_id")
        .union(judged.order_by().values_list("at", "id", no_km, "reaction", "programme_id"), all=True)
    )
    ordered = sorted(rows, key=lambda row: (row[0], row[1]))
    return Past(
        tuple(Ran(at, km, of == programme.id) for at, _, km, reaction, of in ordered if not reaction),
        tuple((at, Reaction(reaction)) for at, _, _, reaction, _ in ordered if reaction),
    )
