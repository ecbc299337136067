"""Erase again whom a restored backup brought back: `manage.py reapply_erasures < ledger`."""

import json
import sys
import uuid
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.privacy.services.erasure import LedgerEntry, reapply_erasure
from patients.models import ErasureReason

#: What a person must look into before the service may be used again.
UNDONE = ("held", "still_called_for")


class Command(BaseCommand):
    """Reads what erasure_ledger printed; exits with 1 and names each patient who could not be erased."""

    help = "Erase every patient of the ledger (standard input) who is not erased here."

    def handle(self, *_: Any, **__: Any) -> None:
        """Each patient in a transaction of their own; safe to run again."""
        entries = [self._read(number, line) for number, line in enumerate(sys.stdin, 1) if line.strip()]
        outcomes: Counter[str] = Counter()
        for entry in entries:
            outcome = reapply_erasure(entry, now=timezone.now())
            outcomes[outcome] += 1
            if outcome in UNDONE:
                self.stderr.write(f"{entry.clinic}: patient {entry.patient}: {outcome}")
        self.stdout.write(", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items())))
        if undone := sum(outcomes[outcome] for outcome in UNDONE):
            raise CommandError(f"{undone} patient(s) are not erased.")

    def _read(self, number: int, line: str) -> LedgerEntry:
        """All lines are read before the first patient is erased: half a file is a mistake."""
        try:
            entry = json.loads(line)
            clinic, patient = uuid.UUID(entry["clinic"]), uuid.UUID(entry["patient"])
            return LedgerEntry(clinic, patient, ErasureReason(entry["reason"]))
        except (ValueError, KeyError, TypeError):
            raise CommandError(f"Line {number} is no line of the ledger; nothing was erased.") from None
