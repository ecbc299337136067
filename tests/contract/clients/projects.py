"""A vendor's own project, with one client installed in it and nothing asked of a registry."""

import json
import sys
from pathlib import Path

from tools import toolchain
from tools.clients.packages import python_package

COMPILER = {
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "module": "nodenext",
    "target": "es2022",
    "lib": ["es2022", "dom", "dom.iterable"],
    "types": ["node"],
    "typeRoots": [str(toolchain.NODE_FOLDER / "node_modules" / "@types")],
    "outDir": "out",
}


def python_with_package(folder: Path) -> Path:
    """Install our wheel by itself; what it needs stands, by its lock, beside the generators."""
    uv, target = Path(sys.executable).with_name("uv"), folder / "installed"
    command = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--offline",
        "--no-deps",
        "--target",
        target,
        python_package(),
    ]
    toolchain.run(command)
    return target


def npm_project(folder: Path, client: Path) -> Path:
    """A project that a program can be put into; compiling it checks types strictly and writes `out/`."""
    manifest = {"name": "vendor", "private": True, "type": "module"}
    (folder / "package.json").write_text(json.dumps(manifest))
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": COMPILER, "include": ["*.ts"]}))
    command = [*toolchain.npm(), "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"]
    toolchain.run([*command, "--cache", folder / "cache", client], cwd=folder)
    return folder
