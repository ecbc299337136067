"""What the tests of the platform ask about other processes."""

import time
from pathlib import Path


def is_gone(pid: int, *, within_seconds: float = 10) -> bool:
    """Wait until `pid` no longer runs; one that only waits to be reaped counts as gone."""
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if state(pid) in {"", "Z"}:
            return True
        time.sleep(0.05)
    return False


def state(pid: int) -> str:
    """Return the kernel's one-letter state of a process, empty when there is none."""
    return (fields(pid) or [""])[0]


def children(parent: int) -> list[int]:
    """Return the processes that `parent` started."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if fields(pid)[1:2] == [str(parent)]]


def descendants(parent: int) -> list[int]:
    """Return the processes below `parent`."""
    found = children(parent)
    return found + [pid for child in found for pid in descendants(child)]


def fields(pid: int) -> list[str]:
    """Return the fields of a process's stat file after its name, empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
