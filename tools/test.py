"""Run the tests against a private PostgreSQL and Redis: `make test`, or `python -m tools.test ARGS`.

Every argument goes to pytest; without any, everything runs in two processes.
"""

from __future__ import annotations

import signal
import subprocess
import sys

from backend.embedded import ServerError
from tools.environment import ROOT, exit_on_sigterm, throwaway_servers


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments`; returns its exit code, or 1 when the servers do not start."""
    exit_on_sigterm()
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C reaches pytest too, which reports and ends
    try:
        with throwaway_servers() as environment:
            command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
            return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
