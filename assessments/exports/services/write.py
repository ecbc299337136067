"""Write the exports that are due, chunk by chunk.

What an export holds is settled in one transaction: which rows, in which order, in which chunk. Each chunk is
then written in a transaction of its own, together with how far the export has come. A worker that dies leaves
whole chunks and a lease that runs out; whoever claims the export next goes on with the chunk that is missing.
"""

import gzip
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db.models import Value

from assessments.exports.models import Export, ExportChunk
from assessments.exports.services.changes import last_position
from assessments.exports.services.exports import KEPT_FOR, end, let_no_export_be_written
from assessments.exports.services.kinds import KINDS, Kind, Rows, lines
from backend.platform.storage.due_work import Claim, Clock, work_through
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic

#: Rows of a chunk: what a worker holds in memory, and what a crash makes it write again.
CHUNK_ROWS = 200
#: How long a worker stays with one export before other work gets its turn.
TURN = timedelta(seconds=10)
#: Attempts in a row that wrote nothing, crashes included, before an export has failed.
MAX_STALLED = 5

State = Export.State


def write_due_exports(*, clock: Clock, limit: int = 1) -> int:
    """Go on with the exports that are due, at most ``limit``, one turn each; returns how many there were.

    Safe to run twice at once and after any crash.
    """
    return work_through(Export, attempt=lambda claim: _attempt(claim, clock), clock=clock, limit=limit)


def _attempt(claim: Claim[Export], clock: Clock) -> None:
    turn_ends = clock() + TURN
    if not _begin(claim):
        return
    _settle(claim, now=clock())
    while _write_next(claim, now=clock()):
        if clock() >= turn_ends:
            _give_back(claim, now=clock())
            return


def _held(claim: Claim[Export]) -> Export | None:
    """The export, locked, while it is still ours: whoever deletes it, or erases a patient, waits."""
    let_no_export_be_written(Clinic(id=claim.clinic_id), but_ours=True)
    return claim.held().select_for_update(of=("self",)).select_related("clinic").first()


def _begin(claim: Claim[Export]) -> bool:
    """Count the attempt before anything can go wrong in it; false when there have been too many."""
    with clinic_scope(claim.clinic_id):
        export = _held(claim)
        if export is None:
            return False
        if export.stalled >= MAX_STALLED:
            end(export, state=State.FAILED, failure=Export.Failure.NOT_WRITTEN)
            return False
        export.stalled += 1
        export.save(update_fields=["stalled", "updated_at"])
    return True


def _settle(claim: Claim[Export], *, now: datetime) -> None:
    """Write down what a queued export will hold.

    The place in the list of changes comes first: what is committed in between stands in both.
    """
    with clinic_scope(claim.clinic_id):
        export = _held(claim)
        if export is None or export.state != State.QUEUED:
            return
        export.changes_cursor = last_position(clinic=export.clinic)
        total: Counter[str] = Counter()
        chunks = _chunks(export, total)
        while some := list(islice(chunks, 100)):
            export.chunks.bulk_create(some)
            export.chunks_total += len(some)
        export.rows_total, export.rows_done = dict(total), dict.fromkeys(total, 0)
        export.state, export.started_at = State.RUNNING, now
        export.save()


def _chunks(export: Export, total: Counter[str]) -> Iterator[ExportChunk]:
    """The chunks to be, in order; counts their rows by type as they come."""
    names = list(KINDS)
    listed, before = _listed(export), None
    for number in range(2**31):
        chunk = ExportChunk(clinic_id=export.clinic_id, export=export, number=number, rows=[], patients=[])
        for patient, kind, row in islice(listed, CHUNK_ROWS):
            chunk.rows.append((names[kind], str(row)))
            if patient != before:
                chunk.patients.append(str(patient))
            before = patient
        if not chunk.rows:
            return
        total.update(name for name, _ in chunk.rows)
        yield chunk


def _listed(export: Export) -> Iterator[tuple[uuid.UUID, int, uuid.UUID]]:
    """Patient, place of its kind and id of every row, all of one patient together, read as it is needed."""
    parts = [_part(export, place, kind) for place, kind in enumerate(KINDS.values())]
    together = parts[0].union(*parts[1:], all=True).order_by("about", "place", "id")
    return iter(together.iterator(chunk_size=2000))


def _part(export: Export, place: int, kind: Kind) -> Rows:
    rows = kind.rows(export.clinic).annotate(about=kind.patient, place=Value(place))
    if export.patient_id is not None:
        rows = rows.filter(about=export.patient_id)
    if export.updated_since is not None:
        rows = rows.filter(kind.changed_since(export.clinic, export.updated_since))
    listed: Rows = rows.values_list("about", "place", "id")
    return listed


def _write_next(claim: Claim[Export], *, now: datetime) -> bool:
    """Write one chunk with how far the export has come; false when there is no more to do, or not for us."""
    with clinic_scope(claim.clinic_id):
        export = _held(claim)
        if export is None:
            return False
        if export.chunks_done < export.chunks_total:
            _write_chunk(export)
        if export.chunks_done == export.chunks_total:
            export.state, export.ready_at, export.expires_at = State.READY, now, now + KEPT_FOR
            export.next_attempt_at = export.leased_until = export.claim_token = None
        else:
            export.leased_until = now + settings.CLAIM_LEASE
        export.stalled = export.failures = 0
        export.round_failing_since, export.last_error = None, ""
        export.save()
        return export.state == State.RUNNING


def _write_chunk(export: Export) -> None:
    chunk = export.chunks.get(number=export.chunks_done)
    text = lines(export.clinic, chunk.rows).encode()
    chunk.content = gzip.compress(text, mtime=0)
    chunk.save(update_fields=["content"])
    export.chunks_done += 1
    export.size_bytes += len(text)
    done = Counter(export.rows_done)
    done.update(name for name, _ in chunk.rows)
    export.rows_done = dict(done)


def _give_back(claim: Claim[Export], *, now: datetime) -> None:
    """Stand at the end of the line; what is written stays."""
    with clinic_scope(claim.clinic_id):
        claim.held().update(next_attempt_at=now, leased_until=None, claim_token=None)
