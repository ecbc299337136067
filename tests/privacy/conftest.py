"""The service as it is served: processes that log into files, with a Redis and a mailbox of their own."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from psycopg.conninfo import make_conninfo
from redis import Redis

from tests.mail import Postbox, free_port, serve
from tests.reliability.conftest import kill, redis
from tools.embedded.redis import RedisServer

__all__ = ["redis"]

ROOT = Path(__file__).resolve().parents[2]
WEB = ["backend.serve", "--processes", "1"]
WORKER = ["celery", "-A", "backend", "worker", "-Q", "critical,default", "-c", "1", "-l", "DEBUG"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def document(self) -> Any:
        """Its JSON."""
        return json.loads(self.text)


@dataclass
class Service:
    """Running processes, and everything that leaves them."""

    port: int
    folder: Path
    postbox: Postbox
    redis: RedisServer
    environment: dict[str, str]
    running: "dict[str, subprocess.Popen[bytes]]"

    def start(self, name: str, command: list[str]) -> None:
        """Start a process whose two streams go into ``<name>.out`` and ``<name>.err``."""
        with (self.folder / f"{name}.out").open("wb") as out, (self.folder / f"{name}.err").open("wb") as err:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request over a connection of its own."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        text = body if isinstance(body, str) else None if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            asker.request(method, path, text, {"Content-Type": "application/json", **named})
            got = asker.getresponse()
            return Answer(got.status, dict(got.headers), got.read().decode())
        finally:
            asker.close()

    def wait_until_ready(self) -> None:
        """Return once the web server answers."""
        until = time.monotonic() + 40
        while True:
            assert time.monotonic() < until, self.streams()
            try:
                if self.ask("GET", "/readyz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)

    def streams(self) -> dict[str, str]:
        """What the processes have written so far, by file."""
        return {path.name: path.read_text() for path in sorted(self.folder.iterdir())}

    def wait_for_line(self, stream: str, part: str) -> None:
        """Return once a stream holds a text."""
        until = time.monotonic() + 40
        while part not in self.streams()[stream]:
            assert time.monotonic() < until, self.streams()[stream]
            time.sleep(0.1)

    def redis_content(self) -> dict[bytes, Any]:
        """Every key of Redis with its value."""
        with Redis.from_url(self.redis.url) as broker:
            return {key: read(broker, key) for key in broker.scan_iter()}


def read(broker: Redis, key: bytes) -> Any:
    """A value of Redis, whatever its type."""
    match broker.type(key):
        case b"string":
            return broker.get(key)
        case b"list":
            return broker.lrange(key, 0, -1)
        case b"hash":
            return broker.hgetall(key)
        case b"set":
            return broker.smembers(key)
        case b"zset":
            return broker.zrange(key, 0, -1, withscores=True)
        case kind:
            raise AssertionError(f"nobody reads a {kind!r}")


@pytest.fixture
def service(transactional_db: None, redis: RedisServer, tmp_path: Path) -> Iterator[Service]:
    """The web server, on the test's database and at the most talkative log level; the worker comes later."""
    postbox, smtp_port, port = Postbox(), free_port(), free_port()
    database = make_conninfo(
        os.environ["DATABASE_URL"],
        dbname=connection.settings_dict["NAME"],
        options=f"-c role={django_settings.DATABASE_APP_ROLE}",
    )
    environment = os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": redis.broker_url,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(smtp_port),
        "LOG_LEVEL": "DEBUG",
    }
    mail = serve(postbox, smtp_port)
    running = Service(port, tmp_path, postbox, redis, environment, {})
    running.start("web", [*WEB, "--port", str(port)])
    try:
        running.wait_until_ready()
        yield running
    finally:
        for process in running.running.values():
            kill(process)
        mail.stop()
