"""Headers of our own that callers send: that a request is the same one again, and why somebody reads."""

import hashlib
import re
import uuid
from typing import Protocol, runtime_checkable

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.fields import TextField
from backend.platform.api.problems import Problem
from backend.platform.refusals import FieldProblem

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY_PATTERN = "^[!-~]{1,255}$"

_KEY = re.compile(r"[!-~]{1,255}")
_WRONG_KEY = FieldProblem(f"/{HEADER}", "malformed", "1 to 255 visible ASCII characters without spaces.")


@runtime_checkable
class Creates(Protocol):
    """A view whose POST changes something and can show again what came of it."""

    def show_again(self, reference: uuid.UUID) -> Response:
        """Answer about what an earlier request created, as it is now; 404 when it can't be seen any more."""


def read_key(request: Request) -> str | None:
    """The caller's key, ``None`` without one. Raises ``Problem`` (422) for one that can't be a key."""
    key = request.headers.get(HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise Problem("invalid", errors=[_WRONG_KEY])
    return key


def body_sha256(request: Request) -> str:
    """SHA-256 of the body as it was sent; raises ``RequestDataTooBig`` above the cap."""
    return hashlib.sha256(request._request.body).hexdigest()  # noqa: SLF001 - the way DRF documents to it


PURPOSE_HEADER = "X-Access-Purpose"
#: What the document promises to take: visible ASCII, because a header knows no other characters for certain.
PURPOSE_PATTERN = r"^[!-~]([ -~]{0,198}[!-~])?$"

_PURPOSE = TextField(max_length=200)
_WRONG_PURPOSE = FieldProblem(f"/{PURPOSE_HEADER}", "malformed", "One line of 1 to 200 characters.")


def read_purpose(request: Request) -> str:
    """Why the caller reads, empty when it doesn't say. Raises ``Problem`` (422) for more than a line."""
    purpose = request.headers.get(PURPOSE_HEADER)
    if purpose is None:
        return ""
    try:
        return str(_PURPOSE.run_validation(purpose))
    except ValidationError:
        raise Problem("invalid", errors=[_WRONG_PURPOSE]) from None
