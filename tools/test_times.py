"""What each test costs: `pytest --times FILE` writes it down, `python -m tools.test_times FILE` adds it up.

CPU seconds are those of the test's own process and of the children it waited for, fixtures included; what the
private servers do for it is in the wall time alone. Under `-n` every process appends to the one file.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest


class Clock:
    """Notes the wall and CPU seconds of each test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure one test with its fixtures."""
        wall, cpu = time.perf_counter(), _cpu_seconds()
        result = yield
        line = {
            "test": item.nodeid,
            "wall": round(time.perf_counter() - wall, 3),
            "cpu": round(_cpu_seconds() - cpu, 3),
        }
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        return result


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def table(path: Path, *, by_file: bool = False) -> str:
    """Return the groups (folders, or files) by what they cost, the dearest first, as a Markdown table."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for text in path.read_text().splitlines():
        line = json.loads(text)
        file = line["test"].split("::")[0]
        row = sums[file if by_file else "/".join(file.split("/")[:2])]
        row[0] += 1
        row[1] += line["cpu"]
        row[2] += line["wall"]
    rows = sorted(sums.items(), key=lambda item: -item[1][2])
    rows.append(("all", [sum(row[column] for _, row in rows) for column in range(3)]))
    head = ["| group | tests | CPU s | wall s |", "|---|---:|---:|---:|"]
    return "\n".join(
        [*head, *(f"| `{name}` | {n:.0f} | {cpu:.1f} | {wall:.1f} |" for name, (n, cpu, wall) in rows)]
    )


if __name__ == "__main__":
    print(table(Path(sys.argv[1]), by_file="--by-file" in sys.argv))
