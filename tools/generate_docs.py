"""Write the pages made from the protocol's tables and the API; with --check, say which are stale."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from tools.docs.changelog_page import changelog_page
from tools.docs.protocol_page import protocol_page
from tools.docs.traceability_page import traceability_page
from tools.environment import ROOT

PAGES: Mapping[Path, Callable[[], str]] = MappingProxyType(
    {
        Path("docs/protocol.md"): protocol_page,
        Path("docs/traceability.md"): traceability_page,
        Path("CHANGELOG.md"): changelog_page,
    }
)


def stale_pages(root: Path = ROOT) -> list[Path]:
    """Return the pages that are missing or differ from what they are made from."""
    return [
        path
        for path, render in PAGES.items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != render()
    ]


def write_pages(root: Path = ROOT) -> None:
    """Write every page."""
    for path, render in PAGES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(render(), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with --check name the stale ones; returns 1 when there are any."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate_docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    if not parser.parse_args(arguments).check:
        write_pages()
        return 0
    stale = stale_pages()
    for path in stale:
        print(f"{path} is not what it is made from: run make generate.")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
