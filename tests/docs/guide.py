"""docs/integrate.md taken apart, and the terminals that it is pasted into."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "integrate.md").read_text(encoding="utf-8")
Block = tuple[str, str]
BLOCKS: list[Block] = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
PATIENCE_SECONDS = 30
END = "-- the end of what was pasted --"


class Terminal:
    """A shell that is pasted into, block after block, and keeps its variables."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            ["sh"],
            cwd=folder,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def paste(self, block: str) -> str:
        """What it prints, errors included."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{block}\necho '{END}'\n")
        self.process.stdin.flush()
        return "".join(iter(self.process.stdout.readline, f"{END}\n"))


def environment() -> dict[str, str]:
    """A vendor's terminal, in which `python3` has the library installed."""
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def pairs(*, before: str = "", after: str = "") -> Iterator[Block]:
    """What is pasted and what the page says that it prints, of the part before or after a block."""
    [where] = [number for number, (_, code) in enumerate(BLOCKS) if (before or after) in code]
    part = BLOCKS[:where] if before else BLOCKS[where:]
    for (kind, code), (following, printed) in zip(part, [*part[1:], ("", "")], strict=True):
        if kind == "sh":
            yield code, printed if following == "text" else ""


def code_of(section: str, kind: str) -> str:
    """The only block of a kind in a section."""
    [text] = [part for part in TEXT.split("\n## ") if part.startswith(f"{section}\n")]
    [code] = re.findall(rf"^```{kind}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return str(code)


@contextmanager
def running(command: list[str | Path], said: Path, port: int) -> Iterator[None]:
    """A server of the page's in a terminal of its own, once it listens."""
    with said.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=said.parent,
            env=environment(),
            stdout=log,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not listens(port):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
