"""A dump and its restore, carried out as docs/operations.md says."""

import datetime as dt
import os
import re
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from rest_framework.test import APIClient

from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import acknowledge
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.operations.services.watchdog import carry_out_all
from backend.platform.outbound.delivery import Message
from backend.platform.outbound.email import EmailChannel
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.clock import Clock
from tests.docs.test_operations import block
from tests.factories import assessment_body, make_patient, reassuring_answers
from tests.mail import Postbox, mailed_through
from tools.embedded.data_dir import ServerHome
from tools.embedded.programs import postgres_programs

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


def url(**changes: str) -> str:
    """The tests' own server, with another role or database."""
    return make_conninfo(
        os.environ["DATABASE_URL"], **{"dbname": connection.settings_dict["NAME"], **changes}
    )


def tables(database: str) -> dict[str, int]:
    """How many rows each table holds, as somebody sees it whom no policy binds."""
    with psycopg.connect(url(user="postgres", dbname=database)) as superuser:
        names = superuser.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {
            name: superuser.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            ).fetchone()[0]  # type: ignore[index]
            for (name,) in names
        }


@pytest.fixture
def fresh_database() -> Iterator[str]:
    """An empty database of the owner's, beside the tests' own, and the role that backs up."""
    source = str(connection.settings_dict["NAME"])
    name = f"{source}_restored"
    statements = block("sql", "rtr_backup").replace("return_to_run", f'"{source}"')
    with psycopg.connect(url(user="postgres", dbname="postgres"), autocommit=True) as superuser:
        drop(superuser, name)
        superuser.execute(statements)  # type: ignore[call-overload]
        superuser.execute(sql.SQL("CREATE DATABASE {} OWNER rtr_owner").format(sql.Identifier(name)))
        yield name
        drop(superuser, name)


def drop(superuser: psycopg.Connection, name: str) -> None:
    superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    if superuser.execute("SELECT FROM pg_roles WHERE rolname = 'rtr_backup'").fetchone():
        here = sql.Identifier(str(connection.settings_dict["NAME"]))
        superuser.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM rtr_backup").format(here))
        superuser.execute("DROP ROLE rtr_backup")


def shell(command: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Carry out a line of the page with PostgreSQL's own programs, in a folder."""
    home = ServerHome(Path(conninfo_to_dict(os.environ["DATABASE_URL"])["host"]).parent)  # type: ignore[arg-type]
    path = os.pathsep.join([str(postgres_programs(home)), os.defpath])
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env={"PATH": path, **variables}, capture_output=True, text=True
    )


@contextmanager
def serving(database: str) -> Iterator[None]:
    """The service works on another database meanwhile."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    yield
    connection.close()
    connection.settings_dict["NAME"] = before


class DyingChannel(EmailChannel):
    """The worker dies while it is sending."""

    def send(self, message: Message) -> None:
        """Never come back."""
        raise KeyboardInterrupt


def test_what_was_backed_up_is_all_there_and_goes_on(
    api: APIClient,
    clinic: Clinic,
    other_clinic: Clinic,
    other_api: APIClient,
    patient: Patient,
    fresh_database: str,
    postbox: Postbox,
    tmp_path: Path,
) -> None:
    escalations = [emergency(api, patient), emergency(other_api, make_patient(other_clinic))]
    assert api.get(f"/api/v1/patients/{patient.id}").status_code == 200
    clock = Clock(timezone.now() + dt.timedelta(seconds=1))
    unfinished = die_while_sending(clinic, clock)
    dump = block("sh", "pg_dump --format=custom --file")
    done = shell(dump, tmp_path, BACKUP_URL=url(user="rtr_backup"))
    assert done.returncode == 0, done.stderr
    before = tables(str(connection.settings_dict["NAME"]))
    assert clinic.on_call is not None
    read = api.get("/api/v1/changes", {"page_size": 100}).json()["cursor"]
    by = NamedClinician(clinic.on_call, None)
    acknowledge(clinic=clinic, escalation_id=escalations[0], by=by, now=clock())
    lost = api.get("/api/v1/changes", {"cursor": read}).json()["cursor"]
    assert int(lost) > int(read)

    restore = block("sh", "pg_restore")
    done = shell(restore, tmp_path, OWNER_URL=url(user="rtr_owner", dbname=fresh_database))
    assert done.returncode == 0, done.stderr
    assert tables(fresh_database) == before
    assert before["clinics_accesslogentry"] == 3, "two answers to what was recorded, and one read"
    assert before["assessments_escalation"] == 2

    with serving(fresh_database):
        assert [message for message in run_checks(databases=["default"]) if message.is_serious()] == []
        said = StringIO()
        call_command("verify_access_log", stdout=said)
        assert re.findall(r"(\d+) entries", said.getvalue()) == ["2", "1"]
        assert Escalation.objects.count() == 0, "no clinic is seen from outside its scope"
        assert_problem(api.get("/api/v1/changes", {"cursor": lost}), "gone")
        call_command("begin_changes_anew", stdout=StringIO())
        for _ in range(3):  # more than what was lost: the positions have caught up
            make_patient(clinic)
        for cursor in (read, lost):
            assert_problem(api.get("/api/v1/changes", {"cursor": cursor}), "gone")
        clock.advance(minutes=1)
        assert carry_out_all(clock=clock)["escalations attempted"] == 2
        told = [str(message) for message in postbox.messages]
        assert all(any(escalation in message for message in told) for escalation in escalations)
        assert any(str(unfinished) in message_id for message_id in postbox.ids), "under the same message id"
        assert len(postbox.ids) == len(set(postbox.ids)), "each message once"
        carry_out_all(clock=clock)
        assert len(postbox.messages) == len(told), "nothing is sent twice"


def emergency(api: APIClient, patient: Patient) -> str:
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    return str(api.post("/api/v1/assessments", body).json()["escalation"])


def die_while_sending(clinic: Clinic, clock: Clock) -> uuid.UUID:
    """A worker dies in the middle of a message; returns the message's id."""
    with pytest.raises(KeyboardInterrupt), mailed_through(DyingChannel()):
        deliver_due_escalations(clock=clock)
    with clinic_scope(clinic.id):
        return clinic.deliveries.get(state="sending").id


@pytest.mark.parametrize("role", ["rtr_owner", django_settings.DATABASE_APP_ROLE])
def test_a_role_that_row_level_security_binds_dumps_nothing_rather_than_some(
    role: str, clinic: Clinic, tmp_path: Path
) -> None:
    dump = block("sh", "pg_dump --format=custom --file")
    done = shell(dump, tmp_path, BACKUP_URL=url(user=role))
    assert done.returncode != 0
    assert re.search("row-level security|permission denied", done.stderr)
