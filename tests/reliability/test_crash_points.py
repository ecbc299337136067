"""A process is killed at each step between a committed promise and its kept word; somebody else keeps it.

A table lock or the mail server holds a real process exactly where it is to die; then SIGKILL.
"""

import datetime as dt
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from asyncio import to_thread
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.channels.models import Delivery
from assessments.escalations.models import Escalation
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.follow_ups.models import FollowUp
from backend.platform.storage.columns import DueWork
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.factories import assessment_body, reassuring_answers
from tests.mail import Postbox, SilentServer, free_port, serve
from tests.reliability.conftest import (
    LEASE_SECONDS,
    ROOT,
    kill,
    launch_module,
    service_environment,
)

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
DELIVERIES = Delivery._meta.db_table
PATIENCE_SECONDS = 30


class HeldPostbox(Postbox):
    """Holds every message back until it is let go, and then takes it or not."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go = threading.Event(), threading.Event()
        self.takes = True

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Wait in the middle of the message."""
        takes = self.takes
        self.reached.set()
        await to_thread(self.let_go.wait, PATIENCE_SECONDS)
        if not takes:
            return "451 Nobody is there any more"
        return await super().handle_DATA(server, session, envelope)


class Worker:
    """Carries out one task at a time, in a process of its own that dies when we say."""

    def __init__(self, smtp_port: int, **more: str) -> None:
        self.smtp_port = smtp_port
        self._forking = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.forking"],
            cwd=ROOT,
            env=service_environment("redis://127.0.0.1:1/0", smtp_port) | more,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, task: str) -> None:
        """Start a process on a task."""
        assert self._forking.stdin
        assert self._forking.stdout
        self._forking.stdin.write(f"{task}\n")
        self._forking.stdin.flush()
        self._at_work = int(self._forking.stdout.readline())

    def kill(self) -> None:
        """SIGKILL it in the middle."""
        os.kill(self._at_work, signal.SIGKILL)

    def close(self) -> None:
        """Nothing is left to do."""
        assert self._forking.stdin
        self._forking.stdin.close()
        self._forking.wait(timeout=10)


@pytest.fixture(scope="module")
def worker(django_db_setup: None) -> Iterator[Worker]:
    """One for all of these tests: each of its processes has one task."""
    worker = Worker(free_port())
    yield worker
    worker.close()


@dataclass(frozen=True)
class Kind:
    """A kind of due work: what is due, who is asked to do it, and how it is done in this very process."""

    model: type[DueWork]
    task: str
    carry_out: Callable[..., int]

    @property
    def table(self) -> str:
        """Where its rows are."""
        return self.model._meta.db_table


ESCALATION = Kind(Escalation, "assessments.tasks.deliver_due_escalations", deliver_due_escalations)
FOLLOW_UP = Kind(FollowUp, "assessments.tasks.announce_due_follow_ups", announce_due_follow_ups)


def an_emergency(api: APIClient, clinic: Clinic, patient: Patient) -> uuid.UUID:
    """Recorded, and nobody nudged yet."""
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    return uuid.UUID(api.post("/api/v1/assessments", body).json()["escalation"])


def a_due_follow_up(api: APIClient, clinic: Clinic, patient: Patient) -> uuid.UUID:
    """A review whose day has come."""
    answers = reassuring_answers(episode_duration_days=3)
    follow_ups = api.post("/api/v1/assessments", assessment_body(patient, answers)).json()["follow_ups"]
    now = timezone.now()
    with clinic_scope(clinic.id):
        clinic.follow_ups.filter(id=follow_ups[0]).update(due_at=now, next_attempt_at=now)
    return uuid.UUID(follow_ups[0])


WORK = {ESCALATION: an_emergency, FOLLOW_UP: a_due_follow_up}


@contextmanager
def locked(table: str) -> Iterator[psycopg.Connection]:
    """Let everybody read a table and nobody write to it."""
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(url) as holder:
        holder.execute("SET lock_timeout = '10s'")
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
        yield holder
        holder.rollback()


def wait_until_somebody_waits_for(table: str, holder: psycopg.Connection) -> None:
    """Return as soon as a process wants to write to a locked table."""
    query = b"SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)"
    wait_until(lambda: bool((holder.execute(query, [table]).fetchone() or [False])[0]))


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.01)


Die = Callable[[Kind, Worker, HeldPostbox], None]


def after_the_claim(kind: Kind, worker: Worker, postbox: HeldPostbox) -> None:
    with locked(DELIVERIES) as holder:
        worker.begin(kind.task)
        wait_until_somebody_waits_for(DELIVERIES, holder)
        worker.kill()


def after_the_delivery_row(kind: Kind, worker: Worker, postbox: HeldPostbox) -> None:
    """The first lock lets it come as far as the row, the second holds it before it sends."""
    with locked(DELIVERIES) as deliveries:
        worker.begin(kind.task)
        wait_until_somebody_waits_for(DELIVERIES, deliveries)
        with locked(kind.table) as holder:
            deliveries.rollback()
            wait_until_somebody_waits_for(kind.table, holder)
            worker.kill()


def in_the_middle_of_sending(kind: Kind, worker: Worker, postbox: HeldPostbox) -> None:
    postbox.takes = False
    worker.begin(kind.task)
    assert postbox.reached.wait(PATIENCE_SECONDS)
    worker.kill()


def after_sending_before_the_result(kind: Kind, worker: Worker, postbox: HeldPostbox) -> None:
    worker.begin(kind.task)
    assert postbox.reached.wait(PATIENCE_SECONDS)
    with locked(DELIVERIES) as holder:
        postbox.let_go.set()
        wait_until_somebody_waits_for(DELIVERIES, holder)
        worker.kill()


#: Where it dies, how many rows of messages are committed by then, and how many messages have arrived.
POINTS: list[tuple[Die, bool, int]] = [
    (after_the_claim, False, 0),
    (after_the_delivery_row, True, 0),
    (in_the_middle_of_sending, True, 0),
    (after_sending_before_the_result, True, 1),
]


@pytest.fixture
def postbox(worker: Worker, settings: Settings) -> Iterator[HeldPostbox]:
    """The mail server of the worker, and of this process when it takes over."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", worker.smtp_port
    box = HeldPostbox()
    server = serve(box, worker.smtp_port)
    yield box
    box.let_go.set()
    server.stop()


def carry_on(kind: Kind, **later: float) -> int:
    """Another worker's pass, so much later; returns how many rows it attempted."""
    moment = timezone.now() + dt.timedelta(**later)
    return kind.carry_out(clock=lambda: moment)


def rows(clinic: Clinic) -> list[Delivery]:
    with clinic_scope(clinic.id):
        return list(clinic.deliveries.order_by("created_at"))


@pytest.mark.holds("HZ-30")
@pytest.mark.parametrize("kind", WORK, ids=["escalation", "follow-up"])
@pytest.mark.parametrize(("die", "row", "arrived"), POINTS, ids=[point[0].__name__ for point in POINTS])
def test_a_worker_killed_at_any_step_loses_nothing(
    kind: Kind,
    die: Die,
    row: bool,
    arrived: int,
    api: APIClient,
    clinic: Clinic,
    patient: Patient,
    worker: Worker,
    postbox: HeldPostbox,
) -> None:
    work = WORK[kind](api, clinic, patient)
    die(kind, worker, postbox)
    before = [(delivery.id, delivery.state) for delivery in rows(clinic)]
    assert [state for _, state in before] == ["sending"] * row
    assert len(postbox.messages) == arrived
    postbox.takes = True
    postbox.let_go.set()

    # PostgreSQL takes a moment to notice that its client is gone, and lets go of the row only then.
    wait_until(lambda: carry_on(kind, seconds=LEASE_SECONDS + 1) == 1)
    messages = postbox.wait_for(arrived + 1)
    assert len(messages) == arrived + 1
    (sent,) = rows(clinic)
    assert sent.state == "sent"
    assert set(postbox.ids) == {f"<{sent.id}@return-to-run>"}, "the receiver can tell a duplicate"
    assert [sent.id] == [delivery for delivery, _ in before] or not row
    assert str(work) in messages[-1].as_string()


@pytest.mark.parametrize("die", [point[0] for point in POINTS], ids=lambda die: die.__name__)
def test_nothing_more_is_sent_when_somebody_acknowledges_before_another_worker_takes_over(
    die: Die, api: APIClient, clinic: Clinic, patient: Patient, worker: Worker, postbox: HeldPostbox
) -> None:
    escalation = an_emergency(api, clinic, patient)
    die(ESCALATION, worker, postbox)
    arrived = len(postbox.messages)
    assert api.post(f"/api/v1/escalations/{escalation}/acknowledge", {}).status_code == 200
    postbox.takes = True
    postbox.let_go.set()
    carry_on(ESCALATION, seconds=LEASE_SECONDS + 1)
    carry_on(ESCALATION, days=1)
    assert len(postbox.messages) == arrived


def post_to(port: int, body: str, headers: dict[str, str]) -> int | None:
    """The status of the answer, ``None`` when the server hung up without one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", "/api/v1/assessments", body, headers)
        return connection.getresponse().status
    except http.client.HTTPException:
        return None
    finally:
        connection.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_web_process_killed_after_the_commit_and_before_the_nudge_loses_nothing(
    api: APIClient, clinic: Clinic, patient: Patient, worker: Worker, postbox: HeldPostbox
) -> None:
    broker_port, port = free_port(), free_port()
    broker = SilentServer(broker_port)  # the nudge gets no answer: the process stands just after the commit
    environment = service_environment(f"redis://127.0.0.1:{broker_port}/0", worker.smtp_port)
    command = ("backend.serve", "--processes", "1", "--port", str(port))
    web = launch_module(*command, environment=environment)
    bearer = api._credentials["HTTP_AUTHORIZATION"]
    body = json.dumps(assessment_body(patient, reassuring_answers(bladder_change="yes")))
    headers = {"Authorization": bearer, "Content-Type": "application/json", "Idempotency-Key": "once"}
    statuses: list[int | None] = []
    try:
        wait_until(lambda: listens(port))
        caller = threading.Thread(target=lambda: statuses.append(post_to(port, body, headers)))
        caller.start()
        wait_until(lambda: escalations(clinic) != [])
    finally:
        kill(web)
        broker.stop()
    caller.join()
    assert statuses == [None], "nobody was promised anything yet"

    postbox.let_go.set()
    carry_on(ESCALATION)
    (escalation,) = escalations(clinic)
    assert str(escalation) in postbox.wait_for(1)[0].as_string()
    once = {"Idempotency-Key": "once"}
    again = api.post("/api/v1/assessments", body, content_type="application/json", headers=once)
    assert (again.status_code, again.json()["escalation"]) == (201, str(escalation))
    assert escalations(clinic) == [escalation]


def escalations(clinic: Clinic) -> list[uuid.UUID]:
    with clinic_scope(clinic.id):
        return list(clinic.escalations.values_list("id", flat=True))
