"""Steps of migrations: tables, their history, who may see and change their rows, and SQL from files.

A migration that has run is never written anew, and neither is what its steps do: a step that must do
something else gets another name. ``tests/storage/schema.sql`` shows what all of them come to.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pghistory.utils
from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.compiler import Trigger, UpsertTriggerSql

from backend.platform.storage.columns import new_id

#: How a file of SQL names the role that serves requests; `psql -v runtime_role=…` reads it the same way.
RUNTIME_ROLE = ":runtime_role"


def sql_files(migration: str, *names: str) -> list[RunSQL]:
    """Return the steps that run files in ``sql/`` beside the migration, whose ``__file__`` comes first."""
    folder = Path(migration).parent / "sql"
    return [_run((folder / name).read_text(encoding="utf-8")) for name in names]


def _run(statements: str) -> RunSQL:
    return RunSQL(statements.replace(RUNTIME_ROLE, f'"{settings.DATABASE_APP_ROLE}"'))


def protect(table: str, column: str = "clinic_id") -> RunSQL:
    """Return the step that closes a table to every clinic but the transaction's own.

    The runtime role sees and writes the rows of the clinic that ``clinic_scope`` entered for the transaction,
    and none when it is in no clinic. The owner (migrations, backups, the few definer functions) sees all; no
    request ever runs as it.
    """
    return _run(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own_clinic_only ON {table}
            USING ({column} = (SELECT current_clinic())) WITH CHECK ({column} = (SELECT current_clinic()));
        CREATE POLICY owner_sees_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);
        """
    )


def append_only(table: str, *erasable: str) -> RunSQL:
    """Return the step after which the database itself refuses to change or delete a row.

    Erasure alone may empty the columns that are named.
    """
    return _run(
        f"""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change({", ".join(erasable)});
        """
    )


def insert_only(table: str) -> RunSQL:
    """Return the step that takes the right to change or delete rows from the runtime role."""
    return _run(f"REVOKE UPDATE, DELETE ON {table} FROM {RUNTIME_ROLE};")


def key() -> tuple[str, models.Field[Any, Any]]:
    """Return the primary key of most tables: a UUIDv7."""
    return "id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)


def history_columns() -> list[tuple[str, models.Field[Any, Any]]]:
    """Return the first columns of every history: when, what happened, its number, and by whom."""
    return [
        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
        ("pgh_label", models.TextField(help_text="The event label.")),
        ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
        ("pgh_context", pghistory.utils.JSONField(null=True)),
    ]


def noted_key() -> tuple[str, models.Field[Any, Any]]:
    """Return the column of a history for the row's own key, of which it holds many."""
    return "id", models.UUIDField(default=new_id, editable=False, serialize=False)


def history_of(model: str) -> tuple[str, models.Field[Any, Any]]:
    """Return the column by which the rows of a history are found from the row that they are about."""
    column: models.Field[Any, Any] = models.ForeignKey(
        model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="history",
        related_query_name="+",
    )
    return "pgh_obj", column


def noted(model: str, **options: Any) -> models.Field[Any, Any]:
    """Return the column of a history for a reference: it stays when the row referred to goes."""
    return models.ForeignKey(
        model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        related_query_name="+",
        **options,
    )


class CreateTables(Operation):
    """Create several models at once, which may refer to each other in any order.

    Django's own step makes the classes of every related model anew for each model created: of a whole app's
    that takes half a minute, and here as long as for one.
    """

    reversible = False

    def __init__(self, *steps: CreateModel) -> None:
        self.steps = steps

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return the arguments to make the operation with again."""
        return type(self).__name__, list(self.steps), {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the models to the state, whose classes are made when they are next asked for."""
        state.__dict__.pop("apps", None)
        for step in self.steps:
            step.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the tables; foreign keys follow at the end of the migration."""
        for step in self.steps:
            step.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Return what is created, in words."""
        return "Create models " + ", ".join(step.name for step in self.steps)


class RecordHistory(Operation):
    """Write the history of a model by triggers: every column that its history has in this migration's state.

    It takes the place of the triggers that were there: after a column was added to a model and to its
    history, one step is enough, where `makemigrations` writes six.
    """

    reversible = False

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        """Return the arguments to make the operation with again."""
        return type(self).__name__, [self.model_name], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Note the triggers where django-pgtrigger looks for them; the classes don't change with them."""
        model = state.models[app_label, self.model_name.lower()]
        model.options["triggers"] = _history_triggers(state, app_label, self.model_name)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,
    ) -> None:
        """Install the triggers, in place of any of the same name."""
        for trigger in _history_triggers(to_state, app_label, self.model_name):
            schema_editor.execute(trigger.install_sql, params=None)

    def describe(self) -> str:
        """Return what is done, in words."""
        return f"Write the history of {self.model_name}"


#: The setting of the transaction that says who acts, as ``history.CONTEXT`` makes it.
_WHO = "COALESCE(NULLIF(CURRENT_SETTING('pghistory.context_metadata', TRUE), ''), NULL)::JSONB"


def _history_triggers(state: ProjectState, app_label: str, model_name: str) -> list[Trigger]:
    """Return what django-pghistory makes of `recorded`, from the state of the migration and nothing else."""
    model = state.models[app_label, model_name.lower()]
    history = state.models[app_label, f"{model_name.lower()}history"]
    columns = sorted(
        f"{name}_id" if field.is_relation else name
        for name, field in history.fields.items()
        if not name.startswith("pgh_")
    )
    [key_name] = [name for name, field in model.fields.items() if field.primary_key]
    changed = " OR ".join(f'OLD."{column}" IS DISTINCT FROM (NEW."{column}")' for column in columns)
    triggers = []
    for label, row, condition in (
        ("insert", "NEW", ""),
        ("update", "NEW", f"WHEN ({changed})"),
        ("delete", "OLD", ""),
    ):
        values = {column: f'{row}."{column}"' for column in columns} | {
            "pgh_context": _WHO,
            "pgh_created_at": "NOW()",
            "pgh_label": f"'{label}'",
            "pgh_obj_id": f'{row}."{key_name}"',
        }
        names = sorted(values)
        into = ", ".join(f'"{column}"' for column in names)
        what = ", ".join(values[column] for column in names)
        statement = f'INSERT INTO "{_table(history)}" ({into}) VALUES ({what}); RETURN NULL;'  # noqa: S608
        name = f"{label}_{label}"
        mark = hashlib.sha1(f"{app_label}.{model.name}:{name}".encode(), usedforsecurity=False).hexdigest()
        statements = UpsertTriggerSql(
            pgid=f"pgtrigger_{name}_{mark:.5}",
            func=statement,
            table=_table(model),
            when="AFTER",
            operation=label.upper(),
            condition=condition,
        )
        triggers.append(Trigger(name=name, sql=statements))
    return triggers


def _table(model: Any) -> str:
    table: str = model.options.get("db_table") or f"{model.app_label}_{model.name_lower}"
    return table
