"""Redis behind sentinels: after a failover the service finds the new master by itself."""

import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from celery import current_app
from pytest_django import Settings
from redis import Redis, RedisError

from assessments.escalations.services.escalate import nudge_escalations
from backend.platform.api import throttling
from backend.platform.api.throttling import count_request
from backend.platform.broker import queue_lengths
from tests.conftest import publish_to
from tests.mail import free_port
from tools.embedded.data_dir import ServerHome
from tools.embedded.programs import redis_program

pytestmark = pytest.mark.process

MASTER = "return-to-run"


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[dict[str, int]]:
    """A master, its replica and a sentinel that looks after both, by port."""
    ports = {name: free_port() for name in ("master", "replica", "sentinel")}
    (tmp_path / "sentinel.conf").write_text(
        f"port {ports['sentinel']}\nsentinel monitor {MASTER} 127.0.0.1 {ports['master']} 1\n"
        f"sentinel down-after-milliseconds {MASTER} 300\nsentinel failover-timeout {MASTER} 3000\n"
    )
    with tempfile.TemporaryDirectory(prefix="rtr-") as folder, ExitStack() as stack:
        server = str(redis_program(ServerHome(Path(folder))))
        of_data = [server, "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path), "--port"]
        follow = ["--replicaof", "127.0.0.1", str(ports["master"])]
        start(stack, [*of_data, str(ports["master"])])
        start(stack, [*of_data, str(ports["replica"]), *follow])
        # A sentinel asks its master for replicas at once, and then again in ten seconds.
        until_true(
            lambda: "'state': 'online'" in str(ask(ports["master"], "INFO replication")), "the replica"
        )
        start(stack, [server, str(tmp_path / "sentinel.conf"), "--sentinel"])
        until_true(lambda: ask(ports["sentinel"], "SENTINEL REPLICAS " + MASTER), "the sentinel's replica")
        yield ports


def start(stack: ExitStack, command: list[str]) -> None:
    """Start a program that is killed with the stack."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait, timeout=10)
    stack.callback(process.kill)


def ask(port: int, command: str) -> object:
    """One command to one server; nothing when it doesn't answer."""
    with suppress(RedisError), Redis(port=port, socket_timeout=2) as server:
        return server.execute_command(*command.split(" "))  # type: ignore[no-untyped-call]
    return None


def until_true(question: Callable[[], object], what: str) -> None:
    until = time.monotonic() + 30
    while not question():
        assert time.monotonic() < until, f"{what} is missing"
        time.sleep(0.05)


@pytest.fixture
def behind_sentinels(ports: dict[str, int], settings: Settings) -> Iterator[None]:
    """The service is told of two sentinels, one of which is away."""
    settings.REDIS_URL = f"sentinel://127.0.0.1:1/0;sentinel://127.0.0.1:{ports['sentinel']}/0"
    settings.REDIS_SENTINEL_MASTER = MASTER
    options = current_app.conf.broker_transport_options
    current_app.conf.broker_transport_options = {**options, "master_name": MASTER}
    before = publish_to(settings.REDIS_URL)
    yield
    current_app.conf.broker_transport_options = options
    publish_to(before)


def test_after_a_failover_the_new_master_is_used(
    ports: dict[str, int], behind_sentinels: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "_paused_until", 0.0)
    application = uuid.uuid4()
    started = time.monotonic()
    nudge_escalations()
    assert time.monotonic() - started < 2, "a sentinel that is away holds up no caller"
    assert queue_lengths() == {"critical": 1, "default": 0, "webhooks": 0}
    assert count_request(application, now=time.time()) is not None

    until_true(lambda: ask(ports["replica"], "LLEN critical") == 1, "the nudge on the replica")
    ask(ports["master"], "SHUTDOWN NOSAVE")
    until_true(lambda: (queue_lengths() or {}).get("critical") == 1, "the new master")
    nudge_escalations()
    assert queue_lengths() == {"critical": 2, "default": 0, "webhooks": 0}
    monkeypatch.setattr(throttling, "_paused_until", 0.0)
    assert count_request(application, now=time.time()) is not None
    assert ask(ports["replica"], "LLEN critical") == 2
