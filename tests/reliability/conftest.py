"""Real worker and beat processes on the test's own database, and a Redis of their own."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.conftest import publish_to
from tests.mail import free_port
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 2
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A broker nobody else uses; the web side of the test publishes to it."""
    with tempfile.TemporaryDirectory(prefix="return-to-run-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        leash = Leash()
        with RedisServer(Path(folder), leash=leash) as server:
            before = publish_to(server.broker_url)
            yield server
            publish_to(before)
        leash.close()


@pytest.fixture
def smtp_port() -> int:
    """Where the worker sends its mail; nobody listens until the test says so."""
    return free_port()


@pytest.fixture
def start(transactional_db: None, redis: RedisServer, smtp_port: int) -> Iterator[Start]:
    """Start `celery -A backend ARGS` as a process group; whatever still runs is killed at the end."""
    environment = service_environment(redis.broker_url, smtp_port)
    running: list[subprocess.Popen[bytes]] = []

    def launch(*arguments: str) -> "subprocess.Popen[bytes]":
        process = launch_module("celery", "-A", "backend", *arguments, environment=environment)
        running.append(process)
        return process

    yield launch
    for process in running:
        kill(process)


def service_environment(broker_url: str, smtp_port: int) -> dict[str, str]:
    """What a process of the service needs to work on the test's database as the runtime role."""
    return os.environ | {
        "DATABASE_URL": make_conninfo(
            os.environ["DATABASE_URL"],
            dbname=connection.settings_dict["NAME"],
            options=f"-c role={django_settings.DATABASE_APP_ROLE}",
        ),
        "REDIS_URL": broker_url,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(smtp_port),
        "CLAIM_LEASE_SECONDS": str(LEASE_SECONDS),
    }


def launch_module(*arguments: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start `python -m ARGUMENTS` as a process group of its own."""
    with tempfile.TemporaryFile() as log:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL a process and its children; nothing gets to tidy up."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
