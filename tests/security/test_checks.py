"""An unsafe service doesn't start, and what is wrong is named."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib import admin
from django.core.checks import run_checks
from django.db import connection
from django.urls import path
from psycopg.conninfo import make_conninfo
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.platform.storage.tenancy import clinic_scope
from clinics.api.views import ClinicAPIView
from clinics.checks.configuration import check_public_settings, check_secret_key, check_trusted_proxies
from clinics.checks.database import check_pathways
from clinics.checks.routes import OPEN_ROUTES, check_dashboard, check_routes, routes
from clinics.identity.models import Clinic, User
from tests.factories import make_clinic

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DEBUG": "0",
    "SERVE_INSECURE_HTTP": "0",
    "ALLOWED_HOSTS": "service.example",
    "BASE_URL": "https://service.example",
    "TRUSTED_PROXIES": "none",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "DEFAULT_FROM_EMAIL": "Return to Run <return-to-run@service.example>",
}
SMTP = PRODUCTION["EMAIL_BACKEND"]


def process(*arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run Python in a process of its own, as the runtime role, with production's settings."""
    role = f"-c role={django_settings.DATABASE_APP_ROLE}"
    environment = os.environ | PRODUCTION | {"DATABASE_URL": address(options=role)} | changes
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def address(**changes: str) -> str:
    """The tests' own database, reached as its owner."""
    return make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"], **changes)


def start(**changes: str) -> "subprocess.CompletedProcess[str]":
    """What granian does first."""
    return process("-c", "import backend.wsgi", **changes)


def ids(found: list[Any]) -> list[str]:
    return [message.id for message in found]


@pytest.mark.process
def test_production_is_clean_and_starts(db: None) -> None:
    done = process("manage.py", "check", "--deploy", "--database", "default", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert start().returncode == 0


@pytest.mark.process
def test_an_unsafe_service_does_not_start(db: None) -> None:
    """Everything that is wrong is named at once."""
    done = start(
        DEBUG="1",
        SERVE_INSECURE_HTTP="1",
        SECRET_KEY="short",
        DATABASE_URL=address(),
        DATABASE_APP_ROLE="rtr_owner",
        ALLOWED_HOSTS="*",
        EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend",
        DEFAULT_FROM_EMAIL="return-to-run@localhost",
    )
    assert done.returncode != 0
    assert "would not be safe" in done.stderr
    named = {f"clinics.E0{number}" for number in ("04", "05", "10", "11", "12", "16", "17", "22")}
    assert {check for check in named if check in done.stderr} == named


@pytest.mark.process
def test_a_database_that_is_down_is_waited_for() -> None:
    """The server starts and answers 503 until the database is back."""
    done = start(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1")
    assert (done.returncode, "started_without_database" in done.stderr) == (0, True)


def test_a_demo_on_this_machine_may_speak_plain_http(settings: Any) -> None:
    settings.DEBUG, settings.SERVE_INSECURE_HTTP, settings.BASE_URL = True, True, "http://localhost:8000"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert check_public_settings(None) == []
    settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = ["localhost", "*"], ["none"]
    found = [f"clinics.E0{number}" for number in (10, 11, 16, 17, 22)]
    assert ids(check_public_settings(None)) == found


@pytest.mark.parametrize("address", ["http://service.example", "https://service.example"])
def test_patients_data_never_travels_in_the_clear(settings: Any, address: str) -> None:
    settings.DEBUG, settings.SERVE_INSECURE_HTTP, settings.BASE_URL = False, False, address
    settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = ["localhost"], ["none"]
    settings.EMAIL_BACKEND, settings.DEFAULT_FROM_EMAIL = SMTP, PRODUCTION["DEFAULT_FROM_EMAIL"]
    assert ids(check_public_settings(None)) == ([] if address.startswith("https") else ["clinics.E011"])


WEAK: dict[str, tuple[str, object, str]] = {
    "debug pages": ("DEBUG", True, "clinics.E010"),
    "plain HTTP": ("SERVE_INSECURE_HTTP", True, "clinics.E011"),
    "an address without TLS": ("BASE_URL", "http://service.example", "clinics.E011"),
    "a short key": ("SECRET_KEY", "0123456789abcdef" * 3, "clinics.E012"),
    "a key of few characters": ("SECRET_KEY", "ab" * 40, "clinics.E012"),
    "Django's own kind of key": ("SECRET_KEY", "django-insecure-" + "0123456789abcdef" * 4, "clinics.E012"),
    "nothing to seal with": ("ENCRYPTION_KEYS", [], "clinics.E013"),
    "webhooks into the own network": ("ALLOW_PRIVATE_WEBHOOKS", True, "clinics.E014"),
    "a key that is none": ("ENCRYPTION_KEYS", ["0123456789abcdef"], "clinics.E015"),
    "every host": ("ALLOWED_HOSTS", ["*"], "clinics.E016"),
    "every host beside a named one": ("ALLOWED_HOSTS", ["service.example", "*"], "clinics.E016"),
    "every host of a domain": ("ALLOWED_HOSTS", [".service.example"], "clinics.E016"),
    "every host of a country": ("ALLOWED_HOSTS", [".uk"], "clinics.E016"),
    "mail on the screen": ("EMAIL_BACKEND", SMTP.replace("smtp", "console"), "clinics.E017"),
    "mail into nothing": ("EMAIL_BACKEND", SMTP.replace("smtp", "dummy"), "clinics.E017"),
    "mail into memory": ("EMAIL_BACKEND", SMTP.replace("smtp", "locmem"), "clinics.E017"),
    "mail into files": ("EMAIL_BACKEND", SMTP.replace("smtp", "filebased"), "clinics.E017"),
    "no proxy named": ("TRUSTED_PROXIES", [], "clinics.E018"),
    "every proxy": ("TRUSTED_PROXIES", ["0.0.0.0/0"], "clinics.E019"),
    "a sender of this machine": ("DEFAULT_FROM_EMAIL", "Return to Run <a@localhost>", "clinics.E022"),
    "a sender of a nameless machine": ("DEFAULT_FROM_EMAIL", "a@localhost.localdomain", "clinics.E022"),
    "a sender without a domain": ("DEFAULT_FROM_EMAIL", "webmaster", "clinics.E022"),
    "monitors with a short token": ("STATUS_TOKEN", "abc", "clinics.E023"),
}


@pytest.mark.parametrize("weakness", WEAK)
def test_each_weak_setting_alone_is_refused(settings: Any, weakness: str) -> None:
    """The service of ``PRODUCTION`` with one thing wrong: that and nothing else is named."""
    strong = {
        "DEBUG": False,
        "SERVE_INSECURE_HTTP": False,
        "ALLOWED_HOSTS": ["service.example", "localhost"],
        "TRUSTED_PROXIES": ["none"],
        **{name: PRODUCTION[name] for name in ("BASE_URL", "EMAIL_BACKEND", "DEFAULT_FROM_EMAIL")},
    }
    for name, value in strong.items():
        setattr(settings, name, value)
    assert [found.id for found in run_checks() if found.is_serious()] == []
    name, value, expected = WEAK[weakness]
    setattr(settings, name, value)
    assert [found.id for found in run_checks() if found.is_serious()] == [expected]


@pytest.mark.process
def test_a_start_in_public_is_refused_without_the_setting(db: None) -> None:
    done = start(TRUSTED_PROXIES="")
    assert done.returncode != 0
    assert "clinics.E018" in done.stderr


@pytest.mark.parametrize("named", ["none", "10.0.0.0/8,unix", "192.0.2.4"])
def test_naming_them_is_enough(settings: Any, named: str) -> None:
    settings.ALLOWED_HOSTS, settings.BASE_URL = [PRODUCTION["ALLOWED_HOSTS"]], PRODUCTION["BASE_URL"]
    settings.SERVE_INSECURE_HTTP, settings.DEBUG = False, False
    settings.TRUSTED_PROXIES = named.split(",")
    assert "clinics.E018" not in ids(check_public_settings(None))
    assert check_trusted_proxies(None) == []


@pytest.mark.parametrize("named", ["10.0.0.1/8", "proxy.example", "none,10.0.0.1", "0.0.0.0/0", "::/0", "*"])
def test_what_names_no_proxy_is_refused(settings: Any, named: str) -> None:
    settings.TRUSTED_PROXIES = named.split(",")
    assert ids(check_trusted_proxies(None)) == ["clinics.E019"]


@pytest.mark.parametrize("key", ["k" * 49, "a" * 60, "django-insecure-" + "0123456789abcdef" * 4])
def test_a_key_that_can_be_guessed_is_refused(settings: Any, key: str) -> None:
    settings.SECRET_KEY = key
    assert ids(check_secret_key(None)) == ["clinics.E012"]


def test_the_key_that_the_tools_make_is_good_enough() -> None:
    assert check_secret_key(None) == []


def test_every_route_declares_its_permission() -> None:
    assert check_routes(None) == []
    assert check_dashboard(None) == []
    assert len(routes()) > len(OPEN_ROUTES)


def test_no_open_route_is_listed_that_does_not_exist() -> None:
    assert set(OPEN_ROUTES) <= {route.name for route in routes()}


class _Answers(APIView):
    def get(self, request: Request) -> Response:
        return Response()


class Undeclared(_Answers):
    """Says nothing about who may."""


class Everybody(_Answers):
    """Open, and in no list."""

    permission_classes = [AllowAny]


class AnyToken(_Answers):
    """A token alone isn't a permission."""

    permission_classes = [IsAuthenticated]


class Nothing(ClinicAPIView):
    """Names no resource."""

    def get(self, request: Request) -> Response:
        return Response()


class Unheard(Nothing):
    """Names a resource that no scope speaks of."""

    resource = "rumours"


@pytest.mark.parametrize("view", [Undeclared, Everybody, AnyToken, Nothing, Unheard])
def test_a_view_without_a_declared_permission_stops_the_start(settings: Any, view: type[APIView]) -> None:
    module = type(sys)("urls_with_a_gap")
    module.urlpatterns = [path("api/v1/gap", view.as_view(), name="gap")]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = module
    (found,) = check_routes(None)
    assert (found.id, found.msg.split()[0]) == ("clinics.E020", "/api/v1/gap")


def test_a_plain_function_without_its_reason_stops_the_start(settings: Any) -> None:
    module = type(sys)("urls_with_a_function")
    module.urlpatterns = [path("export", len, name="export")]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = module
    assert ids(check_routes(None)) == ["clinics.E020"]


def test_a_dashboard_page_that_knows_no_role_stops_the_start() -> None:
    admin.site.register(User, admin.ModelAdmin)
    try:
        assert ids(check_dashboard(None)) == ["clinics.E021"]
    finally:
        admin.site.unregister(User)


def test_clinics_without_an_emergency_pathway_are_named(db: None) -> None:
    whole, without = make_clinic("Whole"), make_clinic("Without")
    with clinic_scope(without.id):
        Clinic.objects.filter(id=without.id).update(emergency_number="")
    (found,) = check_pathways(None, databases=["default"])
    assert found.id == "clinics.W001"
    assert str(without.id) in found.msg
    assert str(whole.id) not in found.msg
    assert not found.is_serious()


@pytest.mark.parametrize("of_before", [True, False])
def test_a_new_clinic_without_an_answer_about_pregnant_runners_is_named(db: None, of_before: bool) -> None:
    clinic = make_clinic("Open")
    with clinic_scope(clinic.id):
        Clinic.objects.filter(id=clinic.id).update(takes_pregnant_runners=None, may_answer_later=of_before)
    assert ids(check_pathways(None, databases=["default"])) == ([] if of_before else ["clinics.W001"])


def test_the_checks_that_ask_the_database_ask_only_when_told() -> None:
    """Without a database named they run no statement: no ``db`` fixture here."""
    assert [found for found in run_checks(tags=["database"]) if found.id.startswith("clinics.")] == []
