"""Verify the chain of the access log: `manage.py verify_access_log [--clinic ID] [--ends FILE]`."""

import json
import uuid
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.platform.storage.tenancy import all_clinic_ids
from clinics.access_log.services import Verified, verify_access_log


class Command(BaseCommand):
    """Walks every clinic's chain; exits with 1 and names the first broken link of each that has one.

    Somebody who can write every table could forge a whole chain. ``--ends`` names a file kept out of their
    reach: earlier ends in it must still stand in the chain, and the present one is added.
    """

    help = "Verify that no entry of the access log was changed, removed or added."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One clinic instead of all, and where earlier ends are kept."""
        parser.add_argument("--clinic", type=uuid.UUID, help="Only this clinic.")
        parser.add_argument(
            "--ends",
            type=Path,
            help="Compare with the ends kept in this file, one JSON object a line; add new ones.",
        )

    def handle(self, *_: Any, clinic: uuid.UUID | None = None, ends: Path | None = None, **__: Any) -> None:
        """Print the end of each chain, to be kept outside the database."""
        ids = all_clinic_ids()
        if clinic is not None and clinic not in ids:
            raise CommandError(f"There is no clinic {clinic}.")
        kept = read_ends(ends)
        broken = 0
        for clinic_id in [clinic] if clinic else ids:
            end = self._verify(clinic_id, kept[str(clinic_id)])
            broken += end is None
            if ends is not None and end is not None:
                add_end(ends, clinic_id, end)
        if broken:
            raise CommandError(f"The access log of {broken} clinic(s) is broken.")

    def _verify(self, clinic_id: uuid.UUID, earlier: dict[int, str]) -> Verified | None:
        found = verify_access_log(
            clinic_id=clinic_id,
            earlier=earlier,
            report=lambda done: self.stderr.write(f"{clinic_id}: {done} entries"),
        )
        if found.broken_at is None:
            self.stdout.write(f"{clinic_id}: {found.entries} entries, end {found.hash or '-'}")
            return found
        self.stderr.write(f"{clinic_id}: broken at entry {found.broken_at}: {found.reason}")
        return None


def read_ends(path: Path | None) -> dict[str, dict[int, str]]:
    """The ends kept, by clinic: number of the entry → its hash. Raises ``CommandError`` for another file."""
    kept: dict[str, dict[int, str]] = defaultdict(dict)
    if path is None or not path.exists():
        return kept
    for place, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            end = json.loads(line)
            kept[str(end["clinic"])][int(end["entries"])] = str(end["hash"])
        except (ValueError, KeyError, TypeError):
            raise CommandError(f"Line {place} of {path} is no end of a chain.") from None
    return kept


def add_end(path: Path, clinic_id: uuid.UUID, end: Verified) -> None:
    """Append where the chain ends now; an empty chain has no end to keep."""
    if end.entries:
        with path.open("a") as file:
            file.write(
                json.dumps({"clinic": str(clinic_id), "entries": end.entries, "hash": end.hash}) + "\n"
            )
