"""The clock of `make run`: ahead of the real one by as much as somebody asked for, never back.

The service takes its time from ``django.utils.timezone.now`` alone, so moving that moves all of it: nothing
stored is touched, and what falls due meanwhile is carried out. The service's own packages know nothing of
this; only the demo's programs install it. What PostgreSQL times by itself (histories) stays in real time.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from tools.environment import ROOT

NAME = "clock"


class ClockError(ValueError):
    """Not a time to move on by; the message says why."""


def run_dir() -> Path:
    """The demo's folder, as `make run` takes it."""
    return Path(os.environ.get("RUN_DIR", ROOT / ".run")).resolve()


def ahead(folder: Path) -> dt.timedelta:
    """How far the demo in a folder is ahead."""
    try:
        return dt.timedelta(hours=float((folder / NAME).read_text()))
    except FileNotFoundError:
        return dt.timedelta(0)


def move_on(folder: Path, *, hours: str) -> dt.datetime:
    """Let so many hours pass in the demo of a folder; returns its time. Raises ``ClockError``."""
    if not (folder / "demo.json").exists():
        raise ClockError("There is no demo here yet: `make run` first.")
    try:
        passing = float(hours)
    except ValueError:
        raise ClockError(f"HOURS={hours} is no number: try HOURS=24.") from None
    if not 0 <= passing <= 24 * 366:
        raise ClockError("Time passes forwards, at most a year at once: try HOURS=24.")
    moved = ahead(folder) + dt.timedelta(hours=passing)
    unfinished = folder / f"{NAME}.unfinished"
    unfinished.write_text(str(moved / dt.timedelta(hours=1)))
    unfinished.rename(folder / NAME)
    return dt.datetime.now(dt.UTC) + moved
