"""What the private servers share: a home, a leash, a log, and waiting until the server answers."""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.embedded.data_dir import SERVER_ENVIRONMENT, ServerError, ServerHome
from tools.embedded.process_guard import Leash

START_SECONDS = 30.0  # recovery after a kill included
RETRY_SECONDS = 8.0  # how long the remains of a killed server may hold on to its data


class Server(ABC):
    """What both servers share: a home, a leash, a log, and waiting until the server answers."""

    name: str
    end_signal: signal.Signals

    def __init__(self, run_dir: Path, *, leash: Leash | None = None) -> None:
        run_dir.mkdir(parents=True, exist_ok=True)
        self.home = ServerHome(run_dir)
        self.log_path = self.home.run_dir / "log" / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._leash = leash
        self._owns_leash = leash is None
        self.sockets = self.home.folder("sockets")

    @abstractmethod
    def start(self) -> None:
        """Start the server on its existing data and wait until it answers; raises ServerError otherwise."""

    def stop(self, *, patience_seconds: float = 10.0) -> None:
        """Stop the server cleanly, and by force when that takes longer than `patience_seconds`."""
        if self._leash and self.process:
            self._leash.end(self.process, end_signal=self.end_signal, patience_seconds=patience_seconds)
        self.process = None
        if self._leash and self._owns_leash:
            self._leash.close()
            self._leash = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def launch(self, command: list[str], answers: Callable[[], bool]) -> None:
        """Run `command` until it answers, trying again while an earlier run still lets go of the data."""
        if self._leash is None:
            self._leash = Leash()
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + START_SECONDS
        last_try = time.monotonic() + RETRY_SECONDS
        while time.monotonic() < last_try:
            with self.log_path.open("ab") as log:
                self.process = self._leash.start(
                    command,
                    output=log,
                    environment=SERVER_ENVIRONMENT,
                    directory=Path("/"),
                    account=self.home.account,
                    end_signal=self.end_signal,
                )
            while self.process.poll() is None and time.monotonic() < deadline:
                if answers():
                    return
                time.sleep(0.02)
            self._leash.end(self.process)
            time.sleep(0.2)
        tail = "\n".join(self.log_path.read_text(errors="replace").splitlines()[-15:])
        self.stop()
        raise ServerError(f"{self.name} did not start. The end of {self.log_path}:\n{tail}")
