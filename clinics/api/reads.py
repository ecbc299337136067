"""Which patients an answer showed: the access log's side of a view."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.views import APIView

from clinics.access_log.services import log_access
from clinics.api.authentication import Principal
from clinics.identity.models import Clinic

#: What a patient's own document has and no other.
NAMES = {"given_name", "family_name"}


def log_reads(request: Request, principal: Principal, patients: Iterable[uuid.UUID], *, purpose: str) -> None:
    """Note every patient that a successful answer shows."""
    match = request.resolver_match
    log_access(
        clinic=principal.clinic,
        actor=principal.actor,
        patients=patients,
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
    for document in data.get("results", [data]):
        named = document.get("id" if document.keys() >= NAMES else "patient")
        if named:
            yield uuid.UUID(str(named))


def patients_named(clinic: Clinic, named: Mapping[str, Any]) -> Iterator[uuid.UUID]:
    """The clinic's patients whom rows are about, by the names that ids have in addresses: ``shoe_id``."""
    managers = {
        relation.related_model._meta.model_name: getattr(clinic, relation.get_accessor_name() or "")
        for relation in Clinic._meta.related_objects
        if relation.one_to_many and hasattr(relation.related_model, "patient_id")
    }
    for name, value in named.items():
        kind, identity = name.removesuffix("_id").replace("_", ""), _id_of(value)
        if identity is None:
            continue
        if kind == "patient":
            yield from clinic.patients.filter(pk=identity).values_list("pk", flat=True)
        elif kind in managers:
            about = managers[kind].filter(pk=identity, patient__isnull=False)
            yield from about.values_list("patient_id", flat=True)


def _id_of(value: Any) -> uuid.UUID | None:
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return None
