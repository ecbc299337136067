"""The dead man's switch hears from us while everything works, and from nothing less."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.operations.services import watchdog as watch
from assessments.operations.services.counters import CRITICAL, HEARTBEAT, WEBHOOKS, note, tallies
from assessments.operations.services.watchdog import keep_watch
from patients.models import Patient
from tests.databases import copy_schema
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox, SilentServer, free_port
from tests.reliability.conftest import ROOT, kill
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer

WORKER = ("worker", "-P", "solo", "-l", "ERROR", "--without-gossip", "--without-mingle")
#: Six sweeps: longer than a busy machine keeps a living service silent.
SILENCE_SECONDS = 1.5


class Switch:
    """A dead man's switch: it notes when it was asked, and how."""

    def __init__(self) -> None:
        pings: list[tuple[float, str]] = []
        self.pings, self.answer = pings, 200
        switch = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pings.append((time.monotonic(), self.path))
                self.send_response(switch.answer)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/secret-of-the-operator"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def alive(self) -> None:
        """Return after two more pings."""
        before, until = len(self.pings), time.monotonic() + 60
        while len(self.pings) < before + 2:
            assert time.monotonic() < until, "no ping for a minute"
            time.sleep(0.02)

    def silent(self) -> None:
        """Return when no ping has come for a while."""
        until = time.monotonic() + 30
        since = time.monotonic()
        while time.monotonic() - max(since, self.pings[-1][0]) < SILENCE_SECONDS:
            assert time.monotonic() < until, "the pings go on"
            time.sleep(0.02)


@pytest.fixture
def switch(settings: Settings) -> Iterator[Switch]:
    """The switch that the service is told of."""
    switch = Switch()
    settings.HEARTBEAT_URL = switch.url
    yield switch
    switch.server.shutdown()
    switch.server.server_close()


@pytest.fixture
def servers(transactional_db: None) -> Iterator[tuple[PostgresServer, RedisServer]]:
    """A PostgreSQL with the schema and a Redis, for this test to stop."""
    with tempfile.TemporaryDirectory(prefix="return-to-run-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        leash = Leash()
        postgres = PostgresServer(Path(folder), leash=leash, throwaway=True)
        with postgres, RedisServer(Path(folder), leash=leash) as redis:
            copy_schema(postgres)
            yield postgres, redis
        leash.close()
        postgres.home.remove()


@pytest.fixture
def start(
    servers: tuple[PostgresServer, RedisServer], switch: Switch, tmp_path: Path
) -> "Iterator[Callable[..., subprocess.Popen[bytes]]]":
    """Start `celery -A backend ARGS`, in a hurry to sweep; whatever still runs is killed at the end."""
    postgres, redis = servers
    environment = os.environ | {
        "DATABASE_URL": postgres.app_url,
        "REDIS_URL": redis.broker_url,
        "HEARTBEAT_URL": switch.url,
        "SWEEP_SECONDS": "0.25",
        "OVERDUE_SECONDS": "2.5",
    }
    running: list[subprocess.Popen[bytes]] = []
    log = tmp_path / "celery.log"

    def launch(*arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "celery", "-A", "backend", *arguments]
        with log.open("ab") as stream:
            running.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdout=stream, stderr=stream, start_new_session=True
                )
            )
        return running[-1]

    yield launch
    for process in running:
        kill(process)
    sys.stdout.write(log.read_text())  # pytest shows it when the test has failed


@pytest.mark.process
def test_whichever_part_stops_the_ping_stops_until_it_is_back(
    start: "Callable[..., subprocess.Popen[bytes]]",
    servers: tuple[PostgresServer, RedisServer],
    switch: Switch,
    tmp_path: Path,
) -> None:
    worker = start(*WORKER, "-Q", "critical")
    start(*WORKER, "-Q", "default,webhooks")
    beat = start("beat", "-l", "ERROR", "-s", f"{tmp_path}/schedule", "--pidfile=")
    switch.alive()
    for server in servers:
        server.stop()
        switch.silent()
        server.start()
        switch.alive()
    beat.send_signal(signal.SIGSTOP)
    switch.silent()
    beat.send_signal(signal.SIGCONT)
    switch.alive()
    kill(worker)
    switch.silent()
    assert {path for _, path in switch.pings} == {"/ping/secret-of-the-operator"}


@pytest.fixture
def critical_passed(db: None) -> None:
    """Workers of `critical` and `webhooks` were here a moment ago."""
    note(CRITICAL, now=timezone.now())
    note(WEBHOOKS, now=timezone.now())


def watch_once() -> bool:
    return keep_watch(clock=timezone.now)


def test_all_is_well_and_the_switch_is_told(critical_passed: None, switch: Switch) -> None:
    assert watch_once()
    assert len(switch.pings) == 1
    assert tallies()[HEARTBEAT].total == 1


def test_without_an_address_nobody_is_asked(critical_passed: None, settings: Settings) -> None:
    settings.HEARTBEAT_URL = ""
    assert watch_once()
    assert HEARTBEAT not in tallies()


def test_a_dead_queue_of_escalations_is_not_well(db: None, switch: Switch) -> None:
    assert not watch_once()
    assert switch.pings == []


@pytest.mark.holds("HZ-30")
def test_an_escalation_that_is_late_is_carried_out_by_the_watch_itself(
    critical_passed: None,
    switch: Switch,
    api: APIClient,
    patient: Patient,
    postbox: Postbox,
    settings: Settings,
) -> None:
    settings.OVERDUE_AFTER *= 0
    api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(bladder_change="yes")))
    watch_once()
    assert len(postbox.messages) == 1


def test_an_escalation_that_nobody_was_told_of_silences_the_ping(
    critical_passed: None, switch: Switch, api: APIClient, patient: Patient, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert watch_once()
    api.post("/api/v1/assessments", assessment_body(patient, reassuring_answers(bladder_change="yes")))
    settings.OVERDUE_AFTER *= 0
    assert not watch_once()
    assert len(switch.pings) == 1, "of before; the next one waits until somebody has been told"


@pytest.mark.parametrize("answer", [302, 404, 500])
def test_an_answer_that_is_no_success_does_not_count(
    answer: int, critical_passed: None, switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    switch.answer = answer
    assert watch_once(), "all is well here, whatever the other side says"
    assert len(switch.pings) == 1, "no redirect is followed"
    assert HEARTBEAT not in tallies()
    assert "secret-of-the-operator" not in caplog.text


def test_a_switch_that_hangs_or_is_away_holds_nothing_up(
    critical_passed: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(watch, "PING_SECONDS", 0.2)
    port = free_port()
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{port}/secret-of-the-operator"
    assert watch_once()
    silent = SilentServer(port)
    started = time.monotonic()
    assert watch_once()
    assert time.monotonic() - started < 3
    silent.stop()
    assert HEARTBEAT not in tallies()
    assert "secret-of-the-operator" not in caplog.text
