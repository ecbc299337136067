"""docs/fhir.md: its example works as pasted, and its table is what the server does."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from assessments.fhir.form import items
from backend.fhir import capability_statement

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "fhir.md").read_text(encoding="utf-8")


@pytest.fixture
def checkout(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A folder with the demo's sign-ins for a running service."""
    settings.BASE_URL = live_server.url
    items.cache_clear()
    call_command("seed_demo", run_dir=tmp_path / ".run", verbosity=0)
    yield tmp_path
    items.cache_clear()


def test_the_example_hands_in_a_form_and_reads_the_decision_as_pasted(checkout: Path) -> None:
    (pasted,) = re.findall(r"A test pastes the next block\. -->\n```sh\n(.*?)```", TEXT, re.DOTALL)
    done = subprocess.run(
        ["sh"], input=pasted, cwd=checkout, env=os.environ, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    said = ["refer_emergency", "stat", "active", "Task"]
    assert done.stdout.splitlines() == said
    assert all(f"`{word}`" in TEXT for word in said)


def test_the_table_names_every_type_with_what_can_be_done_to_it() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE))
    words = {"read": "read", "search-type": "search", "create": "create", "update": "update"}
    said = capability_statement()["rest"][0]["resource"]
    assert set(rows) == {found["type"] for found in said}
    for found in said:
        for word in words.values():
            done = {words[item["code"]] for item in found["interaction"]}
            assert (word in rows[found["type"]]) is (word in done)
        for operation in found.get("operation", []):
            assert f"`${operation['name']}`" in rows[found["type"]]
