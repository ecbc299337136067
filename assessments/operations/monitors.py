"""What monitors ask: `/statusz` in words, `/metrics` in numbers. Never for routing requests.

Both are closed until the operator sets ``STATUS_TOKEN``.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from assessments.operations.metrics import StatusCollector
from assessments.operations.services.counters import PASSES
from assessments.operations.services.status import OpenEscalations, Status, status
from backend.platform.broker import queue_lengths

View = Callable[[HttpRequest], HttpResponse]


def for_monitors(view: View) -> View:
    """Let in who sends ``Authorization: Bearer STATUS_TOKEN``; without such a token there is nothing here."""

    @require_safe
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not settings.STATUS_TOKEN:
            raise Http404
        given = request.headers.get("Authorization", "")
        if not constant_time_compare(given, f"Bearer {settings.STATUS_TOKEN}"):
            return JsonResponse(
                {"status": "token needed"},
                status=HTTPStatus.UNAUTHORIZED,
                headers={"WWW-Authenticate": 'Bearer realm="monitors"'},
            )
        try:
            response = view(request)
        except DatabaseError:
            return JsonResponse({"status": "database unavailable"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


@for_monitors
def statusz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Counts and ages over all clinics; 503 when something is later than it may be."""
    now = status(now=timezone.now())
    overdue = now.overdue()
    document = {
        "status": "overdue" if overdue else "ok",
        "overdue": overdue,
        "escalations": {row.urgency: _escalations(row, now) for row in now.escalations},
        "due": {
            kind: {"rows": due.rows, "oldest_seconds": now.seconds_since(due.oldest)}
            for kind, due in now.work.items()
        },
        "last_seconds_ago": {name.partition(":")[2]: now.age(name) for name in PASSES},
        "queues": queue_lengths(),
    }
    return JsonResponse(document, status=HTTPStatus.SERVICE_UNAVAILABLE if overdue else HTTPStatus.OK)


@for_monitors
def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The same and more for Prometheus, read from the database at each scrape: any web process will do."""
    registry = CollectorRegistry()
    registry.register(StatusCollector(now=timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _escalations(row: OpenEscalations, now: Status) -> dict[str, float]:
    return {
        "open": row.open,
        "past_deadline": row.past_deadline,
        "untold": row.untold,
        "oldest_open_seconds": now.seconds_since(row.opened_at),
        "oldest_past_deadline_seconds": now.seconds_since(row.acknowledge_by),
        "oldest_due_seconds": now.seconds_since(row.due_at),
    }


def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """The database answers; 503 when it doesn't, so that a balancer sends requests elsewhere."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok"})
