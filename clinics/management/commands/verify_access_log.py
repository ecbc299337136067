"""Verify the chain of the access log: `manage.py verify_access_log [--clinic ID]`."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinics.services.access_log import verify_access_log
from clinics.tenancy import all_clinic_ids


class Command(BaseCommand):
    """Walks every clinic's chain; exits with 1 and names the first broken link of each that has one."""

    help = "Verify that no entry of the access log was changed, removed or added."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One clinic instead of all."""
        parser.add_argument("--clinic", type=uuid.UUID, help="Only this clinic.")

    def handle(self, *_: Any, clinic: uuid.UUID | None = None, **__: Any) -> None:
        """Print the end of each chain, to be kept outside the database."""
        ids = all_clinic_ids()
        if clinic is not None and clinic not in ids:
            raise CommandError(f"There is no clinic {clinic}.")
        broken = sum(not self._verify(clinic_id) for clinic_id in ([clinic] if clinic else ids))
        if broken:
            raise CommandError(f"The access log of {broken} clinic(s) is broken.")

    def _verify(self, clinic_id: uuid.UUID) -> bool:
        found = verify_access_log(
            clinic_id=clinic_id, report=lambda done: self.stderr.write(f"{clinic_id}: {done} entries")
        )
        if found.broken_at is None:
            self.stdout.write(f"{clinic_id}: {found.entries} entries, end {found.hash or '-'}")
            return True
        self.stderr.write(f"{clinic_id}: broken at entry {found.broken_at}: {found.reason}")
        return False
