"""An export goes on where a killed worker stopped: no line is lost, and none is there twice."""

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg.conninfo import make_conninfo
from redis import Redis
from rest_framework.test import APIClient

from assessments.exports.models import ExportChunk
from assessments.exports.services import write as write_exports
from assessments.exports.services.write import write_due_exports
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.factories import make_patient
from tests.reliability.conftest import LEASE_SECONDS
from tests.reliability.test_crash_points import (
    Worker,
    locked,
    wait_until,
    wait_until_somebody_waits_for,
    worker,
)
from tools.embedded.redis import RedisServer

__all__ = ["worker"]

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
TASK = "assessments.tasks.write_due_exports"
CHUNKS = ExportChunk._meta.db_table


@pytest.fixture
def export(api: APIClient, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an export of seven patients; in this very process three a chunk, and a chunk a turn."""
    monkeypatch.setattr(write_exports, "CHUNK_ROWS", 3)
    monkeypatch.setattr(write_exports, "TURN", dt.timedelta(0))
    for _ in range(7):
        make_patient(clinic)
    return f"/api/v1/exports/{api.post('/api/v1/exports', {}).json()['id']}"


def one_turn(**later: float) -> int:
    """A turn of another worker, so much later, in this very process; returns whether there was something."""
    moment = timezone.now() + dt.timedelta(**later)
    return write_due_exports(clock=lambda: moment)


@contextmanager
def chunk_held(number: int) -> Iterator[psycopg.Connection]:
    """Nobody can write one chunk."""
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(url) as holder:
        holder.execute(f"SELECT FROM {CHUNKS} WHERE number = %s FOR UPDATE".encode(), [number])
        yield holder
        holder.rollback()


def while_it_settles_what_to_write(worker: Worker) -> None:
    with locked(CHUNKS) as holder:
        worker.begin(TASK)
        wait_until_somebody_waits_for(CHUNKS, holder)
        worker.kill()


def in_the_middle_of_a_chunk(worker: Worker) -> None:
    assert one_turn() == 1
    with chunk_held(2) as holder:
        worker.begin(TASK)
        waiting = b"SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')"
        wait_until(lambda: bool((holder.execute(waiting).fetchone() or [False])[0]))
        worker.kill()


@pytest.mark.parametrize(
    ("die", "done"), [(while_it_settles_what_to_write, 0), (in_the_middle_of_a_chunk, 6)]
)
def test_another_worker_goes_on_where_a_killed_one_stopped(
    api: APIClient, clinic: Clinic, export: str, worker: Worker, die: Callable[[Worker], None], done: int
) -> None:
    die(worker)
    assert [kind["done"] for kind in api.get(export).json()["progress"]] == [done] * bool(done)

    # PostgreSQL takes a moment to notice that its client is gone, and lets go of the row only then.
    wait_until(lambda: one_turn(seconds=LEASE_SECONDS + 1) == 1)
    while one_turn(seconds=LEASE_SECONDS + 1):
        pass
    with clinic_scope(clinic.id):
        patients = sorted(str(id_) for id_ in clinic.patients.values_list("id", flat=True))
    assert sorted(line["id"] for line in lines_of(api, export)) == patients


def lines_of(api: APIClient, export: str) -> list[dict[str, Any]]:
    answer = api.get(f"{export}/result")
    assert answer.status_code == 200, answer.json()
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]  # type: ignore[attr-defined]


def test_a_worker_writes_it_all_in_a_process_of_its_own(api: APIClient, export: str, worker: Worker) -> None:
    worker.begin(TASK)
    wait_until(lambda: api.get(export).json()["state"] == "ready")
    assert len(lines_of(api, export)) == 7


def test_asking_for_one_nudges_a_worker(api: APIClient, clinic: Clinic, redis: RedisServer) -> None:
    api.post("/api/v1/exports", {})
    with Redis.from_url(redis.url) as broker:
        (nudge,) = broker.lrange("default", 0, -1)  # type: ignore[misc]
    assert json.loads(nudge)["headers"]["task"] == TASK
