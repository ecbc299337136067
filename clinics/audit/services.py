"""Read the history that triggers wrote: each change of a row, with what was there before."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from backend.platform.storage.history import KINDS, Kind
from clinics.identity.models import Clinic

#: What a trigger calls a change → what we call it.
ACTIONS = {"insert": "created", "update": "changed", "delete": "deleted"}


@dataclass(frozen=True, slots=True)
class Change:
    """One column of one change; nothing was there before a row was created."""

    field: str
    before: Any
    after: Any


def changes_of(
    *,
    clinic: Clinic,
    kind: str,
    row: uuid.UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Model]:
    """The history of one kind of the clinic's rows, with ``before`` and ``after`` as objects of columns.

    One statement. Raises ``KeyError`` for a kind that has no history.
    """
    history = KINDS[kind]
    events = history.events._default_manager.filter(**_of_clinic(history, clinic))
    wanted = {"pgh_obj_id": row, "pgh_created_at__gte": since, "pgh_created_at__lt": until}
    events = events.filter(**{name: value for name, value in wanted.items() if value is not None})
    kept = JSONObject(**{column: column for column in history.columns})
    earlier = history.events._default_manager.filter(
        pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")
    )
    before = earlier.order_by("-pgh_id").annotate(kept=kept).values("kept")[:1]
    found: QuerySet[Model] = events.annotate(before=Subquery(before), after=kept)
    return found


def changed(event: Any) -> list[Change]:
    """The columns that differ from the row's state before; all that hold something when it was created."""
    before, after = event.before or {}, event.after
    if event.pgh_label == "delete":
        before, after = after, {}
    return [
        Change(column, before.get(column), after.get(column))
        for column in sorted(before.keys() | after.keys())
        if before.get(column) != after.get(column)
    ]


def patient_of(kind: str, event: Any) -> uuid.UUID | None:
    """Whom the row is about, if anybody."""
    found: uuid.UUID | None = event.pgh_obj_id if kind == "patient" else getattr(event, "patient_id", None)
    return found


def people_and_software(clinic: Clinic) -> dict[str, str]:
    """The names of who may stand behind a change, by the id that the triggers noted."""
    members = clinic.members.select_related("user")
    people = {str(member.user_id): member.shown_name for member in members}
    return people | {str(client.id): str(client) for client in clinic.api_clients.all()}


def _of_clinic(history: Kind, clinic: Clinic) -> dict[str, Any]:
    return {"pgh_obj_id": clinic.id} if history.model is Clinic else {"clinic_id": clinic.id}
