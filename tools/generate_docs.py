"""Write the pages made from the protocol's tables and the API; with --check, say which are stale."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from tools.docs import hazards
from tools.docs import software_page as software
from tools.docs.changelog_page import changelog_page
from tools.docs.hazard_log_page import hazard_log_page
from tools.docs.holding import not_passed, without_a_test
from tools.docs.protocol_page import protocol_page
from tools.docs.safety_file_pages import change_control_page, intended_purpose_page, safety_case_page
from tools.docs.software_page import software_page
from tools.docs.traceability_page import traceability_page
from tools.environment import ROOT

SAFETY = Path("docs/clinical-safety")
PAGES: Mapping[Path, Callable[[], str]] = MappingProxyType(
    {
        Path("docs/protocol.md"): protocol_page,
        Path("docs/traceability.md"): traceability_page,
        Path("CHANGELOG.md"): changelog_page,
        SAFETY / "hazard-log.md": hazard_log_page,
        SAFETY / "safety-case.md": safety_case_page,
        SAFETY / "intended-purpose.md": intended_purpose_page,
        SAFETY / "software.md": software_page,
        SAFETY / "change-control.md": change_control_page,
    }
)
#: These say what tests have shown: written only when all that they name has passed.
ON_PASSED_TESTS = frozenset(
    {Path("docs/traceability.md"), SAFETY / "hazard-log.md", SAFETY / "safety-case.md"}
)


def stale_pages(root: Path = ROOT) -> list[Path]:
    """Return the pages that are missing or differ from what they are made from."""
    return [
        path
        for path, render in PAGES.items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != render()
    ]


def write_pages(root: Path = ROOT, *, leave: Collection[Path] = ()) -> None:
    """Write every page but those to leave as they are."""
    for path, render in PAGES.items():
        if path not in leave:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(render(), encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with --check name the stale ones; returns 1 when there are any left."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate_docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    return check() if parser.parse_args(arguments).check else write()


def check() -> int:
    """Name the stale pages, what no test holds, and what is wrong with hazards and software.

    By what the tests say, without running them.
    """
    stale, missing, faults = stale_pages(), without_a_test(), [*hazards.faults(), *software.faults()]
    for path in stale:
        print(f"{path} is not what it is made from: run make generate.")
    for identifier in missing:
        print(f"{identifier}: no test names it by the marker holds (docs/testing.md).")
    for fault in faults:
        print(fault)
    return 1 if stale or missing or faults else 0


def write() -> int:
    """Write the pages; one that would say what tests have not shown here is left as it is."""
    waiting = not_passed()
    stale = [path for path in stale_pages() if path in ON_PASSED_TESTS] if waiting else []
    write_pages(leave=ON_PASSED_TESTS if waiting else ())
    for path in stale:
        print(f"{path} is left as it is: it names tests that have not passed here.")
    if stale:
        print(f'Run make test-all ARGS="-m holds" first ({len(waiting)} tests, {next(iter(waiting))} …).')
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
