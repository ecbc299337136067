"""Print who was erased, to be kept outside the database: `manage.py erasure_ledger`."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from assessments.privacy.services.erasure import erasure_ledger


class Command(BaseCommand):
    """Prints one line of JSON for each erasure of every clinic: ids, code and time, nothing of the person."""

    help = "Print every erasure, for reapply_erasures after a backup was restored."

    def handle(self, *_: Any, **__: Any) -> None:
        """Oldest first within each clinic."""
        for entry in erasure_ledger():
            self.stdout.write(json.dumps(entry))
