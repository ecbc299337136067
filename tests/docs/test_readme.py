"""The README's example works as pasted."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
#: What the pasted example prints.
SAID = (
    "refer_emergency",
    "New or changed bladder function: suspected cauda equina syndrome.",
    "acknowledged",
    "continue_running",
)


@pytest.fixture
def checkout(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Path:
    """A folder with the demo's sign-ins for a running service, and the files the example reads."""
    settings.BASE_URL = live_server.url
    call_command("seed_demo", run_dir=tmp_path / ".run", verbosity=0)
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    return tmp_path


def test_the_example_decides_explains_and_acknowledges_as_pasted(checkout: Path) -> None:
    (pasted,) = re.findall(
        r"A test pastes the next block\. -->\n```sh\n(.*?)```", README.read_text(), re.DOTALL
    )
    done = subprocess.run(
        ["sh"], input=pasted, cwd=checkout, env=os.environ, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == list(SAID)


def test_the_text_names_what_the_example_prints() -> None:
    text = README.read_text()
    for word in SAID:
        assert f"`{word}`" in text


def test_every_link_leads_somewhere() -> None:
    """Generated pages included: ``make generate`` writes them."""
    targets = re.findall(r"\]\(([^)#]+)\)", README.read_text())
    assert "docs/operations.md" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
