"""The API's description: the OpenAPI document, a page to read it, and a page for each kind of problem."""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.etags import etag_of, not_modified
from backend.platform.api.problems import CONTENT_TYPE, PROBLEMS, Problem
from backend.platform.edge.errors import plain_page

CACHE = "public, max-age=300"
#: Held while the document is made, so that few who ask at once don't take every thread for it.
_making = threading.Lock()
_MAKING_SECONDS = 0.2


@cache
def openapi_document() -> dict[str, Any]:
    """The OpenAPI document, generated once: it depends on the code alone."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


@cache
def openapi_etag() -> str:
    """The document's ETag, taken once."""
    return etag_of(openapi_document())


@cache
def rendered(renderer: Callable[[], BaseRenderer]) -> bytes:
    """The document's bytes, written once for each form: it takes seconds, and anybody may ask for it."""
    written = renderer().render(openapi_document(), renderer_context={})
    return written if isinstance(written, bytes) else written.encode()


class SchemaView(SpectacularAPIView):
    """The OpenAPI document in YAML, or in JSON for who accepts that."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        """Send the document, or 304 to a reader who has it; 503 while another request is making it."""
        renderer = request.accepted_renderer
        if not _making.acquire(timeout=_MAKING_SECONDS):
            raise Problem("unavailable")
        try:
            etag, document = openapi_etag(), rendered(type(renderer))  # type: ignore[arg-type] # a class has a hash
        finally:
            _making.release()
        # Weak: YAML and JSON of one document share it.
        headers = {"ETag": f"W/{etag}", "Cache-Control": CACHE}
        if not_modified(request, etag):
            return Response(status=304, headers=headers)
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        return HttpResponse(document, content_type=f"{renderer.media_type}{charset}", headers=headers)


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from this server's own files; it loads nothing from anywhere else."""


@require_safe
def problem_page(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem's ``type`` points at: its title and what to do about it."""
    if code not in PROBLEMS:
        raise Http404
    status, title, advice = PROBLEMS[code]
    chosen = request.get_preferred_type(["text/html", "application/json", CONTENT_TYPE])
    response: HttpResponse
    if chosen in {"application/json", CONTENT_TYPE}:
        response = JsonResponse({"code": code, "status": status, "title": title, "advice": advice})
    else:
        response = plain_page(f"{status} {title}", advice, 200)
    response["Cache-Control"] = CACHE
    response["Vary"] = "Accept"
    return response
