"""`make run`: one run at a time, on a free port, surviving kills, and gone without a trace when stopped."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.platform.processes import children, descendants, is_gone
from tools.port import PortError, read_port

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(run_dir: Path, port: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"MAKELEVEL", "DATABASE_URL"}}
    return kept | {"RUN_DIR": str(run_dir), "PORT": port}


def run(module: str, run_dir: Path, *, port: str = "8000") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module]
    return subprocess.run(
        command, cwd=ROOT, env=environment(run_dir, port), capture_output=True, text=True, timeout=60
    )


@contextmanager
def running(run_dir: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Start the demo and wait for the line that says it is up."""
    command = [sys.executable, "-u", "-m", "tools.run"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(run_dir, str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout
            said = []
            for line in process.stdout:
                said.append(line)
                if "is up after" in line:
                    break
            else:
                pytest.fail("The demo did not start:\n" + "".join(said))
            threading.Thread(target=process.stdout.read, daemon=True).start()
            yield process
        finally:
            process.kill()


def status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def test_a_taken_port_is_named_and_another_suggested(run_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("tools.run", run_dir, port=str(port))
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert f"make run PORT={port + 1}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_none_is_refused_with_an_example(run_dir: Path) -> None:
    done = run("tools.run", run_dir, port="http")
    assert done.returncode == 1
    assert "PORT=http is not a port" in done.stderr
    assert "make run PORT=8001" in done.stderr


@pytest.mark.parametrize("port", ["", "0", "65536", "-1", "8000.5", "٨٠٠٠"])
def test_only_whole_numbers_of_the_port_range_are_ports(port: str) -> None:
    with pytest.raises(PortError):
        read_port(port)


@pytest.mark.smoke
def test_the_demo_restarts_what_dies_survives_a_kill_and_leaves_nothing_behind(run_dir: Path) -> None:
    port = free_port()
    with running(run_dir, port) as first:
        started = descendants(first.pid)
        assert status(port, "/readyz") == 200
        second = run("tools.run", run_dir, port=str(free_port()))
        assert (second.returncode, f"process {first.pid}" in second.stderr) == (1, True)
        reset = run("tools.reset", run_dir)
        assert (reset.returncode, "Stop it first" in reset.stderr) == (1, True)
        demo = json.loads((run_dir / "demo.json").read_text())
        assert demo["base_url"] == f"http://127.0.0.1:{port}"
        first.kill()
    assert all(is_gone(pid, within_seconds=15) for pid in started)
    with running(run_dir, port) as again:
        for child in children(again.pid):
            if b"granian" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)
        assert is_answered_again(port)
        started = descendants(again.pid)
        again.send_signal(signal.SIGTERM)
        assert again.wait(30) == 0
    assert all(is_gone(pid) for pid in started)
    assert run("tools.reset", run_dir).returncode == 0
    assert not run_dir.exists()


def is_answered_again(port: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if status(port, "/readyz") == 200:
            return True
        time.sleep(0.1)
    return False
