"""The access log's side of the dashboard: whose data a page showed to the person signed in."""

import uuid
from collections.abc import Iterable, Iterator

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinics.actor import Actor
from clinics.models import Membership
from clinics.services.access_log import log_access


def log_page(request: HttpRequest, response: HttpResponse, member: Membership) -> None:
    """Note every patient on a page of the dashboard, in the transaction of the page."""
    log_reading(request, member, _patients(response))


def log_reading(request: HttpRequest, member: Membership, patients: Iterable[uuid.UUID]) -> None:
    """Note that the page told the person something about these patients."""
    match = request.resolver_match
    log_access(
        clinic=member.clinic,
        actor=Actor(user=member.user),
        patients=patients,
        action=f"{request.method} {match.view_name if match else ''}",
        purpose="",
        request_id=request.META.get("REQUEST_ID", ""),
        now=timezone.now(),
    )


def _patients(response: HttpResponse) -> Iterator[uuid.UUID]:
    for row in _rows(response):
        patient = row.pk if row._meta.label == "patients.Patient" else getattr(row, "patient_id", None)
        if patient is not None:
            yield patient


def _rows(response: HttpResponse) -> list[Model]:
    """The rows of a list, or the one of a page; none of a redirect or a refusal."""
    context = getattr(response, "context_data", None) or {}
    if "cl" in context:
        return list(context["cl"].result_list)
    return [context["original"]] if context.get("original") else []
