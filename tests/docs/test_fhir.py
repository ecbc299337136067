"""docs/fhir.md: its example works as pasted, and its table is what the server does."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from assessments.fhir.capability import capability_statement
from assessments.fhir.questionnaire_items import items

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "fhir.md").read_text(encoding="utf-8")


@pytest.fixture
def checkout(live_server: LiveServer, settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """A folder with the demo's sign-ins for a running service."""
    settings.BASE_URL = live_server.url
    items.cache_clear()
    call_command("seed_demo", run_dir=tmp_path / ".run", verbosity=0)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    yield tmp_path
    items.cache_clear()


def pasted(blocks: list[str], checkout: Path) -> list[str]:
    """What a shell says to these blocks, one after the other."""
    done = subprocess.run(
        ["sh"],
        input="\n".join(blocks),
        cwd=checkout,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.process
def test_the_examples_do_what_the_page_says_as_pasted(checkout: Path) -> None:
    blocks = re.findall(r"A test pastes the next block[^.]*\. -->\n```sh\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == TEXT.count("```sh") == 2, "no example without its test"
    forms = ["refer_emergency", "stat", "active", "Task", "Example", "Patient"]
    signed = ["300", "critical", "overridden_already_referred_today"]
    said = [*forms, "QuestionnaireResponse.questionnaire", *signed]
    assert pasted(blocks, checkout) == said
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
