"""Let time pass in the demo and print its time: `make later HOURS=24`."""

from __future__ import annotations

import sys

from tools.demo_clock import ClockError, move_on, run_dir


def main(hours: str) -> int:
    """Move the clock of the demo in its folder; returns 1 with a message when it can't be."""
    try:
        now = move_on(run_dir(), hours=hours)
    except ClockError as error:
        print(error, file=sys.stderr)
        return 1
    print(now.isoformat(timespec="seconds"))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
