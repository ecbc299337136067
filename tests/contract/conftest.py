"""The service as callers reach it: granian on a socket, PostgreSQL as the runtime role, Redis."""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings as django_settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from tests.mail import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    """Where the service listens while the test runs, on the test's own database."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "DATABASE_URL": make_conninfo(
            os.environ["DATABASE_URL"],
            dbname=connection.settings_dict["NAME"],
            options=f"-c role={django_settings.DATABASE_APP_ROLE}",
        ),
        "BASE_URL": address,
        "DEBUG": "0",
    }
    command = [sys.executable, "-m", *f"backend.serve --port {port} --processes 1".split()]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            wait_until_ready(server, port, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


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
