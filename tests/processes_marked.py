"""Fails a test that starts a process without saying so by its marker.

The tiers rest on that marker (docs/testing.md). Python tells of every process before it starts one. Only what
the test, or the tools it calls, start by themselves counts: where the service itself starts one, to set a PDF
for instance, the test exercises the service.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

ROOT = Path(__file__).resolve().parent.parent
EVENTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"}
#: Fixtures that hand out a process which another test may have started.
SHARED = {"open_page"}
SERVICE = {"assessments", "backend", "clinics", "patients"}


#: Whether something runs that belongs to a whole run and to none of its tests.
_allowed = False


@contextmanager
def for_the_whole_run() -> Iterator[None]:
    """Let what runs once at the end of everything start a process, whichever test is the last."""
    global _allowed
    _allowed = True
    try:
        yield
    finally:
        _allowed = False


class ProcessesMarked:
    """Knows which test runs, and refuses its unmarked processes."""

    def __init__(self) -> None:
        self.running: pytest.Item | None = None
        sys.addaudithook(self._audit)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Remember the test, its fixtures included."""
        self.running = item
        try:
            return (yield)
        finally:
            self.running = None

    @pytest.hookimpl
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Refuse a test that shares a process without saying so."""
        if SHARED.intersection(getattr(item, "fixturenames", ())) and not item.get_closest_marker("process"):
            pytest.fail(unmarked(item, "uses"))

    def _audit(self, event: str, _arguments: tuple[object, ...]) -> None:
        test = self.running
        if event not in EVENTS or test is None or _allowed or test.get_closest_marker("process"):
            return
        if started_by_the_tests(sys._getframe(1)):
            pytest.fail(unmarked(test, "starts"))


def unmarked(test: pytest.Item, does: str) -> str:
    """What is said of a test in no tier of its own."""
    return (
        f"{test.nodeid} {does} a process: mark it with @pytest.mark.process, so that `make test` stays quick."
    )


def started_by_the_tests(frame: FrameType | None) -> bool:
    """Say whether our nearest code above `frame` is the tests' or their tools', private servers included."""
    while frame:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and path.parts[len(ROOT.parts)] != ".venv":
            return path.relative_to(ROOT).parts[0] not in SERVICE
        frame = frame.f_back
    return False
