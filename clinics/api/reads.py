"""Which patients an answer showed, and why the caller wanted to see them: the access log's side of a view."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api.fields import TextField
from backend.api.problems import FieldProblem, Problem
from clinics.api.authentication import Principal
from clinics.services.access_log import log_access

PURPOSE_HEADER = "X-Access-Purpose"
_PURPOSE = TextField(max_length=200)
_WRONG = FieldProblem(f"/{PURPOSE_HEADER}", "malformed", "One line of 1 to 200 characters.")


def read_purpose(request: Request) -> str:
    """Why the caller reads, empty when it doesn't say. Raises ``Problem`` (422) for more than a line."""
    purpose = request.headers.get(PURPOSE_HEADER)
    if purpose is None:
        return ""
    try:
        return _PURPOSE.run_validation(purpose)
    except ValidationError:
        raise Problem("invalid", errors=[_WRONG]) from None


def log_reads(view: APIView, principal: Principal, response: Response, *, purpose: str) -> None:
    """Note every patient that a successful answer shows."""
    request = view.request
    match = request.resolver_match
    log_access(
        clinic=principal.clinic,
        actor=principal.actor,
        patients=patients_shown(view, response.data),
        action=f"{request.method} {match.view_name if match else ''}",
        purpose=purpose,
        request_id=request.META.get("REQUEST_ID", ""),
        now=timezone.now(),
    )


def patients_shown(view: APIView, data: Any) -> Iterator[uuid.UUID]:
    """The patient of the address and of every document: a patient's own ``id``, else ``patient``."""
    if "patient_id" in view.kwargs:
        yield view.kwargs["patient_id"]
    if not isinstance(data, Mapping):
        return
    of_patients = getattr(view, "resource", "") == "patients" and "patient_id" not in view.kwargs
    key = "id" if of_patients else "patient"
    for document in data.get("results", [data]):
        if document.get(key):
            yield uuid.UUID(str(document[key]))
