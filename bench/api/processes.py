"""The servers under measurement on private PostgreSQL and Redis, and the CPU time they used."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from bench.api.contenders import CONNECTIONS, SERVERS
from tools.embedded.cluster import RUNTIME_ROLE
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer
from tools.environment import ROOT
from tools.supervisor import Program

READY_SECONDS = 60.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything that runs: ports and process ids by server, and what was seeded."""

    ports: Mapping[str, int]
    pids: Mapping[str, int]
    postgres_pid: int
    owner_url: str
    seeded: Mapping[str, Any]


@contextmanager
def machine(*, fsync: bool) -> Iterator[Machine]:
    """Run both databases and all four servers; with ``fsync`` PostgreSQL is as durable as `make run`'s."""
    with tempfile.TemporaryDirectory(prefix="return-to-run-", ignore_cleanup_errors=True) as folder:
        run_dir = Path(folder)
        run_dir.chmod(0o711)  # the databases' account passes through to its own closed folders
        leash = Leash()
        postgres = PostgresServer(run_dir, leash=leash, throwaway=not fsync)
        redis = RedisServer(run_dir, leash=leash)
        try:
            with postgres, redis:
                environment = _environment(postgres, redis)
                seeded = _seed(environment | {"DATABASE_URL": postgres.owner_url})
                ports = dict(zip(SERVERS, _free_ports(len(SERVERS)), strict=True))
                environments = dict.fromkeys(SERVERS, environment)
                environments["open"] = environment | _without_walls(postgres, seeded)
                with _served(ports, leash, environments, run_dir) as pids:
                    yield Machine(ports, pids, _pid(postgres.process), postgres.owner_url, seeded)
        finally:
            leash.close()
            postgres.home.remove()


def _environment(postgres: PostgresServer, redis: RedisServer) -> dict[str, str]:
    """What the servers are given: the runtime role, plain HTTP, no debugging."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "DATABASE_URL": postgres.app_url,
        "DATABASE_APP_ROLE": RUNTIME_ROLE,
        "REDIS_URL": redis.broker_url,
        "RATE_LIMIT_PER_MINUTE": "1000000",
        "RATE_LIMIT_RECORDING": "1000000",
        "RATE_LIMIT_PER_ADDRESS": "1000000",
        "SECRET_KEY": "only-for-a-benchmark-" + os.urandom(24).hex(),
        "DEBUG": "0",
        "SERVE_INSECURE_HTTP": "1",
        "CONNECTIONS": str(CONNECTIONS),
    }


def _without_walls(postgres: PostgresServer, seeded: Mapping[str, Any]) -> dict[str, str]:
    """The cluster's superuser, whom row-level security doesn't bind, and whom to take everybody for."""
    database = str(conninfo_to_dict(postgres.owner_url)["dbname"])
    return {
        "DATABASE_URL": postgres.admin_url.replace("/postgres?", f"/{database}?"),
        "WITHOUT_WALLS": f"{seeded['client']},{seeded['clinic']}",
    }


def _seed(environment: Mapping[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.api.seed"]
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    seeded: dict[str, Any] = json.loads(done.stdout)
    return seeded


@contextmanager
def _served(
    ports: Mapping[str, int], leash: Leash, environments: Mapping[str, Mapping[str, str]], log_dir: Path
) -> Iterator[dict[str, int]]:
    """Start every server and wait for it; yields process ids. Stops them in the end."""
    programs = {
        name: Program(
            name,
            (*arguments, "--port", str(ports[name])),
            leash=leash,
            environment=environments[name],
            log_dir=log_dir,
        )
        for name, arguments in SERVERS.items()
    }
    try:
        for program in programs.values():
            program.start()
        for name, program in programs.items():
            _wait(program, ports[name])
        yield {name: _pid(program.process) for name, program in programs.items()}
    finally:
        for program in programs.values():
            program.stop()


def _wait(program: Program, port: int) -> None:
    """Wait until the server answers anything at all; raises RuntimeError with its log when it doesn't."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and (program.process is None or program.process.poll() is None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/livez")
            connection.getresponse()
            return
        connection.close()
        time.sleep(0.1)
    raise RuntimeError(f"{program.name} did not start:\n{program.log_path.read_text()[-2000:]}")


def _pid(process: subprocess.Popen[bytes] | None) -> int:
    if process is None:
        raise RuntimeError("The process was not started.")
    return process.pid


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def cpu_seconds(pid: int) -> float:
    """CPU time, user and system, of a process and all its descendants, those that have ended included."""
    stats = _stats()
    wanted, total = [pid], 0
    while wanted:
        parent = wanted.pop()
        if parent in stats:
            total += stats[parent][1]
        wanted += [child for child, (of, _) in stats.items() if of == parent]
    return total / TICKS_PER_SECOND


def _stats() -> dict[int, tuple[int, int]]:
    """Parent and CPU ticks of every process, from /proc."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            found[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    return found
