"""The history of rows that change: every state, when, by whom and in which request.

PostgreSQL's own triggers write it (django-pghistory), so that no way around the services leaves no trace.
Columns that only a worker's lease needs are no part of it, nor is any secret.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pghistory
from django.db import connection
from django.db.models import BigAutoField, Model

M = TypeVar("M", bound=type[Model])


@dataclass(frozen=True, slots=True)
class Kind:
    """What history is kept of: the model, and the scope that opens its values to who may read histories."""

    model: type[Model]
    values_for: str

    @property
    def events(self) -> type[Model]:
        """The model of the history's own table."""
        events: type[Model] = self.model.pgh_event_model  # type: ignore[attr-defined]  # pghistory sets it
        return events

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are kept, without those of the history itself and without the key."""
        kept: list[Any] = list(self.events._meta.concrete_fields)
        return tuple(f.attname for f in kept if not f.name.startswith("pgh_") and f.name != "id")


#: Every history by the name of its rows, such as ``follow_up``.
KINDS: dict[str, Kind] = {}


def recorded(*, values_for: str, leaving_out: tuple[str, ...] = (), table: str = "") -> Callable[[M], M]:
    """Decorate a model whose inserts, updates and deletes are kept in a table of its own.

    An update that changes nothing but ``updated_at`` and the columns left out is no event. ``values_for`` is
    the scope that shows what the columns held; without it a reader of histories learns their names only.
    ``table`` names the history's table where it isn't the model's own name.
    """

    def decorate(model: M) -> M:
        KINDS[re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()] = Kind(model, values_for)
        track: Callable[[M], M] = pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=["updated_at", *leaving_out],
            model_name=f"{model.__name__}History",
            obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="+", db_index=True),
            context_field=pghistory.ContextJSONField(),
            context_id_field=None,  # type: ignore[arg-type]  # documented: leaves the column out
            meta={"db_table": table} if table else None,
            attrs={"pgh_id": BigAutoField(primary_key=True)},
        )
        return track(model)

    return decorate


#: The setting of a transaction that the triggers read, as an expression over ids as text (null for none).
CONTEXT = (
    "set_config('pghistory.context_metadata', "
    "json_build_object('client', {client}, 'user', {user}, 'request', {request})::text, true)"
)


def note_person(user_id: uuid.UUID, *, request_id: str) -> None:
    """Say for the rest of the transaction which person changes things; the API says it as it authenticates.

    Without it a change is the service's own: a worker's, or the operator's by a command.
    """
    said = CONTEXT.format(client="NULL", user="%s::text", request="%s::text")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {said}", [str(user_id), request_id])
