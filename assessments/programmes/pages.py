"""The sheets that a runner takes home, for who is signed in: the same that the API gives to software."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from assessments.programmes.models import Programme
from assessments.programmes.services.draft_and_release import preview
from assessments.programmes.sheet.sheet import plan_sheet, programme_sheet
from backend.platform.print.pdf import Template
from clinics.dashboard.base import clinical, document
from clinics.dashboard.reads import log_reading
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission

_NAMED = ("patient", "assessment", "released_by__user", "cleared_by__user")


@clinical(Permission.SEE_PROGRAMMES)
def programme(request: HttpRequest, member: Membership, programme_id: uuid.UUID) -> HttpResponse:
    """A programme as a page to print. One that isn't in force says so."""
    found = _programme(member, programme_id)
    return _page(request, found.patient_id, programme_sheet(found, now=timezone.now()))


@clinical(Permission.SEE_PROGRAMMES)
def programme_pdf(request: HttpRequest, member: Membership, programme_id: uuid.UUID) -> HttpResponse:
    """The same as PDF."""
    found = _programme(member, programme_id)
    now = timezone.now()
    sheet, about = programme_sheet(found, now=now), found.patient_id
    return document(request, Template.PROGRAMME, sheet, about=about, made_at=now, name="programme")


@clinical(Permission.SEE_ASSESSMENTS, Permission.SEE_PROGRAMMES)
def plan(request: HttpRequest, member: Membership, assessment_id: uuid.UUID) -> HttpResponse:
    """What an assessment's decision releases, as a page to print; where there is no plan, what holds."""
    own = member.clinic.assessments.select_related("patient")
    found = own.filter(id=assessment_id).first()
    if found is None:
        raise Http404
    found.clinic = member.clinic
    return _page(request, found.patient_id, plan_sheet(found, preview(found), now=timezone.now()))


def _programme(member: Membership, programme_id: uuid.UUID) -> Programme:
    found = member.clinic.programmes.select_related(*_NAMED).filter(id=programme_id).first()
    if found is None:
        raise Http404
    found.clinic = member.clinic
    return found


def _page(request: HttpRequest, about: uuid.UUID, sheet: dict[str, Any]) -> HttpResponse:
    page = HttpResponse(render_to_string("assessments/programme_sheet.html", {"sheet": sheet}))
    page["Cache-Control"] = "no-store"
    log_reading(request, [about])
    return page
