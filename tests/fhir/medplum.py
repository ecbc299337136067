"""Medplum's validator, which runs FHIR's own invariants (FHIRPath)."""

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tools import toolchain

FOLDER = Path(__file__).parent / "node"


@cache
def node() -> Path:
    """Node with the validator installed as its lock says; neither has to be there."""
    toolchain.node_packages(FOLDER)
    return toolchain.node()


def wrong_with(resources: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What the validator finds in each, but for its one mistake."""
    found = run_validator(resources)
    return [[issue for issue in issues if not is_mistaken(issue)] for issues in found]


def run_validator(resources: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """All that the validator finds in each."""
    done = subprocess.run(
        [node(), "validate.mjs"],
        cwd=FOLDER,
        input=json.dumps(resources),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def is_mistaken(issue: dict[str, Any]) -> bool:
    """ras-2 bounds a probability: the validator takes one that isn't given, like ours, for too high."""
    return "Constraint ras-2 not met" in issue["details"]["text"]
