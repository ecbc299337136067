"""Run the tests: `make test`, or `python -m tools.test ARGS`; every argument goes to pytest.

They bring their own PostgreSQL and Redis (`tests/__init__.py`), and run in two processes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tools.environment import ROOT

PARALLEL = ["-n", "2", "--dist", "worksteal"]


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments`; returns its exit code."""
    command = [sys.executable, "-m", "pytest", *PARALLEL, *arguments]
    # pytest must not read the settings, which importing Celery names, before the servers run.
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    with subprocess.Popen(command, cwd=ROOT, env=environment) as pytest:
        # Ctrl-C reaches pytest itself, which reports and ends; SIGTERM is handed on.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: pytest.send_signal(signal.SIGINT))
        return pytest.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
