"""What the database itself must hold: `manage.py check --database default`, and every start of the server."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import ProgrammingError, connection
from django.db.models import Q
from psycopg.errors import InsufficientPrivilege

from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.models import Clinic

CLINIC_TABLE = "clinics_clinic"


@dataclass(frozen=True, slots=True)
class Wall:
    """How one table that knows its clinic is closed to the others; ``column`` holds the clinic."""

    table: str
    column: str
    enabled: bool
    forced: bool
    policies: tuple[tuple[str, str, str | None, str | None], ...]
    """Those the runtime role is bound by: name, command, USING and WITH CHECK."""

    def gaps(self) -> Iterator[str]:
        """What is missing, in words; nothing when the wall stands."""
        if not self.enabled:
            yield "row-level security is off"
        if not self.forced:
            yield "row-level security is not forced"
        if not self.policies:
            yield "it has no policy"
        for name, command, using, check in self.policies:
            if not self._closed(command, using, check):
                yield f"policy {name} lets other clinics' rows through"

    def _closed(self, command: str, using: str | None, check: str | None) -> bool:
        own_rows = f"({self.column} = ( SELECT current_clinic() AS current_clinic))"
        if command == "a":  # INSERT has no USING
            return check == own_rows
        return using == own_rows and check in {None, own_rows}


def walls() -> list[Wall]:
    """Every table with a ``clinic_id`` and that of the clinics, from the database's own catalogue.

    ``polroles`` 0 stands for everybody; a policy for the owner alone binds no request and isn't listed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.relname, CASE WHEN c.relname = %(clinics)s THEN 'id' ELSE 'clinic_id' END,
                c.relrowsecurity, c.relforcerowsecurity,
                ARRAY(
                    SELECT ARRAY[p.polname::text, p.polcmd::text, pg_get_expr(p.polqual, p.polrelid),
                                 pg_get_expr(p.polwithcheck, p.polrelid)]
                    FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND EXISTS (
                        SELECT FROM unnest(p.polroles) AS bound(role)
                        LEFT JOIN pg_roles r ON r.rolname = %(role)s
                        WHERE bound.role = 0 OR pg_has_role(r.oid, bound.role, 'MEMBER')
                    ) ORDER BY p.polname
                )
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
            WHERE c.relkind IN ('r', 'p') AND (c.relname = %(clinics)s OR EXISTS (
                SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'clinic_id' AND NOT a.attisdropped
            )) ORDER BY c.relname
            """,
            {"clinics": CLINIC_TABLE, "role": settings.DATABASE_APP_ROLE},
        )
        return [
            Wall(table, column, enabled, forced, tuple(map(tuple, policies)))
            for table, column, enabled, forced, policies in cursor.fetchall()
        ]


@register(Tags.database)
def check_walls(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """No table that knows its clinic is open to another one."""
    if not databases:
        return []
    return [
        Error(
            f"Table {wall.table}: {'; '.join(gaps)}.",
            hint="Add backend.platform.storage.migration_steps.protect(table) to the migration.",
            id="clinics.E001",
        )
        for wall in walls()
        if (gaps := list(wall.gaps()))
    ]


@register(Tags.database)
def check_runtime_role(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """The role that serves requests exists, is bound by row-level security and owns no table."""
    if not databases:
        return []
    role = settings.DATABASE_APP_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = %s ORDER BY 1",
            [role],
        )
        owned = [table for (table,) in cursor.fetchall()]
    if found is None:
        return [Error(f"There is no database role {role}.", hint="Set DATABASE_APP_ROLE.", id="clinics.E002")]
    problems: list[CheckMessage] = []
    if found[0]:
        problems.append(Error(f"Database role {role} isn't bound by row-level security.", id="clinics.E003"))
    if owned:
        problems.append(Error(f"Database role {role} owns tables: {', '.join(owned)}.", id="clinics.E004"))
    return problems


@register(Tags.database)
def check_pathways(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """Every clinic has said where an emergency goes; until then it can record nothing."""
    if not databases or CLINIC_TABLE not in connection.introspection.table_names():
        return []
    incomplete = (
        Q(emergency_number="")
        | Q(emergency_destination="")
        | Q(on_call=None, on_call_plan=None)
        | Q(on_call=None, on_call_plan__shifts=[])
        | Q(takes_pregnant_runners=None, may_answer_later=False)
    )
    found = []
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            if Clinic.objects.filter(incomplete, id=clinic_id).exists():
                found.append(str(clinic_id))
    if not found:
        return []
    said = f"Clinics without a complete emergency pathway record no assessment: {', '.join(found)}."
    return [checks.Warning(said, hint="PATCH /api/v1/clinic sets it, or the dashboard.", id="clinics.W001")]


@register(Tags.database)
def check_proofs(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[CheckMessage]:
    """PostgreSQL knows the key of this ``SECRET_KEY``'s proofs; without it nothing of any clinic is seen.

    To the owner it is a warning, or ``migrate``, which mends it, would not begin.
    """
    if not databases:
        return []
    try:
        with clinic_scope(uuid.UUID(int=0)):
            return []
    except ProgrammingError as exc:
        if not isinstance(exc.__cause__, InsufficientPrivilege):
            return []  # not migrated yet, which others say
    said = "The database doesn't take this service's SECRET_KEY for its own."
    hint = "Run migrate as the owner, with the same SECRET_KEY."
    if is_owner():
        return [checks.Warning(said, hint=hint, id="clinics.W006")]
    return [Error(said, hint=hint, id="clinics.E006")]


def is_owner() -> bool:
    """Whether this connection's role owns the schema, as the one that migrates does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = %s", [CLINIC_TABLE])
        found = cursor.fetchone()
    return found is not None and found[0]
