"""What claiming the next due row costs with few and with millions of rows stored.

Each size is a database of its own in one cluster; claims go round all of them in turn, so that whatever else
the machine does meets each alike.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg
from psycopg.conninfo import make_conninfo

from tools.embedded.cluster import DATABASE, OWNER_ROLE, RUNTIME_ROLE
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.environment import ROOT

#: Rows that are due, whatever the size: what an hour without workers might leave behind.
DUE = 2000
#: Of the rest, one in five still waits for its day; the others are answered or cancelled.
WAITING = 5


@dataclass(frozen=True, slots=True)
class Queue:
    """A table of due work and how one of its rows looks when it waits and when it is done.

    ``one_in`` so many follow-ups there is one such row.
    """

    table: str
    claim: str
    one_in: int
    waiting: Mapping[str, str]
    done: Mapping[str, str]


FOLLOW_UPS = Queue(
    "assessments_followup",
    "claim_due_follow_up",
    one_in=1,
    waiting={"next_attempt_at": "now() + (random() * 42 + 1) * interval '1 day'"},
    done={"state": "'cancelled'", "next_attempt_at": "NULL"},
)
ESCALATIONS = Queue(
    "assessments_escalation",
    "claim_due_escalation",
    one_in=4,
    waiting={
        "next_attempt_at": "now() + (random() * 24 + 1) * interval '1 hour'",
        "urgency_rank": "1 + (random() * 4)::int",
    },
    done={
        "state": "'acknowledged'",
        "next_attempt_at": "NULL",
        "acknowledged_at": "now()",
        "acknowledged_by_id": "gen_random_uuid()",
    },
)
QUEUES = (FOLLOW_UPS, ESCALATIONS)


@dataclass(frozen=True, slots=True)
class Claims:
    """One queue: median milliseconds by follow-ups stored, and the plan among the most.

    ``idle`` is a claim when nothing is due, which is what workers do most of the time.
    """

    queue: Queue
    milliseconds: Mapping[int, float]
    idle: Mapping[int, float]
    plan: str

    @property
    def ratio(self) -> float:
        """The largest store's claim beside the smallest one's."""
        return self.milliseconds[max(self.milliseconds)] / self.milliseconds[min(self.milliseconds)]


def measure_claims(sizes: Sequence[int], *, claims: int) -> list[Claims]:
    """Fill a database for each size and claim so often in each, in turn."""
    with _cluster() as postgres:
        _seed(postgres)
        for size in sizes:
            _fill(postgres, size)
        return [_measure(postgres, queue, sizes, claims) for queue in QUEUES]


@contextmanager
def _cluster() -> Iterator[PostgresServer]:
    """A private PostgreSQL on a disk with room for millions of rows."""
    with tempfile.TemporaryDirectory(
        prefix="return-to-run-", dir="/var/tmp", ignore_cleanup_errors=True
    ) as folder:
        run_dir = Path(folder)
        run_dir.chmod(0o711)  # the server's account passes through to its own closed folders
        leash = Leash()
        postgres = PostgresServer(run_dir, leash=leash, throwaway=True)
        try:
            with postgres:
                yield postgres
        finally:
            leash.close()
            postgres.home.remove()


def _seed(postgres: PostgresServer) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "DATABASE_URL": postgres.owner_url,
        "DATABASE_APP_ROLE": RUNTIME_ROLE,
        "SECRET_KEY": "only-for-a-benchmark-" + os.urandom(24).hex(),
        "SERVE_INSECURE_HTTP": "1",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    subprocess.run([sys.executable, "-m", "bench.escalation.seed"], env=environment, cwd=ROOT, check=True)


def _name(size: int) -> str:
    return f"{DATABASE}_{size}"


def _connect(postgres: PostgresServer, role: str, size: int) -> psycopg.Connection:
    return psycopg.connect(make_conninfo(postgres.admin_url, user=role, dbname=_name(size)), autocommit=True)


def _fill(postgres: PostgresServer, size: int) -> None:
    """Copy the one real row of each queue until there are enough; as the server's owner, past triggers."""
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {_name(size)} TEMPLATE {DATABASE} OWNER {OWNER_ROLE}".encode())
    with _connect(postgres, "postgres", size) as database:
        database.execute("SET session_replication_role = replica")
        for queue in QUEUES:
            due = {**queue.waiting, "next_attempt_at": "now() - random() * interval '1 hour'"}
            rows = size // queue.one_in
            waiting = (rows - DUE) // WAITING
            _copy(database, queue, due, DUE)
            _copy(database, queue, queue.waiting, waiting)
            _copy(database, queue, {**queue.waiting, **queue.done}, rows - DUE - waiting)
        database.execute("VACUUM ANALYZE")
        print(f"  {size:,} follow-ups are there", file=sys.stderr)


def _copy(database: psycopg.Connection, queue: Queue, changes: Mapping[str, str], count: int) -> None:
    columns = [
        str(name)
        for (name,) in database.execute(
            "SELECT attname FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [queue.table],
        )
    ]
    new = {"id": "uuidv7()", "patient_id": "uuidv7()", "assessment_id": "uuidv7()", **changes}
    values = ", ".join(new.get(column, f"model.{column}") for column in columns)
    database.execute(
        f"INSERT INTO {queue.table} ({', '.join(columns)}) SELECT {values} "
        f"FROM (SELECT * FROM {queue.table} ORDER BY id LIMIT 1) model, generate_series(1, %s)".encode(),
        [count],
    )


def _measure(postgres: PostgresServer, queue: Queue, sizes: Sequence[int], claims: int) -> Claims:
    """Claim as the role the service runs as, and put each claimed row off as a worker would."""
    claim = f"SELECT row_id FROM {queue.claim}(now(), now() + interval '30 seconds')".encode()
    long_ago = f"SELECT row_id FROM {queue.claim}(now() - interval '1 year', now())".encode()
    put_off = (
        f"UPDATE {queue.table} SET next_attempt_at = now() + interval '1 day', leased_until = NULL, "
        "claim_token = NULL WHERE id = %s"
    ).encode()
    workers = {size: _connect(postgres, RUNTIME_ROLE, size) for size in sizes}
    owners = {size: _connect(postgres, OWNER_ROLE, size) for size in sizes}
    found: dict[int, list[float]] = {size: [] for size in sizes}
    idle: dict[int, list[float]] = {size: [] for size in sizes}
    for number in range(claims + 10):  # the first ten warm the caches
        for size in sizes:
            row, taken = _timed(workers[size], claim)
            owners[size].execute(put_off, row)
            _, nothing = _timed(workers[size], long_ago)
            if number >= 10:
                found[size].append(taken)
                idle[size].append(nothing)
    plan = _plan(workers[max(sizes)], owners[max(sizes)], queue)
    for connection in (*workers.values(), *owners.values()):
        connection.close()
    medians = [{size: median(taken[size]) * 1000 for size in sizes} for taken in (found, idle)]
    return Claims(queue, *medians, plan)


def _timed(worker: psycopg.Connection, claim: bytes) -> tuple[tuple[str] | None, float]:
    began = time.perf_counter()
    row: tuple[str] | None = worker.execute(claim).fetchone()
    return row, time.perf_counter() - began


def _plan(worker: psycopg.Connection, owner: psycopg.Connection, queue: Queue) -> str:
    """EXPLAIN ANALYZE of the claim function's own statement, planned as the function plans it."""
    (body,) = worker.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [queue.claim]).fetchone() or (
        "",
    )
    statement = re.sub(r"\bmoment\b", "$1", re.sub(r"\buntil\b", "$2", body))
    owner.execute(f"PREPARE claim (timestamptz, timestamptz) AS {statement}".encode())
    owner.execute("SET plan_cache_mode = force_generic_plan")
    with owner.transaction(force_rollback=True):
        lines = owner.execute(
            "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) EXECUTE claim (now(), now())"
        ).fetchall()
    return "\n".join(line for (line,) in lines)
