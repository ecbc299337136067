"""Idempotency-Key on every POST that creates: the same request again gets the first answer again."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.headers import REPLAYED, Creates, body_sha256, read_key
from backend.platform.refusals import Refusal
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.api.models import AnsweredRequest
from clinics.identity.models import ApiClient

#: How long a key is remembered at least; it is forgotten within the hour after.
KEPT_FOR = dt.timedelta(hours=24)


class StillRunningError(Refusal):
    """Another transaction works on the same key and route."""

    code = "request_in_progress"

    @property
    def retry_after(self) -> int:
        """A second: a request is answered in less."""
        return 1


class OtherBodyError(Refusal):
    """The key was used on this route with another body."""

    code = "idempotency_key_reused"


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


def read_keyed(request: Request, client: ApiClient) -> KeyedRequest | None:
    """The request under its key, ``None`` without one. Raises ``Problem`` for a malformed key."""
    key = read_key(request)
    return KeyedRequest(client, key, request.path, body_sha256(request)) if key is not None else None


def answer_again(view: Creates, answer: FirstAnswer) -> Response:
    """The first answer again, formed from what is stored."""
    response = view.show_again(answer.reference)
    response.status_code = answer.status
    response[REPLAYED] = "true"
    return response


def remember(keyed: KeyedRequest, response: Response) -> None:
    """Note the answer of a success; every creating view answers with the ``id`` of what it made."""
    answer = FirstAnswer(uuid.UUID(str(response.data["id"])), response.status_code)
    remember_answer(keyed, answer, now=timezone.now())
