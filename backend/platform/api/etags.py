"""Conditional requests (RFC 9110, section 13): nobody overwrites what they haven't seen."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.platform.api.problems import Problem


def etag_of(document: Mapping[str, Any]) -> str:
    """The strong ETag of a representation: it changes exactly when what the caller sees changes.

    Taken from the document and not from a time stamp, so that two changes within one tick of the clock, and
    changes of another row that is shown inside, are seen.
    """
    canonical = json.dumps(document, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"'


def check_if_match(request: Request, document: Mapping[str, Any]) -> None:
    """Let a change through only when the caller has seen this state of the row.

    Call it with the row locked (``select_for_update``). Raises ``Problem``: 428 without ``If-Match``, and for
    ``*``, which leaves it to the caller whether anything was seen (docs/adr/0038); 412 when none of its tags
    is the present one. A weak tag never matches: the comparison is the strong one.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise Problem("precondition_required")
    tags = parse_etags(header)
    if "*" in tags:
        raise Problem("precondition_required", "`*` names no state: send the ETag of what you have seen.")
    if etag_of(document) not in tags:
        raise Problem("precondition_failed")


def not_modified(request: Request, etag: str) -> bool:
    """True when ``If-None-Match`` names this state; weak tags count (weak comparison)."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return tags == ["*"] or etag in {tag.removeprefix("W/") for tag in tags}


class Conditional(APIView):
    """Mixin of views on something that changes: GET sends an ETag, the named methods demand ``If-Match``."""

    needs_if_match: ClassVar[frozenset[str]] = frozenset({"PUT", "PATCH"})

    def represent(
        self, document: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Answer with the document and its ETag; with an empty 304 when a reader has it already."""
        etag = etag_of(document)
        if self.request.method in {"GET", "HEAD"} and not_modified(self.request, etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(document, status=status, headers={**(headers or {}), "ETag": etag})
