"""docs/threat-model.md: behind every threat stands a test; what the operator holds stands apart."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.security.tables import WITHOUT_A_CLINIC

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", TEXT)))
DOORS = [
    "The API",
    "The token endpoint",
    "Hospital systems",
    "The check-in link",
    "The dashboard",
    "Worker, mail and Redis",
    "The database",
    "Backups and disks",
    "The supply chain",
]


def rows(text: str = TEXT) -> list[list[str]]:
    """The cells of every row that names a threat."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [line.strip("| ").split(" | ") for line in lines if not line.startswith(("| threat |", "| ---"))]


def sections() -> dict[str, str]:
    """The text of each section by its name."""
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


@cache
def functions_in(path: str) -> set[str]:
    """The names of the test functions of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("named", NAMED)
def test_every_named_test_exists(named: str) -> None:
    path, _, function = named.partition("::")
    assert function.startswith("test_")
    assert function in functions_in(path)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_every_threat_names_the_test_that_holds_it(row: list[str]) -> None:
    assert len(row) == 3, row
    assert "`tests/" in row[2]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]}: {row[1]}")
def test_every_claim_has_a_row_of_its_own(row: list[str]) -> None:
    """So that a test is named for each. What isn't held stands beside the claim that it limits."""
    said = [part for part in re.split(r"; |\. ", row[1]) if "**not held**" not in part]
    assert len(said) == 1, said


def test_every_door_has_its_threats() -> None:
    found = sections()
    assert [name for name in found if "| threat |" in found[name]] == DOORS
    assert {"Assets", "Actors", "Left to the operator"} <= set(found)
    assert len(rows()) >= 5 * len(DOORS)


def test_every_table_without_a_wall_is_named() -> None:
    (section,) = re.findall(r"^### Tables without a wall\n(.*?)^## ", TEXT, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", section)) == set(WITHOUT_A_CLINIC)
