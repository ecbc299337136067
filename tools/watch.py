"""Run the tests that a change touches, at each change: `make watch`, or `make watch ARGS=tests/programme`.

pytest-testmon remembers which lines each test ran (in `.testmondata`, which git ignores), so the first round
runs everything that ARGS name, and each later one what executes changed code. Ctrl-C ends it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from watchfiles import PythonFilter, watch

from tools.environment import ROOT
from tools.test import pytest_environment

WATCHED = ("backend", "clinics", "patients", "assessments", "tools", "tests")
#: Of everything, the tests that start no process of their own: a loop is for the code at hand.
QUICK = ["-m", "not process"]


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C; every argument goes to pytest."""
    command = [sys.executable, "-m", "pytest", "--testmon", *QUICK, *arguments]

    def run() -> None:
        subprocess.run(command, cwd=ROOT, env=pytest_environment(), check=False)

    try:
        run()
        print("Waiting for a change; Ctrl-C ends.", flush=True)
        for changes in watch(*(ROOT / name for name in WATCHED), watch_filter=PythonFilter(), debounce=300):
            names = sorted({str(Path(path).relative_to(ROOT)) for _, path in changes})
            print(f"\n{', '.join(names[:3])}{' …' if len(names) > 3 else ''} changed.", flush=True)
            run()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
