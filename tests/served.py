"""The web server as `make run` and the image start it, on the test's database and the tests' Redis."""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings as django_settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.mail import free_port

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A running server."""

    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes, float]:
        """Status, headers, body and how many seconds one request took, over a connection of its own."""
        text = body if isinstance(body, str | bytes | None) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request(method, path, text, {"Content-Type": "application/json", **named})
            answer = line.getresponse()
            return answer.status, dict(answer.headers), answer.read(), time.monotonic() - began
        finally:
            line.close()


@contextmanager
def serving(**changes: str) -> Iterator[Served]:
    """Run the server with changes to its environment."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": make_conninfo(
            os.environ["DATABASE_URL"],
            dbname=connection.settings_dict["NAME"],
            options=f"-c role={django_settings.DATABASE_APP_ROLE}",
        ),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DEBUG": "0",
        **changes,
    }
    command = [sys.executable, "-m", *f"backend.serve --port {port} --processes 1".split()]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_until_ready(server, port, log)
            yield Served(port, server)
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: IO[bytes]) -> None:
    """Wait until the service reaches its database; fails with its log when it does not."""
    deadline = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            client.request("GET", "/readyz")
            if client.getresponse().status == http.HTTPStatus.OK:
                return
        client.close()
        time.sleep(0.1)
    log.seek(0)
    pytest.fail(f"The service did not get ready:\n{log.read().decode()[-2000:]}")
