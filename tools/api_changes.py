"""What changed in the API since its last release: `make api-changes`; `make api-baseline` accepts all of it.

The last released document stands in `docs/api/released/`. A change that breaks a client made from it fails
`make check`. Before the first release a break may be meant: `make api-baseline` writes the file anew, and the
difference in the commit shows what was accepted.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from tools.breaking import Change, compare
from tools.environment import ROOT
from tools.generate import OPENAPI

RELEASED = ROOT / "docs" / "api" / "released"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def released() -> Path:
    """Return the last released document, which is called by its version."""
    return max(RELEASED.glob("*.yaml"), key=lambda path: tuple(map(int, path.stem.split("."))))


def changes_since_release() -> list[Change]:
    """Return what differs between the last released document and openapi.yaml."""
    return compare(read(released()), read(OPENAPI))


def in_words(change: Change) -> str:
    """Return a line that leads to the place in openapi.yaml."""
    return f"- {'**breaks clients**: ' if change.breaks else ''}{change.text} at `#{change.pointer}`"


def breaks() -> list[str]:
    """Return a line for every change that breaks a client."""
    return [in_words(change) for change in changes_since_release() if change.breaks]


def read(path: Path) -> dict[str, Any]:
    """Return an OpenAPI document."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - safe ones
    return document


if __name__ == "__main__":
    if "--accept" in sys.argv[1:]:
        shutil.copy(OPENAPI, released())
        print(f"{released().relative_to(ROOT)} is now what openapi.yaml says: read the difference.")
    else:
        print("\n".join(map(in_words, changes_since_release())) or "Nothing changed since the last release.")
