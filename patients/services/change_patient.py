"""What is known about a runner changes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from patients.models import Patient
from patients.services.archiving import archiving
from patients.services.details import as_columns
from patients.services.errors import ArchiveReasonMissingError, PatientErasedError, external_id_is_free


def change_patient(
    *, patient: Patient, changes: Mapping[str, Any], now: dt.datetime, replace: bool = False
) -> bool:
    """Store the fields that differ; returns whether anything did. Call it with the row locked.

    Fields not named stay as they are. ``contact`` and ``running_profile`` are merged (RFC 7396: a null
    removes), or taken as the whole with ``replace``. Archiving settles what is pending about the patient.

    Raises ``ExternalIdTakenError``, ``PatientErasedError``, ``ArchiveReasonMissingError`` and
    ``StillWaitingError``.
    """
    if patient.erased_at is not None:
        raise PatientErasedError
    columns = as_columns(changes, over=patient, now=now, replace=replace)
    changed = {name: value for name, value in columns.items() if getattr(patient, name) != value}
    if not changed:
        return False
    for name, value in changed.items():
        setattr(patient, name, value)
    if changed.keys() & {"archived_at", "archive_reason"}:
        _settle(patient, archived=bool(changed.get("archived_at")), now=now)
    with external_id_is_free():
        patient.save(update_fields=[*changed, "updated_at"])
    return True


def _settle(patient: Patient, *, archived: bool, now: dt.datetime) -> None:
    if bool(patient.archive_reason) != (patient.archived_at is not None):
        raise ArchiveReasonMissingError
    if archived:
        archiving.send(sender=Patient, patient=patient, now=now)
