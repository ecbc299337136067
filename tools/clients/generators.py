"""The client generators, each run as a vendor runs it: with its defaults, on openapi.yaml."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools import toolchain
from tools.environment import ROOT
from tools.generate import OPENAPI

HERE = Path(__file__).parent
BUILD = ROOT / "build" / "clients"
PYTHON_CONFIG = HERE / "openapi-python-client.yaml"
#: What decides what is generated.
SOURCES = (
    OPENAPI,
    toolchain.PYTHON_LOCK,
    toolchain.NODE_FOLDER / "package-lock.json",
    PYTHON_CONFIG,
    Path(__file__),
)
NPM_NAME = "return-to-run-fetch"


@cache
def api_version() -> str:
    """Return the version of the API, which every client carries."""
    document: dict[str, Any] = yaml.load(OPENAPI.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return str(document["info"]["version"])


def run_python_tool(name: str, *arguments: str | Path, **variables: str) -> None:
    """Run a program of Python's tools, with the others on its path."""
    program = toolchain.python_program(name)
    environment = toolchain.tool_environment()
    path = os.pathsep.join([str(program.parent), environment["PATH"]])
    toolchain.run([program, *arguments], environment=environment | {"PATH": path} | variables)


def openapi_python_client(folder: Path) -> None:
    """Generate the package `return_to_run_client`, on httpx and attrs."""
    package = folder / "return_to_run_client"
    run_python_tool(
        "openapi-python-client",
        *("generate", "--config", PYTHON_CONFIG, "--path", OPENAPI, "--meta", "none", "--fail-on-warning"),
        *("--output-path", package),
    )
    (package / "py.typed").touch()


def openapi_generator_python(folder: Path) -> None:
    """Generate the package `openapi_client`, on urllib3 and pydantic."""
    run_python_tool("openapi-generator-cli", "generate", "-g", "python", "-i", OPENAPI, "-o", folder)


def openapi_generator_typescript_fetch(folder: Path) -> None:
    """Generate and compile an npm package of classes on fetch."""
    properties = f"--additional-properties=npmName={NPM_NAME},npmVersion={api_version()}"
    run_python_tool(
        "openapi-generator-cli", "generate", "-g", "typescript-fetch", "-i", OPENAPI, "-o", folder, properties
    )
    compile_typescript(folder, "--strict")


def openapi_typescript(folder: Path) -> None:
    """Generate the types that openapi-fetch is called with."""
    program = toolchain.node_program("openapi-typescript")
    options = ("--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing")
    toolchain.run(
        [program, OPENAPI, "--output", folder / "schema.ts", *options, "--default-non-nullable=false"]
    )


GENERATORS: dict[str, Callable[[Path], None]] = {
    "openapi-python-client": openapi_python_client,
    "openapi-typescript": openapi_typescript,
    "openapi-generator-python": openapi_generator_python,
    "openapi-generator-typescript-fetch": openapi_generator_typescript_fetch,
}


def generated(name: str) -> Path:
    """Return the folder with what a generator makes of openapi.yaml, made anew when that has changed."""
    folder = BUILD / "generated" / name
    with toolchain.making(folder, *SOURCES) as needed:
        if needed:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            GENERATORS[name](folder)
    return folder


def compile_typescript(folder: Path, *options: str) -> None:
    """Compile a folder as its tsconfig.json says."""
    toolchain.run([toolchain.node_program("tsc"), "--project", folder, *options], cwd=folder)
