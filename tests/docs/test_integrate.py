"""docs/integrate.md: pasted block by block against a running service, and its figures are the code's."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from assessments.services.changes import KEPT_FOR as CHANGES_KEPT_FOR
from assessments.services.retention import WEBHOOKS_KEPT_FOR
from assessments.services.webhooks.deliver import deliver_due_webhooks
from assessments.services.webhooks.endpoints import MOST_ENDPOINTS
from assessments.services.webhooks.retries import RETRIED_FOR, WAITS
from backend.api.problems import PROBLEMS
from backend.api.queries import MAX_PAGE_SIZE, PAGE_SIZE
from clinics.services.answer_again import KEPT_FOR as ANSWERS_KEPT_FOR
from tests.mail import free_port

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "integrate.md").read_text(encoding="utf-8")
Block = tuple[str, str]
BLOCKS: list[Block] = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
PORT = "9000"
PATIENCE_SECONDS = 30
END = "-- the end of what was pasted --"


class Terminal:
    """A shell that is pasted into, block after block, and keeps its variables."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            ["sh"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def paste(self, block: str) -> str:
        """What it prints, errors included."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{block}\necho '{END}'\n")
        self.process.stdin.flush()
        return "".join(iter(self.process.stdout.readline, f"{END}\n"))


def environment() -> dict[str, str]:
    """A vendor's terminal, in which `python3` has the library installed."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def checkout(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Path:
    """A folder with the demo's sign-ins for a running service that may tell this machine, as the demo may."""
    settings.BASE_URL, settings.ALLOW_PRIVATE_WEBHOOKS = live_server.url, True
    call_command("seed_demo", run_dir=tmp_path / ".run", verbosity=0)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    return tmp_path


@pytest.fixture
def terminal(checkout: Path) -> Iterator[Terminal]:
    terminal = Terminal(checkout)
    yield terminal
    os.killpg(terminal.process.pid, signal.SIGKILL)
    terminal.process.wait(timeout=10)


def test_what_is_pasted_prints_what_the_page_says(terminal: Terminal, checkout: Path) -> None:
    port, said = str(free_port()), checkout / "receiver.log"
    program = code_of("7. Being told: webhooks", "python").replace(PORT, port)
    (checkout / "receiver.py").write_text(program)
    with (checkout / "third.sh").open("w") as third:
        third.write(code_of("7. Being told: webhooks", "console"))
    for block, printed in pairs(before="WEBHOOK_SECRET="):
        assert terminal.paste(block.replace(PORT, port)) == printed
    with running(["sh", str(checkout / "third.sh")], said, int(port)):
        for block, printed in pairs(after="WEBHOOK_SECRET="):
            assert terminal.paste(block) == printed
        told_by = time.monotonic() + PATIENCE_SECONDS
        while said.read_text().count("\n") < 2 and time.monotonic() < told_by:
            deliver_due_webhooks(clock=lambda: timezone.now() + timedelta(seconds=1))
    assert said.read_text() == "ping\nescalation.opened\n"


def pairs(*, before: str = "", after: str = "") -> Iterator[Block]:
    """What is pasted and what the page says that it prints, of the part before or after a block."""
    [where] = [number for number, (_, code) in enumerate(BLOCKS) if (before or after) in code]
    part = BLOCKS[:where] if before else BLOCKS[where:]
    for (kind, code), (following, printed) in zip(part, [*part[1:], ("", "")], strict=True):
        if kind == "sh":
            yield code, printed if following == "text" else ""


def code_of(section: str, kind: str) -> str:
    """The only block of a kind in a section."""
    [text] = [part for part in TEXT.split("\n## ") if part.startswith(f"{section}\n")]
    [code] = re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(code)


@contextmanager
def running(command: list[str], said: Path, port: int) -> Iterator[None]:
    """A server of the page's in a terminal of its own, once it listens."""
    with said.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=said.parent,
            env=environment(),
            stdout=log,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not listens(port):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_every_figure_is_what_the_code_enforces() -> None:
    hour = timedelta(hours=1)
    token = django_settings.OAUTH2_PROVIDER["ACCESS_TOKEN_EXPIRE_SECONDS"] / 3600
    kib, days = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024, CHANGES_KEPT_FOR.days
    kept, listed = ANSWERS_KEPT_FOR // hour, WEBHOOKS_KEPT_FOR.days
    seconds = django_settings.SEND_TIME_LIMIT
    source = (ROOT / "backend" / "settings.py").read_text(encoding="utf-8")  # tests themselves set no limit
    [requests] = re.findall(r'_env\("RATE_LIMIT_PER_MINUTE", "(\d+)"\)', source)
    for said in (
        f"| {requests} a minute",
        f"| a body | {kib} KiB,",
        f"| a page | {PAGE_SIZE} entries, `page_size` up to {MAX_PAGE_SIZE};",
        f"| a token | {token:.0f} hour |",
        f"A token is good for {token:.0f} hour;",
        f"kept for {kept} hours |",
        f"Within {kept} hours nothing",
        f"| changes | {days} days |",
        f"kept for {days} days;",
        f"| {MOST_ENDPOINTS} of a clinic; answer within {seconds} seconds;",
        f"deliveries are listed for {listed} days |",
        f"a table, for {RETRIED_FOR.days} days at least",
    ):
        assert said in TEXT, said
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=4)
    for code, status in (
        ("request_in_progress", "409"),
        ("precondition_failed", "412"),
        ("throttled", "429"),
    ):
        assert str(PROBLEMS[code][0]) == status
        assert status in TEXT


def test_every_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert "webhooks.md" in targets
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
