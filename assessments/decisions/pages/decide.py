"""A clinician decides otherwise, or clears running: each page says its rule before it is broken."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from assessments.decisions.forms import OverrideForm, groups
from assessments.decisions.pages.result import own_programme, result_page
from assessments.decisions.services.override import OverrideRefusedError, override_decision
from assessments.programmes.services.not_now import NotNowError
from assessments.programmes.services.position import lock_programme
from assessments.programmes.services.steps import clear
from assessments.protocol.explain import DECISIONS
from assessments.protocol.vocabulary import Decision
from assessments.records.models import Assessment
from assessments.records.services import (
    AssessmentNotFoundError,
    SupersededError,
    effective_decision,
    lock_latest,
    with_versions,
)
from assessments.records.summary import decision_words, standing, urgency_words
from clinics.dashboard.base import clinical, clinician_of, page
from clinics.dashboard.forms import faults_of
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission

STALE = "Something has changed since you opened this page; nothing was recorded. This is how it stands now."


@clinical(Permission.RECORD_ASSESSMENTS)
def override(request: HttpRequest, member: Membership, assessment_id: uuid.UUID) -> HttpResponse:
    """Decide otherwise about an assessment; the protocol's own decision stays beside it."""
    try:
        return _override(request, member, assessment_id)
    except SupersededError as exc:
        messages.warning(request, exc.spoken)
        return result_page(exc.by)


def _override(request: HttpRequest, member: Membership, assessment_id: uuid.UUID) -> HttpResponse:
    clinic = member.clinic
    if request.method == "POST":
        lock_latest(clinic, assessment_id)
    assessment = _readable(member, assessment_id)
    seen = _seen(assessment)
    if request.method != "POST":
        return _override_page(request, member, assessment, OverrideForm(initial={"seen": seen}), seen=seen)
    form = OverrideForm(request.POST)
    if request.POST.get("seen") != seen:
        fresh = OverrideForm(initial={**request.POST.dict(), "seen": seen})
        return _override_page(request, member, assessment, fresh, seen=seen, stale=True)
    if form.is_valid():
        by, now = clinician_of(member), timezone.now()
        try:
            override_decision(
                clinic=clinic, assessment_id=assessment_id, decided=form.decided(), by=by, now=now
            )
        except OverrideRefusedError as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Recorded in your name. What the protocol said stays beside it.")
            return result_page(assessment_id)
    return _override_page(request, member, assessment, form, seen=seen)


def _readable(member: Membership, assessment_id: uuid.UUID) -> Assessment:
    """The assessment with what was decided about it. Raises as ``lock_latest`` does, and locks nothing."""
    rows = with_versions(member.clinic.assessments.select_related("patient"))
    assessment = rows.filter(id=assessment_id, patient__archived_at=None).first()
    if assessment is None:
        raise AssessmentNotFoundError
    newer: uuid.UUID | None = assessment.superseded_by_id  # type: ignore[attr-defined]  # an annotation
    if newer is not None:
        raise SupersededError(newer)
    return assessment


def _seen(assessment: Assessment) -> str:
    """What the page rests on: what was decided so far, and whether this is the runner's latest assessment."""
    same_runner = assessment.clinic.assessments.filter(patient_id=assessment.patient_id)
    latest = same_runner.order_by("-created_at", "-id").values_list("id", flat=True).first()
    return f"{len(assessment.overrides.all())}/{latest}"


def _override_page(
    request: HttpRequest,
    member: Membership,
    assessment: Assessment,
    form: OverrideForm,
    *,
    seen: str,
    stale: bool = False,
) -> HttpResponse:
    holds = effective_decision(assessment, assessment.overrides.all())
    response = page(
        request,
        member,
        "assessments/decide/override.html",
        f"Decide otherwise about {assessment.patient}",
        about=assessment.patient_id,
        assessment=assessment,
        override_form=form,
        groups=list(groups(holds)),
        chosen=form["decision"].value() or "",
        holds=DECISIONS.get(holds.decision) or decision_words(assessment.evaluation),
        holds_urgency=urgency_words(holds.urgency.value),
        level=holds.urgency.value,
        standing=standing(assessment),
        emergency=holds.decision == Decision.REFER_EMERGENCY,
        not_latest=not seen.endswith(str(assessment.id)),
        stale=STALE if stale else "",
        faults=list(faults_of(form)),
    )
    response.status_code = 409 if stale else 422 if form.errors else 200
    return response


@clinical(Permission.CHANGE_PROGRAMMES)
def clear_running(request: HttpRequest, member: Membership, programme_id: uuid.UUID) -> HttpResponse:
    """A named clinician clears running; before that nobody starts the walk-run table."""
    programme = own_programme(member, programme_id)
    seen, fault, stale = programme.updated_at.isoformat(), "", False
    if request.method == "POST":
        locked = lock_programme(member.clinic, programme_id)
        if request.POST.get("seen") != locked.updated_at.isoformat():
            seen, stale = locked.updated_at.isoformat(), True
        elif request.POST.get("examined") != "yes":
            fault = "Say that you have examined the runner, or leave running uncleared."
        else:
            by, now = clinician_of(member), timezone.now()
            try:
                clear(clinic=member.clinic, programme_id=programme_id, by=by, now=now)
            except NotNowError as exc:
                messages.error(request, exc.spoken)
            else:
                messages.success(request, "Running is cleared in your name.")
            return result_page(programme.assessment_id)
    context = {"programme": programme, "plan": programme.content, "seen": seen, "fault": fault}
    context["stale"] = STALE if stale else ""
    context["faults"] = [("examined", "Your examination", fault)] if fault else []
    title = f"Clear running for {programme.patient}"
    response = page(
        request, member, "assessments/decide/clear.html", title, about=programme.patient_id, **context
    )
    response.status_code = 409 if stale else 422 if fault else 200
    return response
