"""Run the tests: `make test` the quick tier, `make test-all` everything; every other argument goes to pytest.

They bring their own PostgreSQL and Redis (`tests/__init__.py`). docs/testing.md says what the tiers hold.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys

from tools.environment import ROOT

#: In the quick tier three processes keep two cores busy; those that start others wait longer.
PROCESSES = {"quick": "3", "rest": "4", "all": "4"}
#: Each tier as an expression over the markers of `pyproject.toml`.
TIERS = {
    "quick": "not process or smoke",
    "rest": "process and not smoke",
    "all": "",
}


def main(arguments: list[str]) -> int:
    """Run pytest; returns its exit code. Whoever names tests gets those, whatever tier they are in."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False, add_help=False)
    parser.add_argument("--tier", choices=TIERS, default="all")
    options, rest = parser.parse_known_args(arguments)
    named = any(argument.startswith("tests") for argument in rest)
    tier = [] if named or not TIERS[options.tier] else ["-m", TIERS[options.tier]]
    parallel = ["-n", PROCESSES[options.tier], "--dist", "worksteal"]
    return run([sys.executable, "-m", "pytest", *parallel, *tier, *rest])


def pytest_environment() -> dict[str, str]:
    """Return ours without the settings, which importing Celery names: the servers must run before."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


def run(command: list[str]) -> int:
    """Run pytest to its end, whoever interrupts."""
    with subprocess.Popen(command, cwd=ROOT, env=pytest_environment()) as pytest:
        # Ctrl-C reaches pytest itself, which reports and ends; SIGTERM is handed on.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: pytest.send_signal(signal.SIGINT))
        return pytest.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
