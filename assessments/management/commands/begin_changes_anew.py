"""After a restore nobody goes on from a cursor of before it: `manage.py begin_changes_anew`."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments.exports.services.changes import begin_anew
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope


class Command(BaseCommand):
    """Every cursor that was given out so far is answered with 410 from now on."""

    help = "Begin every clinic's list of changes anew, after a restore and before the service starts."

    def handle(self, *_: Any, **__: Any) -> None:
        """Each clinic in a transaction of its own; safe to run again."""
        clinics = 0
        for clinic_id in all_clinic_ids():
            with clinic_scope(clinic_id):
                begin_anew()
            clinics += 1
        self.stdout.write(f"{clinics} clinics begin anew.")
