"""The result of an assessment: what was decided and why, the programme it allows, what may be done next."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from assessments.programmes.models import Programme
from assessments.programmes.services.draft_and_release import (
    NoPlanError,
    draft_programme,
    preview,
    release_programme,
)
from assessments.programmes.services.not_now import NotNowError
from assessments.records.models import Assessment
from assessments.records.services import SupersededError, effective_decision
from assessments.records.summary import decision_page, label
from clinics.dashboard.base import clinical, clinician_of
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may


def result_context(request: HttpRequest, assessment: Assessment) -> dict[str, Any]:
    """What the page of one assessment shows beside its fields."""
    overrides = list(assessment.overrides.all())
    effective = effective_decision(assessment, overrides)
    programmes = assessment.programmes.select_related("released_by__user", "cleared_by__user")
    programme = programmes.order_by("-created_at", "-id").first()
    plan = programme.content if programme else preview(assessment).as_dict()
    shown = decision_page(assessment)
    superseded = shown["standing"]["superseded_by"] is not None
    may_record = may(request, Permission.RECORD_ASSESSMENTS) and assessment.patient.erased_at is None
    may_plan = may(request, Permission.CHANGE_PROGRAMMES) and not superseded and not overrides
    return {
        "page": shown,
        "could_change": [title for title in shown["next_questions"] if title not in shown["missing"]],
        "level": effective.urgency.value,
        "attested": [_attested(item) for item in assessment.attested],
        "plan": plan if may(request, Permission.SEE_PROGRAMMES) else None,
        "programme": programme,
        "may_draft": may_plan and plan["start"] is not None and (programme is None or programme.ended_at),
        "may_change": may_record and not superseded,
        "escalation": getattr(assessment, "escalation", None),
    }


def _attested(item: dict[str, Any]) -> dict[str, Any]:
    return {"screen": item["screen"], "findings": [label(name) for name in item["questions"]]}


@clinical(Permission.CHANGE_PROGRAMMES)
def draft(request: HttpRequest, member: Membership, assessment_id: uuid.UUID) -> HttpResponse:
    """Draft the programme of an assessment. POST only: a link that is followed changes nothing."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        draft_programme(
            clinic=member.clinic, assessment_id=assessment_id, by=clinician_of(member), now=timezone.now()
        )
    except SupersededError as exc:
        messages.warning(request, exc.spoken)
        return result_page(exc.by)
    except (NoPlanError, NotNowError) as refused:
        messages.error(request, refused.spoken)
    else:
        messages.success(request, "Drafted. Read it through; the runner sees nothing before you release it.")
    return result_page(assessment_id)


@clinical(Permission.CHANGE_PROGRAMMES)
def release(request: HttpRequest, member: Membership, programme_id: uuid.UUID) -> HttpResponse:
    """Sign a programme off as the signed-in clinician."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    programme = own_programme(member, programme_id)
    try:
        release_programme(
            clinic=member.clinic, programme_id=programme_id, by=clinician_of(member), now=timezone.now()
        )
    except NotNowError as exc:
        messages.error(request, exc.spoken)
    else:
        messages.success(request, "Released in your name. Each run is followed by a check after 24 hours.")
    return result_page(programme.assessment_id)


def own_programme(member: Membership, programme_id: uuid.UUID) -> Programme:
    """The clinic's own programme with its runner; 404 for another's."""
    programme = member.clinic.programmes.select_related("patient", "cleared_by__user").filter(id=programme_id)
    found = programme.first()
    if found is None:
        raise Http404
    return found


def result_page(assessment_id: uuid.UUID) -> HttpResponseRedirect:
    """The way to the page of an assessment."""
    return HttpResponseRedirect(reverse("admin:assessments_assessment_change", args=[assessment_id]))
