"""The benchmarks start: what they measure moves, and nobody runs them every day."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.environment import ROOT

BENCHMARKS = sorted(path.parent.name for path in (ROOT / "bench").glob("*/__main__.py"))


@pytest.mark.process
@pytest.mark.parametrize("name", BENCHMARKS)
def test_it_says_what_it_measures(name: str, tmp_path: Path) -> None:
    """In a plain environment, as ``make bench`` has it: no settings, no servers."""
    command = [sys.executable, "-m", f"bench.{name}", "--help"]
    plain = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True)
    assert (done.returncode, "usage" in done.stdout) == (0, True), done.stderr
