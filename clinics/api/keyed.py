"""Idempotency-Key on every POST that creates: the same request again gets the first answer again."""

import uuid

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.headers import REPLAYED, Creates, body_sha256, read_key, still_running
from backend.platform.api.problems import Problem
from clinics.identity.models import ApiClient
from clinics.services.answer_again import (
    FirstAnswer,
    KeyedRequest,
    OtherBodyError,
    StillRunningError,
    claim_request,
    remember_answer,
)


def read_keyed(request: Request, client: ApiClient) -> KeyedRequest | None:
    """The request under its key, ``None`` without one. Raises ``Problem`` for a malformed key."""
    key = read_key(request)
    return KeyedRequest(client, key, request.path, body_sha256(request)) if key is not None else None


def first_answer(keyed: KeyedRequest) -> FirstAnswer | None:
    """What the first such request was answered with; ``None`` for itself. Raises ``Problem`` (409, 422)."""
    try:
        return claim_request(keyed)
    except StillRunningError:
        raise still_running() from None
    except OtherBodyError:
        raise Problem("idempotency_key_reused") from None


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
