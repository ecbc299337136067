"""Keeps services running: starts them in order, restarts what dies, stops what needs others first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tools.embedded.data_dir import ServerError
from tools.embedded.process_guard import Leash
from tools.environment import ROOT

STOP_PATIENCE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0  # a service that lived this long starts again without a pause


class StopRequestedError(Exception):
    """Somebody asked for the end while something was still starting."""


class ServiceError(RuntimeError):
    """A service or a preparing command failed; the message names it and ends with the end of its log."""


class Service(Protocol):
    """What the supervisor needs of a service; the private servers are services too."""

    @property
    def name(self) -> str: ...
    @property
    def log_path(self) -> Path: ...
    @property
    def process(self) -> subprocess.Popen[bytes] | None: ...
    def start(self) -> None: ...
    def stop(self, *, patience_seconds: float = ...) -> None: ...


class Program:
    """A long-running Python program of the project, its output in a log file."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        leash: Leash,
        environment: Mapping[str, str],
        log_dir: Path,
    ) -> None:
        self.name = name
        self.log_path = log_dir / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._arguments = arguments
        self._leash = leash
        self._environment = environment

    def start(self) -> None:
        """Start the program, without waiting for it to be ready."""
        with self.log_path.open("ab") as log:
            self.process = self._leash.start(
                [sys.executable, "-m", *self._arguments],
                output=log,
                environment=self._environment,
                directory=ROOT,
            )

    def stop(self, *, patience_seconds: float = STOP_PATIENCE_SECONDS) -> None:
        """Stop the program and whatever it started."""
        if self.process:
            self._leash.end(self.process, patience_seconds=patience_seconds)
        self.process = None


class Supervisor:
    """Runs services until it is asked to stop, by a signal or by the end of the `make` that started it."""

    def __init__(self, *, parent: int | None) -> None:
        self._stop = threading.Event()
        self._parent = parent
        self._services: list[Service] = []
        self._started_at: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())

    def start(self, service: Service) -> None:
        """Start `service` and look after it from now on."""
        self._services.append(service)
        self._start_now(service)

    def run_to_end(self, program: Program) -> None:
        """Run a preparing command and wait for it; raises ServiceError when it fails."""
        program.start()
        process = program.process
        try:
            while process and process.poll() is None:
                self.pause(0.05)
        finally:
            program.stop()
        if process and process.returncode:
            raise ServiceError(f"{program.name} failed. {tail(program.log_path)}")

    def pause(self, seconds: float) -> None:
        """Wait; raises StopRequestedError as soon as the end is asked for."""
        orphaned = self._parent is not None and not _is_parent(self._parent)
        if orphaned or self._stop.wait(seconds):
            raise StopRequestedError

    def refuse_failures(self) -> None:
        """Raise ServiceError when a service has died."""
        for service in self._services:
            if _died(service):
                raise ServiceError(f"{service.name} stopped right after its start. {tail(service.log_path)}")

    def look_after(self, between: Callable[[], None] = lambda: None) -> None:
        """Restart what dies, until the end is asked for; raises StopRequestedError then.

        `between` is called between two looks, five times a second.
        """
        while True:
            self.pause(0.2)
            between()
            for service in self._services:
                if _died(service):
                    self._restart(service)

    def restart_programs(self) -> None:
        """Stop the programs and start them again, the servers they need left running."""
        programs = [service for service in self._services if isinstance(service, Program)]
        for program in programs:
            program.stop(patience_seconds=STOP_PATIENCE_SECONDS)
        for program in programs:
            self._start_now(program)

    def stop_all(self) -> None:
        """Stop the programs in the order they were started, then the servers they need in reverse."""
        programs = [service for service in self._services if isinstance(service, Program)]
        servers = [service for service in self._services if not isinstance(service, Program)]
        for service in [*programs, *reversed(servers)]:
            service.stop(patience_seconds=STOP_PATIENCE_SECONDS)

    def _start_now(self, service: Service) -> None:
        self._started_at[service.name] = time.monotonic()
        service.start()

    def _restart(self, service: Service) -> None:
        lived = time.monotonic() - self._started_at[service.name]
        failures = 0 if lived > STEADY_SECONDS else self._failures.get(service.name, 0) + 1
        self._failures[service.name] = failures
        seconds = min(LONGEST_PAUSE_SECONDS, 2.0 ** (failures - 1)) if failures else 0.0
        print(
            f"{service.name} stopped. Starting it again in {seconds:.0f} s. {tail(service.log_path, lines=5)}"
        )
        service.stop()
        self.pause(seconds)
        try:
            self._start_now(service)
        except ServerError as error:
            print(error)


def tail(path: Path, *, lines: int = 25) -> str:
    """Return the end of a log, introduced by its name."""
    text = path.read_text(errors="replace") if path.exists() else ""
    return "\n".join([f"The end of {path}:", *("    " + line for line in text.splitlines()[-lines:])])


def _died(service: Service) -> bool:
    return service.process is None or service.process.poll() is not None


def _ending(service: Service) -> str:
    code = service.process.returncode if service.process else None
    if code is None:
        return "did not start"
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"


def _is_parent(pid: int) -> bool:
    return os.getppid() == pid
