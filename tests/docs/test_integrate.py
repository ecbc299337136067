"""docs/integrate.md: pasted block by block against a running service, and its figures are the code's."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings as django_settings
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from assessments.exports.services.changes import KEPT_FOR as CHANGES_KEPT_FOR
from assessments.privacy.services.retention import WEBHOOKS_KEPT_FOR
from assessments.protocol import PROTOCOL_VERSION
from assessments.webhooks.services.circuit import RETRIED_FOR, WAITS
from assessments.webhooks.services.deliver import deliver_due_webhooks
from assessments.webhooks.services.endpoints import MOST_ENDPOINTS
from backend.platform.api.problems import PROBLEMS
from backend.platform.api.queries import MAX_PAGE_SIZE, PAGE_SIZE
from clinics.api.idempotency import KEPT_FOR as ANSWERS_KEPT_FOR
from tests.contract.clients.projects import npm_project, python_with_package
from tests.docs.guide import PATIENCE_SECONDS, ROOT, TEXT, Terminal, code_of, pairs, running
from tests.mail import free_port
from tools import toolchain
from tools.clients.generators import api_version
from tools.clients.packages import typescript_package

pytestmark = pytest.mark.process

#: Where the page's receivers listen, and the line that starts one.
PORT, STARTS = "9000", "WEBHOOK_SECRET="
RECEIVERS, PYTHON, TYPESCRIPT = (
    "7. Being told: webhooks",
    "8. The same in Python",
    "9. The same in TypeScript",
)


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


def in_python(folder: Path, program: str) -> list[str | Path]:
    """A receiver as the page starts it."""
    (folder / "receiver.py").write_text(program)
    return ["sh", "-c", code_of(RECEIVERS, "console")]


def in_typescript(folder: Path, program: str) -> list[str | Path]:
    """The same with the other program, compiled."""
    project = npm_project(folder, typescript_package())
    library = toolchain.NODE_FOLDER / "node_modules" / "standardwebhooks"
    (project / "node_modules" / library.name).symlink_to(library)
    compiled = compile_typescript(project, program)
    started = code_of(RECEIVERS, "console").replace("python3 receiver.py", f"{toolchain.node()} {compiled}")
    return ["sh", "-c", started]


def compile_typescript(project: Path, program: str) -> Path:
    (project / "program.ts").write_text(program)
    toolchain.run([toolchain.node_program("tsc"), "--project", project], cwd=project)
    return project / "out" / "program.js"


@pytest.mark.parametrize(("kind", "prepare"), [("python", in_python), ("ts", in_typescript)])
def test_what_is_pasted_prints_what_the_page_says(
    kind: str, prepare: Callable[[Path, str], list[str | Path]], terminal: Terminal, checkout: Path
) -> None:
    """With a receiver in either language, which is told by the service itself."""
    port, said = str(free_port()), checkout / "receiver.log"
    command = prepare(checkout, code_of(RECEIVERS, kind).replace(PORT, port))
    for block, printed in pairs(before=STARTS):
        assert terminal.paste(block.replace(PORT, port)) == printed
    with running(command, said, int(port)):
        for block, printed in pairs(after=STARTS):
            assert terminal.paste(block) == printed
        told_by = time.monotonic() + PATIENCE_SECONDS
        while said.read_text().count("\n") < 2 and time.monotonic() < told_by:
            deliver_due_webhooks(clock=lambda: timezone.now() + timedelta(seconds=1))
    assert said.read_text() == "ping\nescalation.opened\n"


def test_the_program_in_python_prints_what_the_page_says(checkout: Path) -> None:
    package = str(python_with_package(checkout))
    installed = toolchain.tool_environment() | {"PYTHONPATH": package, "MYPYPATH": package}
    (checkout / "program.py").write_text(code_of(PYTHON, "python"))
    mypy = [toolchain.python_program("mypy"), "--strict", "--config-file=", "program.py"]
    toolchain.run(mypy, cwd=checkout, environment=installed)
    program = [toolchain.python_program("python"), "program.py"]
    assert toolchain.run(program, cwd=checkout, environment=installed) == code_of(PYTHON, "text")


def test_the_program_in_typescript_prints_what_the_page_says(checkout: Path) -> None:
    program = compile_typescript(npm_project(checkout, typescript_package()), code_of(TYPESCRIPT, "ts"))
    assert toolchain.run([toolchain.node(), program], cwd=checkout) == code_of(TYPESCRIPT, "text")


def test_every_figure_is_what_the_code_enforces() -> None:
    hour = timedelta(hours=1)
    token = django_settings.OAUTH2_PROVIDER["ACCESS_TOKEN_EXPIRE_SECONDS"] / 3600
    kib, days = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024, CHANGES_KEPT_FOR.days
    kept, listed = ANSWERS_KEPT_FOR // hour, WEBHOOKS_KEPT_FOR.days
    seconds, version = django_settings.SEND_TIME_LIMIT, api_version()
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
        f"return_to_run_client-{version}-",
        f"return-to-run-client-{version}.tgz",
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


def test_every_operation_and_field_that_is_named_exists() -> None:
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    known = {
        f"{method.upper()} {re.sub('{[a-z_]+}', '{id}', path.removeprefix('/api/v1'))}"
        for path, operations in document["paths"].items()
        for method in operations
    }
    named = re.findall(r"`((?:GET|POST|PUT|PATCH) /[^`]+)`", TEXT)
    assert len(named) > 5
    assert {name.replace(PROTOCOL_VERSION, "{id}") for name in named} <= known
    schemas = document["components"]["schemas"]
    fields = {field for schema in schemas.values() for field in schema.get("properties", {})}
    screen = TEXT.split("### What your screen must do")[1].split("\n## ")[0]
    words = {part for name in re.findall(r"`([a-z_.]+)`", screen) for part in name.split(".")}
    assert {"effective", "criteria_met", "emergency_number"} <= words
    assert words - set(schemas["Urgency"]["enum"]) <= fields


def test_every_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert "webhooks.md" in targets
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
