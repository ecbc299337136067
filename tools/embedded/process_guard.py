"""Child processes that never outlive the process that started them.

A program killed with SIGKILL cannot tidy up after itself. `Leash` therefore keeps a small guard process
beside it, joined by a pipe: when the pipe closes, for whatever reason, the guard ends every process group
it was told of. This file is also the guard's program; it uses the standard library only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

GUARD_PATIENCE_SECONDS = 8.0


class Account(NamedTuple):
    """The user and group a child process runs as."""

    uid: int
    gid: int


class Leash:
    """Starts child processes, each in a session of its own, and ends them.

    `keep_open` are file descriptors the guard holds until every child is gone: a lock passed here is released
    only then, even when this process is killed.
    """

    def __init__(self, *, keep_open: Sequence[int] = ()) -> None:
        read_end, self._pipe = os.pipe()
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=read_end,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            pass_fds=keep_open,
            start_new_session=True,
        )
        os.close(read_end)

    def start(
        self,
        command: Sequence[str | Path],
        *,
        output: IO[bytes] | int,
        environment: Mapping[str, str],
        directory: Path,
        account: Account | None = None,
        end_signal: signal.Signals = signal.SIGTERM,
    ) -> subprocess.Popen[bytes]:
        """Start `command`, with stdout and stderr to `output`; raises OSError when it cannot be executed."""
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        self._tell(f"+{process.pid} {end_signal.value}\n")
        return process

    def end(
        self,
        process: subprocess.Popen[bytes],
        *,
        end_signal: signal.Signals = signal.SIGTERM,
        patience_seconds: float = GUARD_PATIENCE_SECONDS,
    ) -> None:
        """Ask `process` to stop, kill its whole group after `patience_seconds`, and forget it."""
        if process.poll() is None:
            process.send_signal(end_signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience_seconds)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._tell(f"-{process.pid} 0\n")

    def close(self) -> None:
        """End whatever is still on the leash, and the guard."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1
            self._guard.wait()

    def _tell(self, line: str) -> None:
        with suppress(BrokenPipeError):
            os.write(self._pipe, line.encode())


def _guard() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        group, end_signal = (int(number) for number in line.split())
        if group > 0:
            groups[group] = end_signal
        else:
            groups.pop(-group, None)
    _end_groups(groups)


def _end_groups(groups: Mapping[int, int]) -> None:
    for group, end_signal in groups.items():
        _signal_group(group, end_signal)
    deadline = time.monotonic() + GUARD_PATIENCE_SECONDS
    while time.monotonic() < deadline and any(_leader_runs(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        _signal_group(group, signal.SIGKILL)


def _leader_runs(group: int) -> bool:
    """Say whether the group's first process still runs; one that only waits to be reaped does not."""
    with suppress(OSError):
        return Path(f"/proc/{group}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    return not Path("/proc/self").exists() and _signal_group(group, 0)


def _signal_group(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    _guard()
