"""docs/clinical-safety/software.md: the software of unknown provenance, from the lock file."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.docs.markdown import code, page, table
from tools.environment import ROOT
from tools.sbom import LOCK

PURPOSES = ROOT / "docs" / "clinical-safety" / "software.toml"
_PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<only>[^\\]+))?", re.MULTILINE)
_HASH = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Pinned:
    """A package of the lock; ``digest``: SHA-256 of its sorted hashes, ``only``: where it is installed."""

    name: str
    version: str
    digest: str
    only: str = ""


def pinned(lock: str) -> Iterator[Pinned]:
    """Return every package that a lock file pins."""
    found = list(_PINNED.finditer(lock))
    for match, following in zip(found, [*found[1:], None], strict=True):
        text = lock[match.start() : following.start() if following else None]
        hashes = "\n".join(sorted(_HASH.findall(text)))
        digest = hashlib.sha256(hashes.encode()).hexdigest()
        yield Pinned(match["name"], match["version"], digest, (match["only"] or "").strip())


@cache
def locked() -> tuple[Pinned, ...]:
    """Return what runs."""
    return tuple(pinned(LOCK.read_text(encoding="utf-8")))


@cache
def purposes(path: Path = PURPOSES) -> Mapping[str, Any]:
    """Return what is said of each package, and when a person last read their known faults."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def faults(packages: tuple[Pinned, ...] | None = None, said: Mapping[str, Any] | None = None) -> list[str]:
    """Return the packages of which nothing is said, and what is said of none."""
    names = {item.name for item in (locked() if packages is None else packages)}
    known = {name: row for name, row in (purposes() if said is None else said).items() if name != "anomalies"}
    found = [f"{name}: nothing says what it is for (software.toml)." for name in sorted(names - set(known))]
    found += [f"{name}: is no package of the lock (software.toml)." for name in sorted(set(known) - names)]
    for name in sorted(names & set(known)):
        row = known[name]
        if not row.get("purpose") or not row.get("licence") or not isinstance(row.get("safety"), bool):
            found.append(f"{name}: purpose, licence and safety must be said (software.toml).")
    return found


def software_page() -> str:
    """Return the page."""
    rows = purposes()
    return page(
        "# Software of unknown provenance",
        f"Every package that runs with the service ({len(locked())}), from `requirements.lock`; what each is "
        "for, from `docs/clinical-safety/software.toml`. Safety-related is one whose fault could reach a "
        "decision, or the person who must hear of it. The hash is the SHA-256 of the package's hashes in the "
        "lock, of which installation takes no other file. `make sbom` writes the same as CycloneDX.",
        "Known anomalies looked at by a person on: "
        f"{rows.get('anomalies') or 'open: not yet by anybody'}. `make audit` compares the lock with "
        f"published "
        "weaknesses and fails for one.",
        "Not in the lock, and chosen by who runs the service: Python 3.11 or later, PostgreSQL, Redis or "
        "Valkey, the operating system.",
        table(
            ("name", "version", "licence", "purpose", "safety-related", "hash"),
            (_row(item, rows.get(item.name, {})) for item in locked()),
        ),
    )


def _row(item: Pinned, said: Mapping[str, Any]) -> tuple[str, ...]:
    purpose = said.get("purpose", "") + (f" (only if {code(item.only)})" if item.only else "")
    safety = "yes" if said.get("safety") else "no"
    return item.name, item.version, said.get("licence", ""), purpose, safety, code(item.digest[:16])
