"""A person's other clinics: which of them holds the row of an address, and what is open in each.

A clinic is entered for each question, one after the other, while no other one is: call these outside a
request's own clinic. They say nothing of a clinic in which the person doesn't work.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import WORKS
from clinics.identity.models import Clinic, Membership
from clinics.identity.permissions import Permission, permissions_of

#: What an id in an address of the dashboard is the id of: the clinic's own name for those rows.
RELATED = {
    "patient_id": "patients",
    "assessment_id": "assessments",
    "escalation_id": "escalations",
    "programme_id": "programmes",
    "letter_id": "letters",
    "member_id": "members",
    "client_id": "api_clients",
    "endpoint_id": "webhook_endpoints",
    "service_id": "on_call_services",
    "preview_id": "parameter_previews",
}


@dataclass(frozen=True, slots=True)
class OpenInClinic:
    """How much is open in a clinic, in words and by urgency, the most urgent first.

    ``seen`` is false where the person's role there, or a missing one-time code, doesn't show it.
    """

    clinic: Clinic
    seen: bool
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> int:
        """All of them."""
        return sum(count for _, count in self.counts)


def clinic_of_address(address: str, clinic_ids: Iterable[uuid.UUID]) -> uuid.UUID | None:
    """Return which of the clinics holds the row that an address of the dashboard is about."""
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return None
    related, row_id = related_of(match), next(iter(match.kwargs.values()), None)
    if not related:
        return None
    return next((clinic_id for clinic_id in clinic_ids if _holds(clinic_id, related, row_id)), None)


def related_of(match: ResolverMatch) -> str:
    """Return the clinic's name for the rows that an address takes an id of; empty where it takes none."""
    if "object_id" in match.kwargs:
        for model, page in admin.site._registry.items():  # noqa: SLF001 - the only list of them there is
            if (match.url_name or "").startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
                return str(getattr(page, "related", ""))
    return next((RELATED[name] for name in match.kwargs if name in RELATED), "")


def _holds(clinic_id: uuid.UUID, related: str, row_id: object) -> bool:
    with clinic_scope(clinic_id):
        try:
            return bool(getattr(Clinic.objects.get(id=clinic_id), related).filter(pk=row_id).exists())
        except (ValidationError, ValueError):
            return False


def open_in(request: HttpRequest, clinic_ids: Iterable[uuid.UUID]) -> list[OpenInClinic]:
    """Return what is open in each of the person's clinics, as far as their role there sees it."""
    return [_open_in(request, clinic_id) for clinic_id in clinic_ids]


def _open_in(request: HttpRequest, clinic_id: uuid.UUID) -> OpenInClinic:
    with clinic_scope(clinic_id):
        person = request.user.pk
        members = Membership.objects.filter(clinic_id=clinic_id, user_id=person, **WORKS)  # type: ignore[misc]
        member = members.select_related("clinic").get()
        clinic = member.clinic
        coded = not clinic.require_one_time_codes or getattr(request.user, "otp_device", None) is not None
        if not coded or Permission.SEE_ESCALATIONS not in permissions_of(member.role):
            return OpenInClinic(clinic, seen=False)
        escalations = clinic.escalations.filter(state="open").order_by("-urgency_rank")
        counted = escalations.values_list("urgency", "urgency_rank").annotate(rows=Count("id"))
        words = dict(escalations.model._meta.get_field("urgency").flatchoices)
        return OpenInClinic(clinic, True, tuple((words[urgency], rows) for urgency, _, rows in counted))
