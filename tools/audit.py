"""Compare a lock with published weaknesses: `make audit`, or `python -m tools.audit [LOCK] [OPTION …]`.

The options are pip-audit's. It ends with 0 and "No known vulnerabilities found" where its source knows none
of the packages. So its report is read here, and what it could not judge is no good news. The exit code says:

0  every package was judged, and nothing is known against any
1  something is known against one: it is named
3  not checked: the source of advisories could not be asked, or did not know a package
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.environment import ROOT

CLEAN, WEAK, NOT_CHECKED = 0, 1, 3
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known: the exit code, and the lines that say it."""

    code: int
    lines: tuple[str, ...]


def audit(lock: Path, *options: str) -> Verdict:
    """Ask about every package of `lock`; `options` are pip-audit's own, such as another source."""
    command = [
        str(Path(sys.executable).with_name("pip-audit")),
        "--requirement",
        str(lock),
        "--require-hashes",
    ]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off", *options]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return read_report(done.stdout, lock.name, said=done.stderr)


def read_report(report: str, lock: str, *, said: str = "") -> Verdict:
    """Judge pip-audit's JSON; without any it has failed, and `said` is why."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = said.strip().splitlines()[-1:] or ["pip-audit said nothing."]
        return Verdict(NOT_CHECKED, (f"NOT CHECKED: nobody told what is known against {lock}.", *reason))
    weak = [package for package in packages if package.get("vulns")]
    unjudged = [package["name"] for package in packages if "skip_reason" in package]
    lines = [f"WEAK: {line}" for package in weak for line in _weaknesses(package)]
    if unjudged or not packages:
        lines.append(f"NOT CHECKED: {_named(unjudged)} of the {len(packages)} packages of {lock}.")
    if weak:
        return Verdict(WEAK, tuple(lines))
    if lines:
        return Verdict(NOT_CHECKED, tuple(lines))
    return Verdict(CLEAN, (f"Nothing is known against the {len(packages)} packages of {lock}.",))


def _weaknesses(package: dict[str, Any]) -> list[str]:
    named = f"{package['name']} {package['version']}"
    return [
        f"{named}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no version yet'}"
        for found in package["vulns"]
    ]


def _named(names: list[str]) -> str:
    if len(names) <= MAX_NAMED:
        return ", ".join(names) or "none"
    return f"{', '.join(names[:MAX_NAMED])} and {len(names) - MAX_NAMED} more"


def main(arguments: list[str]) -> int:
    """Judge the lock named first, or that of what runs."""
    named = bool(arguments) and not arguments[0].startswith("-")
    lock = Path(arguments[0]) if named else ROOT / "requirements.lock"
    verdict = audit(lock.absolute(), *arguments[named:])
    print("\n".join(verdict.lines))
    return verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
