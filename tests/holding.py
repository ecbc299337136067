"""Leaves a record of what the tests that ran have shown to hold: `build/held.json`, by test.

A test says what it holds by its marker (`tools/docs/holding.py`). A later run of some tests changes what the
record says of those alone; what fails, in whichever part of a test, is taken out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools.docs.holding import RECORD, MarkerError, checked, ids_of, passed

PROPERTY = "holds"


def ids_of_item(item: pytest.Item) -> tuple[str, ...]:
    """The ids that one test, with its parameters, holds."""
    ids: list[str] = []
    for mark in item.iter_markers("holds"):
        ids += mark.args
        if each := mark.kwargs.get("each"):
            ids += ids_of(each, item.callspec.params[each])  # type: ignore[attr-defined]
    try:
        return checked(tuple(dict.fromkeys(ids)), item.nodeid)
    except MarkerError as error:
        raise pytest.UsageError(str(error)) from error


class Holding:
    """Gathers reports, those of other processes too, and writes the record once at the end."""

    def __init__(self, record: Path = RECORD, *, writes: bool = True) -> None:
        """``writes`` is false in a process that reports to another."""
        self.record = record
        self.writes = writes
        self.good: dict[str, set[str]] = {}
        self.bad: dict[str, set[str]] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Let the reports of a test carry what it holds, from whichever process."""
        if ids := ids_of_item(item):
            item.user_properties.append((PROPERTY, list(ids)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what passed and what failed."""
        ids: Any = dict(report.user_properties).get(PROPERTY, ())
        test = report.nodeid.partition("[")[0]
        if report.failed:
            self.bad.setdefault(test, set()).update(ids)
        elif report.passed and report.when == "call":
            self.good.setdefault(test, set()).update(ids)

    def pytest_sessionfinish(self) -> None:
        """Write what is known by now."""
        if not self.writes or not (self.good or self.bad):
            return
        known = {test: set(ids) for test, ids in passed(self.record).items()}
        for test in self.good.keys() | self.bad.keys():
            now = known.get(test, set()) | self.good.get(test, set())
            known[test] = now - self.bad.get(test, set())
        self.record.parent.mkdir(exist_ok=True)
        text = json.dumps({test: sorted(ids) for test, ids in sorted(known.items()) if ids}, indent=1)
        self.record.write_text(text + "\n", encoding="utf-8")
