"""Fixtures every test shares: real PostgreSQL as the runtime role, two clinics, a frozen clock.

The database is the owner's, cloned from a migrated template; tests run as the role that serves requests, so
that row-level security is in force in every one of them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from psycopg import sql
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from backend.platform.storage.proofs import install_key
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import api_for, make_clinic, make_patient
from tests.holding import Holding
from tests.mail import Postbox, free_port, serve
from tests.processes_marked import ProcessesMarked
from tools.prepared_cluster import TEMPLATE_DATABASE
from tools.test_times import Clock


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of our own."""
    parser.addoption(
        "--pictures", action="store_true", help="Take the dashboard's pictures in docs/images/dashboard anew."
    )
    parser.addoption(
        "--times", type=Path, help="Append what each test costs to this file: see tools/test_times.py."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Hold the tiers apart, measure on request, and don't stretch passwords."""
    config.pluginmanager.register(ProcessesMarked())
    config.pluginmanager.register(Holding(writes=not hasattr(config, "workerinput")))
    if path := config.getoption("--times"):
        config.pluginmanager.register(Clock(path.absolute()))
    # All tests, and the servers they start, call from one address.
    os.environ["RATE_LIMIT_PER_ADDRESS"] = str(settings.RATE_LIMIT_PER_ADDRESS * 1000)
    settings.RATE_LIMIT_PER_ADDRESS *= 1000
    # Every test client builds the middleware anew: it needn't read all static files each time.
    settings.WHITENOISE_AUTOREFRESH = True
    # Stretching passwords protects people, not tests: half a second for each person and client made.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let processes begin with the longest tests: begun last, one would run on alone for minutes."""
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    longest = [item for item in items if item.get_closest_marker("longest")]
    items[:] = [item for item in items if item not in longest]
    for turn, item in enumerate(longest):
        items.insert((turn % processes) * (len(items) // processes), item)  # each begins with its own part


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A clone of the migrated template for this process, whose every connection is the runtime role's."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as owner:
        identifiers = {"name": sql.Identifier(name), "template": sql.Identifier(TEMPLATE_DATABASE)}
        owner.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**identifiers))
    with django_db_blocker.unblock():
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            # Only the tests' own flush truncates; the service never may.
            cursor.execute(f"GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {settings.DATABASE_APP_ROLE}")
        install_key()  # the template was migrated under another secret key
        connection.close()
        connection.settings_dict["OPTIONS"]["options"] = f"-c role={settings.DATABASE_APP_ROLE}"
    yield
    with django_db_blocker.unblock():
        connection.close()  # the database goes with its server


@pytest.fixture
def clinic(db: None) -> Clinic:
    """A clinic in London with a complete emergency pathway, an admin and an on-call clinician."""
    return make_clinic("Harbour Physio")


@pytest.fixture
def other_clinic(db: None) -> Clinic:
    """Another clinic, whose data nobody of the first may ever see."""
    return make_clinic("Hillside Physio")


@pytest.fixture
def api(clinic: Clinic) -> APIClient:
    """The clinic's software, with every scope."""
    return api_for(clinic)


@pytest.fixture
def other_api(other_clinic: Clinic) -> APIClient:
    """The other clinic's software."""
    return api_for(other_clinic)


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    """A runner of the clinic, without a birth date."""
    return make_patient(clinic)


def publish_to(url: str) -> str:
    """Point this process's Celery application at another broker; returns the one before."""
    before: str = current_app.conf.broker_url
    current_app.conf.broker_url = current_app.conf.broker_write_url = current_app.conf.broker_read_url = url
    current_app._after_fork()  # drops the pooled connections to the old one
    return before


@pytest.fixture
def unreachable_broker() -> Iterator[None]:
    """A Celery broker address where nobody listens."""
    before = publish_to("redis://127.0.0.1:1/0")
    yield
    publish_to(before)


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """A real SMTP server that the service's mail goes to."""
    box, port = Postbox(), free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    server = serve(box, port)
    yield box
    server.stop()
