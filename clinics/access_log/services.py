"""Write the access log, and verify that nobody has changed it since."""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from backend.platform.storage.tenancy import clinic_scope
from clinics.access_log.models import AccessLogEntry, AccessLogHead
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic

#: How many entries are verified between two reports of progress.
REPORT_EVERY = 10_000


def log_access(
    *,
    clinic: Clinic,
    actor: Actor,
    patients: Iterable[uuid.UUID],
    action: str,
    purpose: str,
    request_id: str,
    now: datetime,
) -> None:
    """Note one read of each patient, in the transaction of the read itself and as one statement.

    Call it last: the clinic's chain stays locked until the transaction ends.
    """
    listed = list(dict.fromkeys(patients))
    if not listed:
        return
    user = actor.user.id if actor.user else None
    client = actor.client.id if actor.client else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT log_access(%s, %s, %s::uuid[], %s::uuid, %s::uuid, %s, %s, %s)",
            [clinic.id, now, [str(patient) for patient in listed], user, client, action, purpose, request_id],
        )


def entry_hash(entry: AccessLogEntry) -> str:
    """Return the SHA-256 (hex) of an entry: its fields after the hash of the one before, a line each.

    None of them can hold a line break, so no two entries have the same text; absent ids are empty lines.
    """
    at = entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lines = (
        entry.previous_hash,
        entry.sequence,
        entry.clinic_id,
        at,
        entry.patient_id,
        entry.user_id or "",
        entry.client_id or "",
        entry.action,
        entry.purpose,
        entry.request_id,
    )
    return hashlib.sha256("\n".join(map(str, lines)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk along a clinic's chain found; ``broken_at`` is the first broken link, if there is one."""

    entries: int
    hash: str
    broken_at: int | None = None
    reason: str = ""


def verify_access_log(
    *, clinic_id: uuid.UUID, report: Callable[[int], None], earlier: Mapping[int, str] | None = None
) -> Verified:
    """Walk a clinic's chain from its first entry; ``report`` hears how far it has come.

    The end is compared with the head, so that cutting off the last entries is found too; entries written
    during the walk are left to the next one. Whoever can write every table can forge both: keep the end that
    this returns outside the database, and bring it again as one of ``earlier`` (number of entries → hash).
    """
    earlier = earlier or {}
    sequence, previous = 0, ""
    with clinic_scope(clinic_id):
        entries = AccessLogEntry.objects.filter(clinic_id=clinic_id).order_by("sequence", "id")
        last = entries.last()
        head = AccessLogHead.objects.filter(clinic_id=clinic_id).first() or AccessLogHead()
        for entry in entries.filter(sequence__lte=head.sequence).iterator(chunk_size=2000):
            sequence += 1
            if reason := _broken(entry, sequence, previous):
                return Verified(sequence - 1, previous, sequence, reason)
            previous = entry.hash
            if earlier.get(sequence, previous) != previous:
                return Verified(sequence - 1, previous, sequence, "it isn't what was kept outside")
            if sequence % REPORT_EVERY == 0:
                report(sequence)
    if (head.sequence, head.hash) != (sequence, previous):
        return Verified(sequence, previous, sequence + 1, "entries are missing at the end")
    if last is not None and last.sequence > head.sequence:
        return Verified(sequence, previous, sequence + 1, "an entry was added")
    if cut := [kept for kept in earlier if kept > sequence]:
        return Verified(sequence, previous, sequence + 1, f"{max(cut)} entries were there before")
    return Verified(sequence, previous)


def _broken(entry: AccessLogEntry, sequence: int, previous: str) -> str:
    """Why an entry doesn't follow from the one before; empty when it does."""
    if entry.sequence != sequence:
        return "an entry is missing" if entry.sequence > sequence else "an entry was added"
    if entry.previous_hash != previous:
        return "it doesn't follow from the entry before"
    if entry.hash != entry_hash(entry):
        return "it was changed"
    return ""
