"""Whoever slips SQL into a statement of the service: what it reaches, tried as the runtime role.

The attacker's words run in a transaction of clinic A, and look for a name that only clinic B has.
"""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import Client
from psycopg import errors
from psycopg.conninfo import make_conninfo
from rest_framework.test import APIClient

from backend.platform.storage.proofs import install_key, proof
from backend.platform.storage.tenancy import clinic_scope
from clinics.checks.database import check_proofs
from clinics.identity.models import Clinic
from tests.dashboard.settings_pages import signed_in
from tests.security.oauth import ask_token, register
from tests.security.tables import DEFINER_FUNCTIONS, INJECTED, WITHOUT_A_CLINIC
from tools.environment import ROOT

THEIRS = "Zqx7Marker9Private"


@pytest.fixture
def theirs(other_clinic: Clinic) -> Clinic:
    """Clinic B with a runner and a client whose token is live."""
    ask_token(register(other_clinic, "client-credentials"), grant_type="client_credentials")
    signed_in(other_clinic)
    with clinic_scope(other_clinic.id):
        other_clinic.patients.create(given_name=THEIRS, family_name=THEIRS, external_id=THEIRS)
    return other_clinic


def run(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """The rows of a statement as the service would send it, several at once included."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


MISTAKEN = (errors.SyntaxError, errors.UndefinedFunction, errors.UndefinedColumn, errors.UndefinedTable)


def results(cursor: CursorWrapper) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of each of several statements."""
    while True:
        if cursor.description:
            yield cursor.fetchall()
        if not cursor.nextset():
            return


def attempt(statement: str, **values: object) -> str:
    """What an injected statement says, in one text; its refusal when there is one."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            told = [row for rows in results(cursor) for row in rows]
            return str(told)
    except DatabaseError as exc:
        if isinstance(exc.__cause__, MISTAKEN):
            raise  # the attack itself is written wrong
        return f"refused: {exc}"


NAMES = "SELECT family_name FROM patients_patient"
FORGED = {
    "naming the clinic": f"SELECT set_config('app.clinic', %(b)s, true); {NAMES}",
    "in one statement": f"SELECT (SELECT set_config('app.clinic', %(b)s, true)), p.* FROM ({NAMES}) AS p",
    "as a lateral": (
        f"SELECT * FROM set_config('app.clinic', %(b)s, true) AS s, LATERAL ({NAMES} WHERE s <> '') AS p"
    ),
    "by SET": f"SET LOCAL app.clinic = '{{b}}'; {NAMES}",
    "under the own seal": (
        "SELECT set_config('app.clinic', %(b)s || substr(current_setting('app.clinic'), 37), true); " + NAMES
    ),
    "with a seal of zeros": (
        f"SELECT set_config('app.clinic', %(b)s || ':' || repeat('0', 64), true); {NAMES}"
    ),
    "without a proof": f"SELECT enter_clinic(%(b)s::uuid, NULL); {NAMES}",
    "with another clinic's proof": f"SELECT enter_clinic(%(b)s::uuid, %(proof)s); {NAMES}",
    "through its token": (
        "SELECT t.* FROM oauth2_provider_accesstoken a, "
        f"LATERAL authenticate_token(a.token_checksum, now(), %(proof)s) AS t; {NAMES}"
    ),
    "asking for the seal": "SELECT seal_of(%(b)s::uuid)",
    "asking whether a proof is one": "SELECT is_proof('clinic:' || %(b)s, %(proof)s)",
    "reading the proofs' key": "SELECT * FROM clinics_proofkey",
    "reading the seal's key": "SELECT * FROM clinics_sealkey",
    "adding a key": "INSERT INTO clinics_proofkey (outer_pad, inner_pad) VALUES ('', '')",
    "replacing the function": (
        "CREATE OR REPLACE FUNCTION current_clinic() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()'"
    ),
    "a table in the way of the key": (
        "CREATE TEMPORARY TABLE clinics_sealkey (key bytea); SET LOCAL search_path = pg_temp, public; "
        f"SELECT set_config('app.clinic', %(b)s, true); {NAMES}"
    ),
    "turning the wall off": f"SET LOCAL row_security = off; {NAMES}",
    "by the statistics": "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats "
    "WHERE tablename = 'patients_patient'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("way", FORGED)
def test_injected_sql_of_one_clinic_reads_nothing_of_another(
    clinic: Clinic, theirs: Clinic, way: str
) -> None:
    with clinic_scope(theirs.id):
        assert THEIRS in str(run(NAMES)), "the name that must not be found is there to be found"
    with clinic_scope(clinic.id):
        own = proof("clinic", clinic.id)
        told = attempt(FORGED[way].replace("{b}", str(theirs.id)), b=str(theirs.id), proof=own)
        assert THEIRS not in told
        assert told == "[]" or told.startswith("refused"), told
        assert run("SELECT current_clinic()") == [(clinic.id,)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", INJECTED)
def test_no_function_of_the_owner_tells_another_clinics_data(
    clinic: Clinic, theirs: Clinic, name: str
) -> None:
    """What each does reach stands beside it in ``tables.py`` and docs/adr/0040."""
    patient = str(uuid.UUID(int=0))
    with clinic_scope(theirs.id):
        patient = str(run("SELECT id FROM patients_patient")[0][0])
    with clinic_scope(clinic.id):
        told = attempt(INJECTED[name], b=str(theirs.id), patient=patient)
    assert THEIRS not in told
    with clinic_scope(theirs.id):
        assert THEIRS in str(run(NAMES)), "nor does it change anything of theirs"


def test_every_function_of_the_owner_is_tried_or_needs_a_proof() -> None:
    needing_proof = {"current_clinic", "enter_clinic", "authenticate_token"}
    triggers = {"note_change", "move_what_shows_a_name"}  # which no statement can call
    assert set(INJECTED) | needing_proof | triggers == set(DEFINER_FUNCTIONS)


@pytest.mark.django_db
def test_what_has_no_wall_opens_no_door(clinic: Clinic, theirs: Clinic) -> None:
    """Every text of those tables, read by injected SQL and tried at the doors, is no credential."""
    with clinic_scope(clinic.id):
        for table in sorted(WITHOUT_A_CLINIC):
            told = attempt(f"SELECT * FROM {table}")
            assert told.startswith("refused") == (table in {"clinics_proofkey", "clinics_sealkey"}), table
            assert THEIRS not in told
        read = run("SELECT token, token_checksum FROM oauth2_provider_accesstoken")
        sessions = run("SELECT session_key FROM django_session")
    assert read
    assert sessions
    for text in {str(text) for row in read for text in row}:
        assert (
            APIClient().get("/api/v1/clinic", headers={"authorization": f"Bearer {text}"}).status_code == 401
        )
    for (key,) in sessions:
        browser = Client()
        browser.cookies["sessionid"] = key
        assert browser.get("/admin/").status_code == 302


@pytest.mark.django_db
def test_who_writes_whole_statements_can_still_make_a_token(clinic: Clinic, theirs: Clinic) -> None:
    """Not held, as docs/adr/0040 says: tokens and people have no wall. Whoever builds one ends this test."""
    with clinic_scope(clinic.id):
        run(
            "INSERT INTO oauth2_provider_accesstoken "
            "(id, token, token_checksum, expires, scope, application_id, resource, created, updated) "
            "SELECT max(id) + 1, 'x', encode(sha256('made by injection'), 'hex'), now() + interval '1 hour', "
            "'patients:read', (array_agg(application_id))[1], '[]', now(), now() "
            "FROM oauth2_provider_accesstoken"
        )
    told = APIClient().get("/api/v1/patients", headers={"authorization": "Bearer made by injection"})
    assert THEIRS in told.content.decode()


@pytest.fixture
def own_connection(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    """Another session of the role that the tests sign in as, which sees all statements of its own."""
    address = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(address, autocommit=True) as session:
        yield session


def test_a_seal_is_good_for_its_transaction_only(clinic: Clinic, transactional_db: None) -> None:
    """Not even the own clinic is entered again with what a transaction before has left."""
    with clinic_scope(clinic.id):
        clinic.patients.create(given_name="Ada", family_name="Row", external_id="R-1")  # walls judge rows
        ((kept,),) = run("SELECT current_setting('app.clinic')")
    with pytest.raises(ProgrammingError) as refused, transaction.atomic():
        run(f"SELECT set_config('app.clinic', '{kept}', true); {NAMES}")
    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege)


def test_no_other_session_sees_a_proof(clinic: Clinic, own_connection: psycopg.Connection[Any]) -> None:
    """Statements of the same role can be watched; values that travel beside them can't."""
    pid = connection.connection.info.backend_pid
    with clinic_scope(clinic.id):
        (seen,) = own_connection.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s", [pid]
        ).fetchone()  # type: ignore[misc]
    assert "enter_clinic" in seen
    assert proof("clinic", clinic.id) not in seen
    assert str(clinic.id) not in seen


@pytest.mark.django_db
def test_a_service_with_another_secret_key_is_told_at_the_start(settings: Any) -> None:
    assert check_proofs(None, databases=["default"]) == []
    settings.SECRET_KEY = "another-" + "0123456789abcdefghij" * 3
    (found,) = check_proofs(None, databases=["default"])
    assert found.id == "clinics.E006"


@pytest.mark.django_db
def test_migrating_under_a_new_secret_key_lets_the_old_one_go_on_for_a_day(
    clinic: Clinic, settings: Any
) -> None:
    old = settings.SECRET_KEY
    owner = "SELECT set_config('role', tableowner, true) FROM pg_tables WHERE tablename = 'clinics_clinic'"
    with transaction.atomic():
        run(owner)
        settings.SECRET_KEY = "another-" + "0123456789abcdefghij" * 3
        install_key()
        for key in (old, settings.SECRET_KEY):
            settings.SECRET_KEY = key
            assert check_proofs(None, databases=["default"]) == []
        run("UPDATE clinics_proofkey SET replaced_at = replaced_at - interval '25 hours'")
        settings.SECRET_KEY = old
        assert [found.id for found in check_proofs(None, databases=["default"])] == ["clinics.W006"]
        transaction.set_rollback(True)


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_the_owner_migrates_under_a_new_secret_key_as_the_operator_is_told(settings: Any) -> None:
    """With Django's own checks in front, which the service of another key doesn't pass."""
    new = "another-" + "0123456789abcdefghij" * 3
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    command = [sys.executable, "manage.py", "migrate", "--no-input"]
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": new}
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE TEMPORARY TABLE before AS TABLE clinics_proofkey")
        try:
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert "clinics.W006" in done.stderr
            for key in (settings.SECRET_KEY, new):
                settings.SECRET_KEY = key
                assert check_proofs(None, databases=["default"]) == []
        finally:
            owner.execute("DELETE FROM clinics_proofkey")
            owner.execute("INSERT INTO clinics_proofkey SELECT * FROM before")


@pytest.mark.django_db
def test_the_runtime_role_installs_no_key(settings: Any) -> None:
    settings.SECRET_KEY = "another-" + "0123456789abcdefghij" * 3
    install_key()
    assert [found.id for found in check_proofs(None, databases=["default"])] == ["clinics.E006"]
