"""Where the private servers live, and as whom they run.

PostgreSQL refuses to run as root. When root starts it, an ordinary account runs it instead, and that account
has to reach the programs and the data. Below a folder closed to others it cannot; then a copy of the programs
and the data live in a folder of their own under /var/tmp, and no permission is widened.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from tools.embedded.process_guard import Account

# A unix socket's path holds 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH_BYTES = 103
LONGEST_SOCKET_NAME = "sockets/.s.PGSQL.5432"
UNPRIVILEGED_ACCOUNTS = ("nobody", "daemon")
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


class ServerError(RuntimeError):
    """A private server could not be found, prepared or started; the message says which and why."""


class ServerHome:
    """The folder that holds the servers' data and sockets for one run directory.

    `path` is the run directory itself where that works, and else a folder under /var/tmp derived from it, so
    that the same run directory always finds the same data. `account` is None unless root is calling.
    """

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir.resolve()
        self.account = _account()
        self.path = self.run_dir if self._suits(self.run_dir) else self._elsewhere()

    @property
    def is_elsewhere(self) -> bool:
        """Whether the data lives outside the run directory."""
        return self.path != self.run_dir

    def folder(self, name: str) -> Path:
        """Create, if need be, a folder that only the servers' account and root may enter."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def runs(self, program: Path) -> bool:
        """Say whether the servers' account can execute `program`, its libraries included."""
        return self._succeeds([str(program), "--version"])

    def copy_programs(self, source: Path, parts: list[Path], *, version: str) -> Path:
        """Copy `parts` of `source` to where the account can run them; returns the copy of `source`."""
        copy = self.path / f"programs-{version}"
        if not copy.exists():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            for part in parts:
                _copy(source / part, unfinished / part)
            for path in [unfinished, *unfinished.rglob("*")]:
                path.chmod(0o755)
            unfinished.rename(copy)
        return copy

    def remove(self) -> None:
        """Delete the servers' data, programs and sockets."""
        if self.is_elsewhere:
            shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def _suits(self, path: Path) -> bool:
        if len(os.fsencode(path / LONGEST_SOCKET_NAME)) > LONGEST_SOCKET_PATH_BYTES:
            return False
        return self.account is None or self._succeeds(["/bin/sh", "-c", 'cd "$0"', str(path)])

    def _elsewhere(self) -> Path:
        mark = hashlib.sha256(os.fsencode(self.run_dir)).hexdigest()[:12]
        path = Path("/var/tmp") / f"return-to-run-{mark}"  # noqa: S108 - its owner is checked below
        path.mkdir(exist_ok=True)
        if path.is_symlink() or path.stat().st_uid != os.geteuid():
            raise ServerError(
                f"{path} belongs to somebody else: remove it, or move the checkout to another path."
            )
        path.chmod(0o711)  # ours alone to write to; the account passes through to its own closed folders
        return path

    def _succeeds(self, command: list[str]) -> bool:
        with suppress(OSError):
            done = subprocess.run(
                command,
                env=SERVER_ENVIRONMENT,
                cwd="/",
                capture_output=True,
                check=False,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
            )
            return done.returncode == 0
        return False


def _account() -> Account | None:
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_ACCOUNTS:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise ServerError(f"PostgreSQL does not run as root and none of {UNPRIVILEGED_ACCOUNTS} exists here.")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)
