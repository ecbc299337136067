"""What can be done about a runner: registered, changed, archived, held, found."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal

from backend.platform.refusals import FieldProblem, Invalid, NotFound, Refusal
from clinics.identity.models import Clinic
from patients.models import HoldReason, Patient


def merge(old: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7396): objects are merged, a null removes, anything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(old) if isinstance(old, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def as_columns(
    details: Mapping[str, Any], *, over: Patient | None, now: dt.datetime, replace: bool = True
) -> dict[str, Any]:
    """Translate ``archived`` to the time since when, and merge documents unless they replace.

    A patient already archived keeps the time of it; one who is taken back has no reason any more.
    """
    columns = {
        name: merge({} if replace else getattr(over, name), _plain(value))
        if isinstance(value, Mapping)
        else value
        for name, value in details.items()
    }
    if (archived := columns.pop("archived", None)) is not None:
        columns["archived_at"] = (getattr(over, "archived_at", None) or now) if archived else None
        if not archived:
            columns["archive_reason"] = ""
    if columns.get("archive_reason", "") is None:
        columns["archive_reason"] = ""
    return columns


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(document, cls=DjangoJSONEncoder))
    return plain


class ExternalIdTakenError(Refusal):
    """Another patient of the clinic has this external id."""

    pointer, fault = "/external_id", "not_unique"
    words = "Another patient of the clinic has this external id."


class PatientErasedError(Refusal):
    """The patient was erased: nothing about them is changed or added any more."""

    code = "erased"


class ArchiveReasonMissingError(Invalid):
    """Archiving settles what is pending: it must be said why."""

    pointer, fault = "/archive_reason", "required"
    words = "Say why, together with archived: true; a patient who isn't archived has none."


class StillWaitingError(Refusal):
    """Something about the patient waits for a clinician, who must settle it before they are archived."""

    words = "Something about this patient waits for a clinician, who must settle it first."


@contextmanager
def external_id_is_free() -> Iterator[None]:
    """Run the block in a savepoint; raises ``ExternalIdTakenError`` when the unique constraint refuses it.

    Asking first would leave a gap in which another request takes the id.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as exc:
        diagnosis = getattr(exc.__cause__, "diag", None)
        if diagnosis is None or diagnosis.constraint_name != "one_patient_per_external_id":
            raise
        raise ExternalIdTakenError from None


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


def hold_record(*, patient: Patient, reason: HoldReason, until: dt.date) -> None:
    """Forbid erasing the patient up to a day of the clinic's calendar, in place of any hold before.

    Call it with the row locked. Raises ``PatientErasedError``.
    """
    _store(patient, reason, until)


def release_record(*, patient: Patient) -> None:
    """End the hold, if there is one. Call it with the row locked. Raises ``PatientErasedError``."""
    _store(patient, "", None)


def _store(patient: Patient, reason: str, until: dt.date | None) -> None:
    if patient.erased_at is not None:
        raise PatientErasedError
    if (patient.legal_hold_reason, patient.legal_hold_until) == (reason, until):
        return
    patient.legal_hold_reason, patient.legal_hold_until = reason, until
    patient.save(update_fields=["legal_hold_reason", "legal_hold_until", "updated_at"])


def search_patients(
    *,
    clinic: Clinic,
    family_name: str | None = None,
    given_name: str | None = None,
    birth_date: dt.date | None = None,
    external_id: str | None = None,
) -> QuerySet[Patient]:
    """The clinic's patients, archived ones too, to whom everything given applies.

    Names match from their beginning, whatever their case; birth date and external id match exactly.
    """
    found = clinic.patients.all()
    if family_name:
        found = found.filter(family_name__istartswith=family_name)
    if given_name:
        found = found.filter(given_name__istartswith=given_name)
    if birth_date:
        found = found.filter(birth_date=birth_date)
    if external_id:
        found = found.filter(external_id=external_id)
    return found


#: Sent with ``patient`` and ``now``.
archiving = Signal()


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


def patient_known_as(*, clinic: Clinic, external_ids: Collection[str]) -> Patient | None:
    """The one runner of the clinic with one of these ids of the practice's; nobody when there are several."""
    if not external_ids:
        return None
    found = list(clinic.patients.filter(external_id__in=external_ids, erased_at=None)[:2])
    return found[0] if len(found) == 1 else None


class PatientNotFoundError(NotFound):
    """No such patient in this clinic, or archived."""


#: What it means that a patient isn't found whom a row of the clinic names, or the body of a request.
ARCHIVED = Refusal("The patient is archived.")
NO_SUCH_PATIENT = Invalid(places=[FieldProblem("/patient", "not_found", "There is no such patient.")])


def lock_patient(clinic: Clinic, patient_id: uuid.UUID) -> Patient:
    """Lock a runner's row, so that two changes of what is known and due about them take turns.

    The patient returned knows only its id, clinic and birth date. Raises ``PatientNotFoundError`` or
    ``PatientErasedError``.
    """
    present = Q(archived_at=None) | Q(erased_at__isnull=False)
    rows = clinic.patients.filter(present, id=patient_id).select_for_update(no_key=True)
    row = rows.values_list("birth_date", "erased_at").first()
    if row is None:
        raise PatientNotFoundError
    if row[1] is not None:
        raise PatientErasedError
    return Patient(id=patient_id, clinic=clinic, birth_date=row[0])
