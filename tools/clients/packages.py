"""The two packages that vendors install: a wheel for Python and an npm package for TypeScript.

The same openapi.yaml makes the same bytes: no dates, no addresses, everything else by the locks.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from tools import toolchain
from tools.clients.generators import (
    BUILD,
    HERE,
    SOURCES,
    api_version,
    compile_typescript,
    generated,
    run_python_tool,
)
from tools.environment import ROOT

#: 1 January 1980, the first day that a zip file can hold.
NO_DATE = "315532800"
BUNDLED = ("openapi-fetch", "openapi-typescript-helpers")


def wheel_name() -> str:
    """Return the file name of the Python package."""
    return f"return_to_run_client-{api_version()}-py3-none-any.whl"


def tarball_name() -> str:
    """Return the file name of the TypeScript package."""
    return f"return-to-run-client-{api_version()}.tgz"


def python_package(into: Path = BUILD) -> Path:
    """Return the wheel, built when it is not there or made of something else."""
    wheel = into / wheel_name()
    with toolchain.making(wheel, *_sources()) as needed:
        if needed:
            folder = _stage("python", into)
            package = generated("openapi-python-client") / "return_to_run_client"
            shutil.copytree(
                package, folder / package.name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache")
            )
            _fill(folder / "pyproject.toml", r'(version = )"0\.0\.0"', rf'\g<1>"{api_version()}"')
            run_python_tool(
                "pyproject-build",
                *("--wheel", "--no-isolation", "--outdir", into, folder),
                SOURCE_DATE_EPOCH=NO_DATE,
            )
    return wheel


def typescript_package(into: Path = BUILD) -> Path:
    """Return the npm package, built when it is not there or made of something else.

    openapi-fetch is inside it: what runs is what the lock names, and installing it asks no registry.
    """
    tarball = into / tarball_name()
    with toolchain.making(tarball, *_sources()) as needed:
        if needed:
            folder = _stage("typescript", into)
            shutil.copy(generated("openapi-typescript") / "schema.ts", folder / "src" / "schema.ts")
            modules = toolchain.node_packages(toolchain.NODE_FOLDER)
            for name in BUNDLED:
                shutil.copytree(modules / name, folder / "node_modules" / name)
            bundled = json.loads((modules / BUNDLED[0] / "package.json").read_text(encoding="utf-8"))
            _fill(folder / "package.json", r'("version": )"0\.0\.0"', rf'\g<1>"{api_version()}"')
            _fill(folder / "package.json", r'("openapi-fetch": )"0\.0\.0"', rf'\g<1>"{bundled["version"]}"')
            compile_typescript(folder)
            toolchain.run(
                [*toolchain.npm(), "pack", "--ignore-scripts", "--pack-destination", into.resolve()],
                cwd=folder,
            )
    return tarball


def _sources() -> list[Path]:
    """Return all that decides what is in a package."""
    ours = sorted(path for path in HERE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return [*SOURCES, ROOT / "LICENSE", *ours]


def _stage(language: str, into: Path) -> Path:
    """Return a folder with our own part of a package, and nothing of an earlier build."""
    folder = into / language
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(HERE / language, folder)
    shutil.copy(ROOT / "LICENSE", folder)
    return folder


def _fill(path: Path, pattern: str, instead: str) -> None:
    """Replace the one place of a template that the pattern finds."""
    text, places = re.subn(pattern, instead, path.read_text(encoding="utf-8"))
    if places != 1:
        raise ValueError(f"{path} has {places} places for {pattern}")
    path.write_text(text, encoding="utf-8")
