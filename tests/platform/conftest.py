import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.embedded.data_dir import ServerHome


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A run directory that the servers' account can reach; whatever lives elsewhere for it is removed too."""
    with tempfile.TemporaryDirectory(prefix="rtr-", ignore_cleanup_errors=True) as folder:
        path = Path(folder)
        path.chmod(0o711)
        yield path / "run"
        ServerHome(path / "run").remove()
