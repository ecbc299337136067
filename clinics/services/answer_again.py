"""Answer a repeated request as the first time, and do what it asks for once."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import connection

from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.models import ApiClient
from clinics.models import AnsweredRequest

#: How long a key is remembered at least; it is forgotten within the hour after.
KEPT_FOR = dt.timedelta(hours=24)


class StillRunningError(Exception):
    """Another transaction works on the same key and route."""


class OtherBodyError(Exception):
    """The key was used on this route with another body."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """One client's request under a key of its own; ``route`` is the path it was sent to."""

    client: ApiClient
    key: str
    route: str
    body_sha256: str


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What the first request of a key created, and the HTTP status it was answered with."""

    reference: uuid.UUID
    status: int


def claim_request(request: KeyedRequest) -> FirstAnswer | None:
    """Take the key until the transaction ends: ``None`` when it is ours to do, else what was answered.

    One statement: the function looks only once it holds the lock, so that what a concurrent request has just
    committed is seen. Raises ``StillRunningError`` and ``OtherBodyError``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT running, body_sha256, reference, status FROM claim_request(%s, %s, %s)",
            [request.client.id, request.key, request.route],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    running, body_sha256, reference, status = row
    if running:
        raise StillRunningError
    if body_sha256 != request.body_sha256:
        raise OtherBodyError
    return FirstAnswer(reference, status)


def remember_answer(request: KeyedRequest, answer: FirstAnswer, *, now: dt.datetime) -> None:
    """Store what was created, in the transaction that created it; one statement."""
    AnsweredRequest(
        clinic_id=request.client.clinic_id,
        client=request.client,
        key=request.key,
        route=request.route,
        body_sha256=request.body_sha256,
        reference=answer.reference,
        status=answer.status,
        created_at=now,
    ).save(force_insert=True)


def forget_answered_requests(*, now: dt.datetime) -> int:
    """Delete what is older than a day in every clinic; returns how many rows went."""
    forgotten = 0
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            old = AnsweredRequest.objects.filter(clinic_id=clinic_id, created_at__lt=now - KEPT_FOR)
            forgotten += old.delete()[0]
    return forgotten
