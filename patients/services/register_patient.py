"""A runner becomes known to the clinic."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from clinics.identity.models import Clinic
from patients.models import Patient
from patients.services.details import as_columns
from patients.services.errors import ArchiveReasonMissingError, ExternalIdTakenError, external_id_is_free


def register_patient(*, clinic: Clinic, details: Mapping[str, Any], now: dt.datetime) -> Patient:
    """Store a new patient of the clinic; ``details`` are validated fields, ``archived`` among them.

    Raises ``ExternalIdTakenError`` when another patient of the clinic has the external id, and
    ``ArchiveReasonMissingError``.
    """
    columns = as_columns(details, over=None, now=now)
    if bool(columns.get("archive_reason")) != (columns.get("archived_at") is not None):
        raise ArchiveReasonMissingError
    with external_id_is_free():
        return clinic.patients.create(**columns)


def find_or_register_patient(
    *, clinic: Clinic, details: Mapping[str, Any], now: dt.datetime
) -> tuple[Patient, bool]:
    """Return the clinic's patient with the external id of ``details``, locked; or a new one and True.

    Of two callers at once, one registers and the other finds.
    """
    same_id = clinic.patients.select_for_update().filter(external_id=details["external_id"])
    if found := same_id.first():
        return found, False
    try:
        return register_patient(clinic=clinic, details=details, now=now), True
    except ExternalIdTakenError:
        return same_id.get(), False
