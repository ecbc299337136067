"""The second wall by itself: raw SQL as the runtime role, without any of the application's own scoping.

The tables come from the database's catalogue, so a new one is tested as soon as it exists. Its row is made as
the owner, with the table's other rules taken away inside the transaction: what refuses afterwards is
row-level security and nothing else.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import errors

from backend.platform.storage.proofs import proof
from clinics.checks.database import Wall, check_runtime_role, check_walls, walls
from clinics.identity.models import Clinic
from tests.security.tables import DEFINER_FUNCTIONS, WITHOUT_A_CLINIC

pytestmark = pytest.mark.django_db


@contextmanager
def undone() -> Iterator[CursorWrapper]:
    """A transaction whose work is taken back, whatever happens."""
    with transaction.atomic(), connection.cursor() as cursor:
        yield cursor
        transaction.set_rollback(True)


def become(cursor: CursorWrapper, role: str) -> None:
    """Go on as another role of the database, as far as the connection's own account may."""
    cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(role)}")


def enter(cursor: CursorWrapper, clinic_id: uuid.UUID | None) -> None:
    """Enter a clinic, or none."""
    if clinic_id is None:
        cursor.execute("SELECT set_config('app.clinic', '', true)")
    else:
        cursor.execute("SELECT enter_clinic(%s, %s)", [str(clinic_id), proof("clinic", clinic_id)])


def owner(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'clinics_clinic'")
    name: str = cursor.fetchone()[0]
    return name


def strip(cursor: CursorWrapper, table: str) -> None:
    """Take away what else could refuse a row: triggers, constraints and columns that must be filled."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the fixtures left to be checked at the end
    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('c', 'f', 'x', 'u')",
        [table],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull "
        "AND NOT attisdropped AND attidentity = '' AND attnum NOT IN "
        "(SELECT unnest(conkey) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p')",
        [table, table],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} ALTER COLUMN "{name}" DROP NOT NULL')


def row_of(cursor: CursorWrapper, wall: Wall, clinic_id: uuid.UUID) -> None:
    """One row of the clinic's in this table, with nothing in it but its key and its clinic."""
    cursor.execute(
        "SELECT a.attname FROM pg_attribute a JOIN pg_constraint c ON c.conrelid = a.attrelid "
        "AND c.contype = 'p' AND a.attnum = ANY (c.conkey) WHERE a.attrelid = %s::regclass "
        "AND a.atttypid = 'uuid'::regtype",
        [wall.table],
    )
    values = {name: str(uuid.uuid4()) for (name,) in cursor.fetchall()} | {wall.column: str(clinic_id)}
    columns = ", ".join(f'"{name}"' for name in values)
    cursor.execute(
        f"INSERT INTO {wall.table} ({columns}) VALUES ({', '.join(['%s'] * len(values))})", [*values.values()]
    )


def affected(cursor: CursorWrapper, statement: str, parameters: list[str]) -> int:
    """How many rows a statement reaches; none when the role may not run it at all."""
    try:
        with transaction.atomic():
            cursor.execute(statement, parameters)
            return cursor.rowcount
    except ProgrammingError as exc:
        if not isinstance(exc.__cause__, errors.InsufficientPrivilege):
            raise
        return 0


#: By the policy, or before it because the service may not write the table at all.
REFUSED = "row-level security|permission denied for table"


def test_there_are_tables_to_test() -> None:
    """The catalogue's query finds the tables that are known to have a clinic."""
    assert {"clinics_clinic", "clinics_membership", "patients_patient", "assessments_assessment"} <= {
        wall.table for wall in walls()
    }


def test_another_clinics_rows_are_invisible_and_cannot_be_written(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    """In every table: no SELECT, UPDATE or DELETE reaches them, and none can be inserted."""
    for wall in walls():
        strange = uuid.uuid4() if wall.column == "id" else other_clinic.id
        with undone() as cursor:
            become(cursor, owner(cursor))
            strip(cursor, wall.table)
            row_of(cursor, wall, strange)
            become(cursor, settings.DATABASE_APP_ROLE)
            by_clinic, theirs = f"WHERE {wall.column} = %s", str(strange)
            reading = f"SELECT FROM {wall.table} {by_clinic}"

            enter(cursor, strange)
            assert affected(cursor, reading, [theirs]) >= 1, f"{wall.table}: the test's own row is missing"
            for nowhere in (clinic.id, None):
                enter(cursor, nowhere)
                assert affected(cursor, reading, [theirs]) == 0, wall.table
                change = f"UPDATE {wall.table} SET {wall.column} = {wall.column} {by_clinic}"
                assert affected(cursor, change, [theirs]) == 0, wall.table
                assert affected(cursor, f"DELETE FROM {wall.table} {by_clinic}", [theirs]) == 0, wall.table
                with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
                    row_of(cursor, wall, strange)
            enter(cursor, None)
            assert affected(cursor, f"SELECT FROM {wall.table}", []) == 0, wall.table


def test_an_own_row_cannot_be_given_to_another_clinic(clinic: Clinic, other_clinic: Clinic) -> None:
    """What a clinic may write stays its own: WITH CHECK as well as USING."""
    for wall in walls():
        mine, theirs = (uuid.uuid4() if wall.column == "id" else clinic.id), other_clinic.id
        with undone() as cursor:
            become(cursor, owner(cursor))
            strip(cursor, wall.table)
            row_of(cursor, wall, mine)
            become(cursor, settings.DATABASE_APP_ROLE)
            enter(cursor, mine)
            move = f"UPDATE {wall.table} SET {wall.column} = %s WHERE {wall.column} = %s"
            with pytest.raises(ProgrammingError) as refused, transaction.atomic():
                cursor.execute(move, [str(theirs), str(mine)])
            assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege), wall.table


def test_every_wall_stands() -> None:
    assert check_walls(None, databases=["default"]) == []
    assert [(wall.table, gap) for wall in walls() for gap in wall.gaps()] == []


CLOSED = "ALTER TABLE patients_rumour ENABLE ROW LEVEL SECURITY; "
FORCED = CLOSED + "ALTER TABLE patients_rumour FORCE ROW LEVEL SECURITY; "
OWN = "CREATE POLICY own ON patients_rumour USING (clinic_id = (SELECT current_clinic()))"
BROKEN = {
    "it has no policy": FORCED,
    "row-level security is off": OWN,
    "row-level security is not forced": CLOSED + OWN,
    "policy everybody lets": f"{FORCED}{OWN}; CREATE POLICY everybody ON patients_rumour USING (true)",
    "policy own lets": f"{FORCED}{OWN} WITH CHECK (true)",
}


@pytest.mark.parametrize("gap", BROKEN)
def test_a_new_table_without_its_wall_is_found(gap: str) -> None:
    with undone() as cursor:
        become(cursor, owner(cursor))
        cursor.execute("CREATE TABLE patients_rumour (id uuid PRIMARY KEY, clinic_id uuid)")
        cursor.execute(BROKEN[gap])
        (found,) = check_walls(None, databases=["default"])
    assert found.id == "clinics.E001"
    assert "patients_rumour" in found.msg
    assert gap in found.msg


def test_a_table_without_a_clinic_is_one_we_know() -> None:
    """A table that nobody thought about fails here: give it a clinic_id, or its reason in ``tables.py``."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    assert tables - {wall.table for wall in walls()} <= set(WITHOUT_A_CLINIC)


def test_no_view_looks_past_the_wall() -> None:
    """A view reads as its owner, whom the policies let through, unless it says ``security_invoker``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (relkind = 'm' OR "
            "relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false))"
        )
        assert cursor.fetchall() == []


def test_functions_that_run_as_the_owner_are_known_and_closed() -> None:
    """Each has its reason in ``tables.py``, a fixed search path, and isn't everybody's to call."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, coalesce(proconfig::text, '') LIKE '%search_path=public, pg_temp%', "
            "EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0) "
            "FROM pg_proc WHERE prosecdef AND pronamespace NOT IN "
            "('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        )
        found = {name: (fixed_path, public) for name, fixed_path, public in cursor.fetchall()}
    assert set(found) == set(DEFINER_FUNCTIONS)
    assert set(found.values()) == {(True, False)}


def test_the_tests_run_as_the_runtime_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (settings.DATABASE_APP_ROLE,)


def test_the_runtime_role_is_bound_and_owns_nothing() -> None:
    assert check_runtime_role(None, databases=["default"]) == []


def test_a_runtime_role_that_owns_tables_is_refused(settings: Any) -> None:
    with connection.cursor() as cursor:
        settings.DATABASE_APP_ROLE = owner(cursor)
    (found,) = check_runtime_role(None, databases=["default"])
    assert found.id == "clinics.E004"
    assert "patients_patient" in found.msg


@pytest.mark.parametrize(
    ("role", "expected"), [("postgres", "clinics.E003"), ("nobody_at_all", "clinics.E002")]
)
def test_a_runtime_role_that_looks_past_the_wall_or_does_not_exist_is_refused(
    settings: Any, role: str, expected: str
) -> None:
    if expected == "clinics.E003":
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles WHERE rolsuper LIMIT 1")
            role = cursor.fetchone()[0]
    settings.DATABASE_APP_ROLE = role
    assert expected in {found.id for found in check_runtime_role(None, databases=["default"])}
