"""The demo, seeded into an empty database."""

from pathlib import Path

import pytest
from django.core.management import call_command


@pytest.fixture
def run_dir(db: None, tmp_path: Path) -> Path:
    """The folder that holds demo.json once the demo has been seeded."""
    call_command("seed_demo", run_dir=tmp_path, verbosity=0)
    return tmp_path
