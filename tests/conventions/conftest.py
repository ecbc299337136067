"""Servers of a test's own, to be stopped under the service."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.embedded.data_dir import ServerHome


def _run_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rtr-", ignore_cleanup_errors=True) as folder:
        path = Path(folder)
        path.chmod(0o711)
        yield path / "run"
        ServerHome(path / "run").remove()


@pytest.fixture
def redis_run_dir() -> Iterator[Path]:
    """Where a Redis of the test's own lives."""
    yield from _run_dir()


@pytest.fixture
def postgres_run_dir() -> Iterator[Path]:
    """Where a PostgreSQL of the test's own lives."""
    yield from _run_dir()
