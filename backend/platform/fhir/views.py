"""The base of every view below FHIR's address."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.http import parse_etags
from rest_framework.exceptions import NotAcceptable
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.platform.api.parsers import StrictJSONParser
from backend.platform.api.problems import Problem
from backend.platform.fhir.elements import Resource, etag
from backend.platform.fhir.outcomes import (
    CONTENT_TYPE,
    FhirAsJsonRenderer,
    FhirParser,
    FhirRenderer,
    exception_handler,
)

FHIR_VERSION = "4.0.1"
_FORMATS = frozenset({"json", "application/json", CONTENT_TYPE, "application/fhir json"})


class FhirAPIView(APIView):
    """Speaks ``application/fhir+json`` and answers errors as OperationOutcome.

    ``body_type`` is the type of resource that a body holds; ``searching`` are the methods that search,
    ``honours_if_match`` those that check the version they change (``check_version``).
    FHIR describes itself in its CapabilityStatement, so these views stay out of the OpenAPI document.
    """

    schema = None
    renderer_classes = [FhirRenderer, FhirAsJsonRenderer]
    parser_classes = [FhirParser, StrictJSONParser]
    body_type: ClassVar[str] = ""
    honours_if_match: ClassVar[frozenset[str]] = frozenset()
    searching: ClassVar[frozenset[str]] = frozenset()

    def get_exception_handler(self) -> Callable[..., Any]:
        """Errors as OperationOutcome."""
        return exception_handler

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse another format or release of FHIR; ``_format`` outweighs Accept."""
        super().initial(request, *args, **kwargs)
        asked = request.query_params.get("_format")
        if asked is not None and asked not in _FORMATS:
            raise NotAcceptable
        if (
            "fhirVersion=" in request.headers.get("Accept", "")
            and "fhirVersion=4.0" not in request.headers["Accept"]
        ):
            raise NotAcceptable
        self._refuse_conditions(request)

    def _refuse_conditions(self, request: Request) -> None:
        """Refuse a condition that nobody would check; raises ``Problem`` (412) that says what to send.

        A reader's conditions only save a transfer: without a match the whole is answered.
        """
        reading = request.method in SAFE_METHODS
        refused = {
            "If-None-Exist": "Send an Idempotency-Key: the same request again is then recorded once.",
            "If-Unmodified-Since": "Send If-Match with the version you read.",
        }
        if request.method not in self.honours_if_match:
            refused["If-Match"] = "This request takes no version."
        if not reading:
            refused |= dict.fromkeys(("If-None-Match", "If-Modified-Since"), "Only reads take it.")
        for name, instead in refused.items():
            if name in request.headers:
                raise Problem("precondition_failed", f"{name} isn't supported here. {instead}")

    def represent(
        self, found: Resource, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """Answer with a resource and its weak ETag; with an empty 304 when a reader has it already."""
        tag = etag(found)
        shown = {**(headers or {}), "ETag": tag}
        known = _tags(self.request.headers.get("If-None-Match", ""))
        if self.request.method in {"GET", "HEAD"} and {tag, "W/*"}.intersection(known):
            return Response(status=304, headers=shown)
        return Response(found, status=status, headers=shown)


def _tags(header: str) -> list[str]:
    """The tags of a condition, each as a weak one: FHIR's versions are compared weakly."""
    return [tag if tag.startswith("W/") else f"W/{tag}" for tag in parse_etags(header)]


def check_version(request: Request, *shown: Resource) -> None:
    """Let an update through only when the caller has seen this version (``If-Match``, where it is sent).

    ``shown`` is the resource in each way in which it may have been told.
    """
    header = request.headers.get("If-Match")
    if header is not None and not {*map(etag, shown), "W/*"}.intersection(_tags(header)):
        raise Problem("precondition_failed")
