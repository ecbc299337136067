"""The run directory, `.run/` unless RUN_DIR says otherwise, and the lock that keeps a second run out."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from tools.environment import ROOT

RUN_DIR = Path(os.environ.get("RUN_DIR", ROOT / ".run")).resolve()
# A run that was killed leaves a guard that needs a moment to end what is left of it.
REMAINS_SECONDS = 15.0


class AlreadyRunningError(RuntimeError):
    """Another run holds the run directory; the message names its process."""


def lock_run_dir(run_dir: Path = RUN_DIR) -> IO[str]:
    """Create the run directory and take its lock, waiting for the remains of a killed run.

    The lock lasts as long as the returned file is open here or in a child that was given it.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    run_dir.chmod(0o711)  # the servers' account passes through to its own folders; nobody else can list
    lock = (run_dir / "lock").open("a+")
    deadline = time.monotonic() + REMAINS_SECONDS
    while not _locked(lock):
        holder = _holder(lock)
        if _runs(holder) or time.monotonic() > deadline:
            lock.close()
            raise AlreadyRunningError(f"It is already running on {run_dir} (process {holder}).")
        time.sleep(0.1)
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def secret_key(run_dir: Path) -> str:
    """Return this demo's secret key, made on the first run and kept, so that sessions and tokens last."""
    return _kept(run_dir / "secret_key", lambda: secrets.token_urlsafe(50))


def encryption_key(run_dir: Path) -> str:
    """Return the key of what this demo's clinics entrust to it, 32 bytes in base64, kept likewise."""
    path = run_dir / "encryption_key"
    return _kept(path, lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())


def _kept(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.touch(mode=0o600)
        unfinished.write_text(make())
        unfinished.rename(path)
    return path.read_text()


def private_folder(run_dir: Path, name: str) -> Path:
    """Create, if need be, a folder of the run directory that only its owner may enter."""
    path = run_dir / name
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(lock: IO[str]) -> int:
    lock.seek(0)
    return int(lock.read() or 0)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
