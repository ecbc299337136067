"""What a programme is judged by: the runner's runs and the reactions to them, read at once."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, CharField, F, FloatField, UUIDField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Least

from assessments.models import Programme, ProgrammeEvent
from assessments.protocol.programme import Reaction


@dataclass(frozen=True, slots=True)
class Ran:
    """A logged run with its minutes of running, and the assessment that answered its check.

    ``own``: of the programme itself, not of one before it.
    """

    at: datetime
    km: float | None
    own: bool
    minutes: float | None = None
    answered_by: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The runner's runs by any programme, and the reactions of this one; oldest first."""

    runs: tuple[Ran, ...]
    reactions: tuple[tuple[datetime, Reaction], ...]


def past_of(programme: Programme) -> Past:
    """Read it, in one statement."""
    runs = programme.clinic.runs.filter(programme__patient_id=programme.patient_id)
    judged = programme.events.filter(kind=ProgrammeEvent.Kind.REACTED)
    none, no_reaction, unanswered = (
        Value(None, FloatField()),
        Value("", CharField()),
        Value(None, UUIDField()),
    )
    ran = ("distance_km", _running_minutes(), no_reaction, "programme_id", "check_due__answer_id")
    reacted = (none, none, "reaction", "programme_id", unanswered)
    rows = (
        runs.order_by()
        .values_list("ended_at", "id", *ran)
        .union(judged.order_by().values_list("at", "id", *reacted), all=True)
    )
    ordered = sorted(rows, key=lambda row: (row[0], row[1]))
    runs_of = tuple(
        Ran(at, km, of == programme.id, minutes, answer)
        for at, _, km, minutes, reaction, of, answer in ordered
        if not reaction
    )
    judged_so = tuple((at, Reaction(reaction)) for at, _, _, _, reaction, *_ in ordered if reaction)
    return Past(runs_of, judged_so)


def _running_minutes() -> Coalesce:
    """Minutes of running; of a walk-run session told by its whole length, no more than it holds."""
    stage = KeyTransform("stage", "planned")
    planned = Cast(KeyTextTransform("running_minutes", stage), FloatField())
    whole = Case(When(minutes__isnull=False, then=Least(F("minutes"), planned)), output_field=FloatField())
    return Coalesce(F("running_minutes"), whole)
