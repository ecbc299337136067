"""Every check that needs no running service: `make check`, or `python -m tools.check NAME …` for some.

All steps run, whatever the earlier ones say; the exit code is 1 when one failed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tools import migration_numbers, toolchain
from tools.api_changes import breaks
from tools.compose import ComposeError, faults, resolved
from tools.environment import ROOT, exit_on_sigterm, throwaway_servers
from tools.generate import OPENAPI, openapi_command
from tools.lock import index_addresses, stale_locks
from tools.prepared_cluster import ensure_prepared

SERVERS = ExitStack()
#: Steps wait for programs of their own; two keep two cores busy.
SIDE_BY_SIDE = 2


class CheckError(Exception):
    """A check failed; the message says what to do."""


@cache
def environment() -> dict[str, str]:
    """Return the environment of a Django process, on servers started when the first step asks for them."""
    return SERVERS.enter_context(throwaway_servers())


def run(*command: str, **changes: str) -> None:
    """Run a program of the virtual environment; raises CheckError with its output when it fails."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name(command[0])), *command[1:]],
        cwd=ROOT,
        env=environment() | changes,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise CheckError(done.stdout.strip() or f"exit code {done.returncode}")


def check_migrations() -> None:
    """Each app's migrations are one line, no model differs from them, and all apply to an empty database.

    The last is what the prepared cluster was made by: a migration that changed makes another.
    """
    if found := migration_numbers.faults():
        raise CheckError("\n".join(found))
    run("python", "manage.py", "makemigrations", "--check", "--dry-run")
    ensure_prepared()


def check_deployment() -> None:
    """Django's own checks, those for deployment included, find nothing."""
    production = {
        "SERVE_INSECURE_HTTP": "0",
        "ALLOWED_HOSTS": "service.example",
        "BASE_URL": "https://service.example",
        "TRUSTED_PROXIES": "none",
        "DEFAULT_FROM_EMAIL": "Return to Run <return-to-run@service.example>",
    }
    run("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING", **production)


def check_openapi() -> None:
    """The schema is valid OpenAPI without a warning, and openapi.yaml is what the code says."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "openapi.yaml"
        run("python", *openapi_command(fresh))
        run("openapi-spec-validator", str(fresh))
        if not OPENAPI.exists() or fresh.read_text() != OPENAPI.read_text():
            raise CheckError("openapi.yaml is not what the code says: run make generate.")


def check_redocly() -> None:
    """Redocly's recommended rules find nothing in openapi.yaml, not even a warning."""
    lint_openapi("redocly", "lint", "--max-problems=1000", "--format=json")


def check_spectral() -> None:
    """Spectral's rules for OpenAPI find nothing in openapi.yaml, not even a hint."""
    lint_openapi("spectral", "lint", "--fail-severity=hint", "--format=text", "--quiet")


def lint_openapi(program: str, *options: str) -> None:
    """Run a linter of npm on openapi.yaml; raises CheckError when it can't be had, or finds anything."""
    try:
        said = toolchain.run([toolchain.node_program(program), *options, OPENAPI.name])
    except toolchain.ToolchainError as error:
        raise CheckError(str(error)) from error
    if problems := problems_in(said):
        raise CheckError("\n".join(problems))


def problems_in(said: str) -> list[str]:
    """Return what redocly's JSON reports: a warning alone does not make it fail."""
    start = said.find("{")
    report = json.loads(said[start : said.rfind("}") + 1]) if start >= 0 else {}
    return [
        f"{problem['ruleId']}: {problem['message']} {problem['location'][0]['pointer']}"
        for problem in report.get("problems", [])
        if not problem.get("ignored")
    ]


def check_breaking() -> None:
    """Clients made from the last released document work with this one."""
    if found := breaks():
        advice = (
            "If it is meant and nothing is released yet, run make api-baseline and commit what it writes."
        )
        raise CheckError("\n".join([*found, advice]))


def check_compose() -> None:
    """docker-compose.yml can be resolved, and everything it says means something."""
    try:
        found = faults(resolved(ROOT / "docker-compose.yml"))
    except ComposeError as error:
        raise CheckError(str(error)) from error
    if found:
        raise CheckError("\n".join(found))


def check_locks() -> None:
    """Compiling the locks again changes nothing."""
    if stale := stale_locks():
        raise CheckError(f"Not what pyproject.toml says: {', '.join(stale)}. Run make lock.")


def check_addresses() -> None:
    """No committed file names a package index."""
    if found := index_addresses():
        raise CheckError("An index's address or option stands in: " + ", ".join(found))


STEPS: dict[str, Callable[[], None]] = {
    "format": lambda: run("ruff", "format", "--check", "--output-format=concise", "."),
    "lint": lambda: run("ruff", "check", "--output-format=concise", "."),
    "mypy": lambda: run("mypy", "--no-error-summary"),
    "imports": lambda: run("lint-imports"),
    "migrations": check_migrations,
    "deployment": check_deployment,
    "openapi": check_openapi,
    "redocly": check_redocly,
    "spectral": check_spectral,
    "breaking": check_breaking,
    "docs": lambda: run("python", "-m", "tools.generate_docs", "--check"),
    "dockerfile": lambda: run("hadolint", "--no-color", "Dockerfile"),
    "compose": check_compose,
    "locks": check_locks,
    "addresses": check_addresses,
}


def passes(name: str) -> bool:
    """Run one step and say how it went."""
    started = time.monotonic()
    try:
        STEPS[name]()
    except (CheckError, subprocess.CalledProcessError) as error:
        print(f"{name:<12} FAILED {time.monotonic() - started:5.1f} s\n{error}\n", flush=True)
        return False
    print(f"{name:<12} ok     {time.monotonic() - started:5.1f} s", flush=True)
    return True


def main(names: list[str]) -> int:
    """Run the steps named, or all; returns 1 when one fails and 2 when a name is unknown."""
    if unknown := [name for name in names if name not in STEPS]:
        print(f"There is no check {', '.join(unknown)}. There are: {', '.join(STEPS)}.", file=sys.stderr)
        return 2
    exit_on_sigterm()
    with SERVERS, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        environment()  # once, before the steps ask for it side by side
        steps = names or list(STEPS)
        failed = [name for name, passed in zip(steps, pool.map(passes, steps), strict=True) if not passed]
    if failed:
        print(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
