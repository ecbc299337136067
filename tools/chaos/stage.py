"""Every process of the service on private servers, and the init system that starts again what died."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet

from tools.chaos.receiver_behaviour import WELL
from tools.chaos.records import Receipt
from tools.embedded.cluster import RUNTIME_ROLE
from tools.embedded.postgres import PostgresServer
from tools.embedded.process_guard import Leash
from tools.embedded.redis import RedisServer
from tools.environment import ROOT
from tools.prepared_cluster import adopt
from tools.run import CELERY, WEB
from tools.supervisor import Program, tail

READY_SECONDS = 60.0
#: How soon a process that died is started again.
RESTART_SECONDS = 0.5
RECEIVERS = ("smtp", "http")
WORKER = "worker --loglevel WARNING --without-gossip --without-mingle"


class StageError(RuntimeError):
    """The service did not get ready; the message ends with the end of a log."""


class Stage:
    """The running service. Whatever a fault may do to it is a method of the processes it holds."""

    def __init__(self, folder: Path, leash: Leash, *, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.leash = leash
        self.postgres = PostgresServer(folder, leash=leash, throwaway=True)
        self.redis = RedisServer(folder, leash=leash)
        self.web_port, *ports = free_ports(1 + len(RECEIVERS))
        self.receiver_ports = dict(zip(RECEIVERS, ports, strict=True))
        self.programs: dict[str, Program] = {}
        self.restarts = 0
        self.frozen: list[tuple[float, float]] = []
        self._environment = environment
        self._ending = threading.Event()
        self._upkeep = threading.Thread(target=self._look_after, daemon=True)

    @property
    def workers(self) -> list[str]:
        """The names of the programs that carry out what is due."""
        return [name for name in self.programs if name.startswith(("critical", "default"))]

    def prepare(self, *clinics_and_runners: int) -> list[dict[str, Any]]:
        """Start the servers and seed the database; from then on commits are as durable as `make run`'s."""
        adopt(self.postgres)
        self.postgres.start()
        environment = self.environment() | {"DATABASE_URL": self.postgres.owner_url}
        webhook = f"http://127.0.0.1:{self.receiver_ports['http']}/"
        command = [sys.executable, "-m", "tools.chaos.seed", *map(str, clinics_and_runners), webhook]
        done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        seeded: list[dict[str, Any]] = json.loads(done.stdout)
        with psycopg.connect(self.postgres.admin_url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        self.postgres.stop()
        self.postgres.throwaway = False
        self.postgres.start()
        self.redis.start()
        return seeded

    def start(self) -> None:
        """Start every program, wait until the service answers, and look after them from then on."""
        for receiver in RECEIVERS:
            self.mood_file(receiver).write_text(WELL)
        for name, arguments in self._commands().items():
            self.programs[name] = Program(
                name,
                arguments,
                leash=self.leash,
                environment=self.environment(),
                log_dir=self.folder / "log",
            )
            self.programs[name].start()
        self._wait_until_ready()
        self._upkeep.start()

    def stop(self) -> None:
        """Stop programs and servers."""
        self._ending.set()
        if self._upkeep.is_alive():
            self._upkeep.join()
        for name in self.programs:
            self.signal(name, signal.SIGCONT)
        for program in self.programs.values():
            program.stop(patience_seconds=1)
        self.redis.stop(patience_seconds=3)
        self.postgres.stop(patience_seconds=5)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a program and whatever it started."""
        process = self.programs[name].process
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    def mood_file(self, receiver: str) -> Path:
        """Where a receiver reads its mood."""
        return self.folder / f"{receiver}.mood"

    def receipts(self) -> list[Receipt]:
        """What the receivers took so far, each one's in order."""
        logs = [self._log_of(receiver) for receiver in RECEIVERS]
        lines = [line for log in logs if log.exists() for line in log.read_text().splitlines(keepends=True)]
        return [Receipt(**json.loads(line)) for line in lines if line.endswith("\n")]

    def _log_of(self, receiver: str) -> Path:
        return self.folder / f"{receiver}.received"

    def environment(self) -> dict[str, str]:
        """What every program is given."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "backend.settings",
            "DATABASE_URL": self.postgres.app_url,
            "DATABASE_APP_ROLE": RUNTIME_ROLE,
            "REDIS_URL": self.redis.broker_url,
            "RATE_LIMIT_PER_MINUTE": "1000000",
            "BASE_URL": f"http://127.0.0.1:{self.web_port}",
            "SERVE_INSECURE_HTTP": "1",
            "DEBUG": "0",
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.receiver_ports["smtp"]),
            "ALLOW_PRIVATE_WEBHOOKS": "1",
            "LOG_LEVEL": "WARNING",
            **self._environment,
        }

    def _commands(self) -> dict[str, tuple[str, ...]]:
        critical = (*CELERY, *WORKER.split(), "--queues", "critical", "--concurrency", "2")
        default = (*CELERY, *WORKER.split(), "--queues", "default,webhooks", "--concurrency", "1")
        schedule = str(self.folder / "beat-schedule")
        receivers = {
            name: (
                f"tools.chaos.{name}_receiver",
                str(port),
                str(self.mood_file(name)),
                str(self._log_of(name)),
            )
            for name, port in self.receiver_ports.items()
        }
        return receivers | {
            "web": (*WEB, "--port", str(self.web_port), "backend.asgi:application"),
            "critical-1": (*critical, "--hostname", "critical-1@%h"),
            "critical-2": (*critical, "--hostname", "critical-2@%h"),
            "default": (*default, "--hostname", "default@%h"),
            "beat": (*CELERY, "beat", "--loglevel", "WARNING", "--pidfile=", "--schedule", schedule),
        }

    def _look_after(self) -> None:
        """What an init system does: a program that died is started again a moment later."""
        died: dict[str, float] = {}
        while not self._ending.wait(0.05):
            for name, program in self.programs.items():
                if program.process is None or program.process.poll() is None:
                    continue
                if time.monotonic() - died.setdefault(name, time.monotonic()) >= RESTART_SECONDS:
                    program.stop()
                    program.start()
                    del died[name]
                    self.restarts += 1

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers("/readyz"):
            if time.monotonic() > deadline:
                raise StageError(f"The service did not get ready. {tail(self.programs['web'].log_path)}")
            time.sleep(0.1)

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def staged(**environment: str) -> Iterator[Stage]:
    """A stage in a temporary folder, with changes to the environment; everything is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="return-to-run-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # the servers' account passes through to its own closed folders
        (folder / "log").mkdir()
        leash = Leash()
        secrets = {
            "SECRET_KEY": "only-for-a-chaos-run-" + os.urandom(24).hex(),
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }
        stage = Stage(folder, leash, environment=secrets | environment)
        try:
            yield stage
        finally:
            stage.stop()
            leash.close()
            stage.postgres.home.remove()


def free_ports(count: int) -> list[int]:
    """TCP ports of this machine that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
