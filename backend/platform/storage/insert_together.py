"""Several rows of several tables in one round trip."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def insert_together(rows: Sequence[Model]) -> None:
    """Insert unsaved rows, grouped by model in the order given, as one statement.

    Each table's rows travel as one JSON text that PostgreSQL turns into its own row type: the statement stays
    the same for any number of rows, and neither field by field conversion nor a hundred literals are paid for
    (docs/benchmarks.md). Foreign keys between the rows hold, because ours are checked at commit. Ids must be
    set on the Python side, times must be aware (ValueError) and a JSON column holds an object or a list.
    """
    groups = [(model, list(group)) for model, group in groupby(rows, key=type)]
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(tuple(model for model, _ in groups)),
            [_as_json(group, _fields(model)) for model, group in groups],
        )
    for row in rows:
        row._state.adding = False


@cache
def _statement(models: tuple[type[Model], ...]) -> str:
    """One INSERT; those of the other tables are its common table expressions."""
    *heads, last = [_insert(model) for model in models]
    parts = ", ".join(f"part{place} AS ({head})" for place, head in enumerate(heads))
    return f"WITH {parts} {last}" if parts else last


def _insert(model: type[Model]) -> str:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(str(field.column)) for field in _fields(model))
    rows = f"json_populate_recordset(NULL::{table}, %s::json)"
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows}"  # noqa: S608 - our own names


@cache
def _fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(model._meta.concrete_fields)


def _as_json(rows: Sequence[Model], fields: tuple[Field[Any, Any], ...]) -> str:
    """The rows as a JSON list of objects with the names of the columns."""
    return json.dumps(
        [{str(field.column): field.pre_save(row, add=True) for field in fields} for row in rows],
        default=_plain,
        allow_nan=False,
    )


def _plain(value: object) -> str:
    """Ids and times as texts that PostgreSQL reads back exactly; nothing else may come here."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise ValueError(f"A {type(value).__name__} can't be stored this way.")
