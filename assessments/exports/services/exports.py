"""Ask for an export, read it, take it away."""

import datetime as dt
import gzip
import uuid

from django.db import connection, transaction
from django.db.models import Q

from assessments.exports.models import Export
from backend.platform.broker import nudge
from backend.platform.refusals import NotFound, Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.access_log.services import log_access
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.services import PatientNotFoundError


def nudge_exports() -> None:
    """Ask for a turn at an export now; a broker that doesn't answer is logged, not raised."""
    nudge("assessments.tasks.write_due_exports")


#: How long a result can be read.
KEPT_FOR = dt.timedelta(hours=24)
#: Exports of a clinic that are being written or kept at once: each is a copy of its data.
AT_ONCE = 5
#: How the access log calls a read of a result.
READ_ACTION = "GET export-result"

State = Export.State


class ExportNotFoundError(NotFound):
    """No such export in this clinic."""


class TooManyExportsError(Refusal):
    """The clinic has as many exports as it may."""

    words = f"The clinic has {AT_ONCE} exports already: wait until one expires, or delete one."


class NoResultError(Refusal):
    """There is no result to read, and the words say why."""

    def __init__(self, state: str) -> None:
        super().__init__(f"The export is {state}.")


class ResultGoneError(Refusal):
    """The result isn't kept any more."""

    code = "gone"


def start_export(
    *,
    clinic: Clinic,
    actor: Actor,
    patient_id: uuid.UUID | None = None,
    updated_since: dt.datetime | None = None,
    now: dt.datetime,
) -> Export:
    """Queue an export of the clinic, or of one patient, archived or not; a worker begins at once.

    With ``updated_since`` it holds only what was made or changed since. Raises ``PatientNotFoundError`` or
    ``TooManyExportsError``.
    """
    with clinic_scope(clinic.id):
        if patient_id is not None and not clinic.patients.filter(id=patient_id).exists():
            raise PatientNotFoundError
        Clinic.objects.select_for_update(no_key=True).get(
            pk=clinic.pk
        )  # two at once mustn't both be the last
        if clinic.exports.filter(_kept(now)).count() >= AT_ONCE:
            raise TooManyExportsError
        export = clinic.exports.create(
            patient_id=patient_id,
            updated_since=updated_since,
            requested_by_client=actor.client,
            requested_by_user=actor.user,
            next_attempt_at=now,
        )
        transaction.on_commit(nudge_exports, robust=True)
    return export


def _kept(now: dt.datetime) -> Q:
    """The exports that are being written or can be read."""
    return Q(state__in=Export.PENDING) | Q(state=State.READY, expires_at__gt=now)


def state_at(export: Export, now: dt.datetime) -> str:
    """The state, and expired from the moment on that was promised, whoever has noticed yet."""
    expired = export.state == State.READY and export.expires_at is not None and export.expires_at <= now
    return State.EXPIRED.value if expired else str(export.state)


def delete_export(*, clinic: Clinic, export_id: uuid.UUID) -> None:
    """Remove an export with everything written of it, at once; a worker that is at it stops.

    Raises ``ExportNotFoundError``.
    """
    with clinic_scope(clinic.id):
        export = clinic.exports.select_for_update().filter(id=export_id).first()
        if export is None:
            raise ExportNotFoundError
        export.delete()


def readable_export(*, clinic: Clinic, export_id: uuid.UUID, now: dt.datetime) -> Export:
    """Return an export whose result can be read. Raises ``ExportNotFoundError``, ``NoResultError``
    or ``ResultGoneError``."""
    export = clinic.exports.filter(id=export_id).first()
    if export is None:
        raise ExportNotFoundError
    state = state_at(export, now)
    if state != State.READY:
        raise ResultGoneError if state == State.EXPIRED else NoResultError(state)
    return export


def read_chunk(
    *,
    clinic: Clinic,
    actor: Actor,
    export_id: uuid.UUID,
    number: int,
    purpose: str,
    request_id: str,
    now: dt.datetime,
) -> bytes:
    """Return the lines of one chunk, and note for every patient who begins in it that they were read.

    A transaction of its own, in the clinic's scope. Raises ``ExportNotFoundError`` when the export was taken
    away meanwhile.
    """
    with clinic_scope(clinic.id):
        chunk = clinic.export_chunks.filter(export_id=export_id, number=number).first()
        if chunk is None or chunk.content is None:
            raise ExportNotFoundError
        log_access(
            clinic=clinic,
            actor=actor,
            patients=[uuid.UUID(patient) for patient in chunk.patients],
            action=READ_ACTION,
            purpose=purpose,
            request_id=request_id,
            now=now,
        )
        return gzip.decompress(chunk.content)


def let_no_export_be_written(clinic: Clinic, *, but_ours: bool = False) -> None:
    """Wait for the chunk of the clinic's that is being written; until the transaction ends there is no other.

    An erasure does so before anything else, so that no chunk holds what is being erased. Workers take turns
    with it, not with one another: ``but_ours``. Whoever takes this lock takes it first.
    """
    lock = "pg_advisory_xact_lock_shared" if but_ours else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 0))", [f"exports of {clinic.id}"])


def take_away_results(*, clinic: Clinic, failure: Export.Failure) -> int:
    """End every export of the clinic that was begun, with what was written; returns how many there were.

    For an erasure, after ``let_no_export_be_written``: what was written before still names the patient.
    """
    with clinic_scope(clinic.id):
        begun = list(clinic.exports.select_for_update().filter(state__in=(State.RUNNING, State.READY)))
        for export in begun:
            end(export, state=State.FAILED, failure=failure)
    return len(begun)


def end(export: Export, *, state: Export.State, failure: str = "") -> None:
    """Close a locked export without a result: its chunks go."""
    export.chunks.all().delete()
    export.state, export.failure = state, failure
    export.next_attempt_at = export.leased_until = export.claim_token = None
    export.save()
