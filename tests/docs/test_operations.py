"""docs/operations.md says what the code does."""

import ast
import base64
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tools.embedded.cluster import DEFAULT_PRIVILEGES, OWNER_ROLE, RUNTIME_ROLE

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
CREATE_ROLES = (ROOT / "docker" / "create-roles.sh").read_text()
TEXT = (ROOT / "docs" / "operations.md").read_text()
SOURCES = [*(ROOT / "tools").glob("*.py"), *(ROOT / "backend").rglob("*.py")]
#: Set by make and by the shell, not by whoever runs the service.
NOT_OURS = {"MAKELEVEL", "PATH", "DJANGO_SETTINGS_MODULE", "EXAMPLES_ANEW"}


def read_by_the_code() -> dict[str, str | None]:
    """Every variable read, with its default where the code says it as a constant."""
    return {name: default for path in SOURCES for name, default in reads(path) if name not in NOT_OURS}


def reads(path: Path) -> Iterator[tuple[str, str | None]]:
    """The variables one file reads, by `os.environ` or one of the settings' own readers."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id="_env"), args=[ast.Constant(value=str(name))]):
                yield name, "required"
            case ast.Call(
                func=ast.Name(id="_env"), args=[ast.Constant(value=str(name)), ast.Constant(value=str(value))]
            ):
                yield name, value or "empty"
            case ast.Call(func=ast.Name(id="_flag"), args=[ast.Constant(value=str(name))], keywords=[]):
                yield name, "off"
            case ast.Call(func=ast.Name(id="_list"), args=[ast.Constant(value=str(name)), *_]):
                yield name, None
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name, None
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))):
                yield name, None


def documented() -> dict[str, str]:
    """The variables of the tables, with the default each row gives."""
    return dict(re.findall(r"^\| `([A-Z_]+)` \| ([^|]+?) \|", TEXT, re.MULTILINE))


def block(language: str, containing: str) -> str:
    """The one block of code that contains some text."""
    blocks = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    (found,) = [code for code in blocks if containing in code]
    return str(found)


def test_every_variable_that_is_read_is_documented_and_no_other() -> None:
    assert len(read_by_the_code()) > 15
    assert documented().keys() == read_by_the_code().keys()


def test_the_defaults_are_those_of_the_code() -> None:
    known = {name: default for name, default in read_by_the_code().items() if default is not None}
    assert len(known) > 12
    assert {name: documented()[name].strip("`") for name in known} == known


def test_a_clinic_made_as_described_signs_in_and_has_its_pathway(db: None) -> None:
    before = set(all_clinic_ids())
    said = StringIO()
    with redirect_stdout(said):
        exec(block("python", "Clinic("), {})
    username, password, client_id, client_secret = said.getvalue().split()
    form = {"username": username, "password": password}
    assert Client().post("/admin/login/", form).status_code == 302
    basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
    answer = Client().post(
        "/oauth/token/", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"}
    )
    assert answer.status_code == 200
    (made,) = set(all_clinic_ids()) - before
    with clinic_scope(made):
        assert Clinic.objects.get(id=made).missing_from_pathway == []


@pytest.mark.django_db
def test_what_is_due_is_carried_out_without_celery_as_described(api: APIClient, patient: Patient) -> None:
    api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(bladder_change="yes")))
    assert mail.outbox == []
    (command,) = re.findall(r"manage.py (\w+)", block("sh", "manage.py work_once"))
    said = StringIO()
    call_command(command, stdout=said)
    assert "1 escalations attempted" in said.getvalue()
    assert len(mail.outbox) == 1
    assert "EMERGENCY" in mail.outbox[0].subject


@pytest.mark.parametrize("text", [TEXT, CREATE_ROLES], ids=["operations.md", "create-roles.sh"])
def test_production_gets_the_roles_that_are_tested(text: str) -> None:
    for statement in DEFAULT_PRIVILEGES:
        assert f"{statement.format(owner=OWNER_ROLE, runtime=RUNTIME_ROLE)};" in text
    for role in (OWNER_ROLE, RUNTIME_ROLE):
        assert f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD" in text


def test_the_containers_are_given_documented_variables_only() -> None:
    section = COMPOSE[COMPOSE.index("environment: &environment") : COMPOSE.index("services:")]
    given = set(re.findall(r"^    ([A-Z_]+):", section, re.MULTILINE))
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} <= given
    assert given <= documented().keys()


def test_a_probe_needs_no_tls_and_everything_else_does(db: None, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert [Client().get(path).status_code for path in ("/livez", "/readyz", "/statusz")] == [200, 200, 301]


@pytest.mark.django_db(transaction=True)
def test_a_pooler_in_transaction_mode_is_safe(clinic: Clinic) -> None:
    """Nothing that one transaction says about its clinic is there for the next one on the same connection."""
    with clinic_scope(clinic.id):
        assert Patient.objects.count() == 0
        assert Clinic.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.clinic', true), (SELECT count(*) FROM clinics_clinic)")
        assert cursor.fetchone() == ("", 0)
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (0,)
    assert connection.connection.prepare_threshold is None
    sources = [path for app in ("assessments", "patients", "clinics") for path in (ROOT / app).rglob("*.py")]
    session_locks = re.compile(r"pg_(try_)?advisory_lock|set_config\([^)]*false\)|\bLISTEN\b")
    assert [path.name for path in sources if session_locks.search(path.read_text())] == []
