"""Archiving a runner from their page: the reason is chosen, and what ends with the record is said first."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from assessments.dashboard.pages.runner import CLINICAL
from assessments.letters.models import Letter
from assessments.programmes.models import Programme
from assessments.timeline.services.runner_record import pending_of
from clinics.dashboard.base import clinical, page
from clinics.dashboard.forms import faults_of
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import held, may
from patients.models import ArchiveReason, Patient
from patients.pages import own_patient
from patients.services import StillWaitingError, change_patient

CHANGED = "The record has changed since you opened this page. Read it again before you archive it."
WAITS = "Something about this runner waits for a clinician, who must settle it first."


class ArchiveForm(forms.Form):
    """Why nobody works with the record any more."""

    reason = forms.ChoiceField(label="Why", choices=[("", "Choose"), *ArchiveReason.choices])


@clinical(Permission.SEE_PATIENTS, Permission.CHANGE_PATIENTS)
def archive(request: HttpRequest, member: Membership, patient_id: uuid.UUID) -> HttpResponse:
    """Ask for the reason and say what is cancelled; then archive. One who is archived doesn't exist (404)."""
    runner = own_patient(member, patient_id)
    if request.method != "POST":
        return _page(request, member, runner, ArchiveForm())
    form = ArchiveForm(request.POST)
    locked = member.clinic.patients.select_for_update().filter(id=patient_id, archived_at=None).first()
    if locked is None:
        raise Http404
    locked.clinic = member.clinic
    if request.POST.get("state") != locked.updated_at.isoformat():
        return _page(request, member, locked, form, stale=CHANGED)
    if not form.is_valid():
        return _page(request, member, locked, form)
    changes = {"archived": True, "archive_reason": form.cleaned_data["reason"]}
    try:
        change_patient(patient=locked, changes=changes, now=timezone.now())
    except StillWaitingError:
        return _page(request, member, own_patient(member, patient_id), form, stale=WAITS)
    messages.success(request, "Archived: nobody is reminded about this runner any more.")
    return HttpResponseRedirect(reverse("patient-page", args=[patient_id]))


def _page(
    request: HttpRequest, member: Membership, runner: Patient, form: ArchiveForm, *, stale: str = ""
) -> HttpResponse:
    faults = list(faults_of(form))
    response = page(
        request,
        member,
        "assessments/archive.html",
        f"Archive {runner}",
        about=runner.id,
        runner=runner,
        archive_form=form,
        state=runner.updated_at.isoformat(),
        stale=stale,
        faults=[] if stale else faults,
        **_what_ends(request, member, runner),
    )
    response.status_code = 409 if stale else 422 if faults else 200
    return response


def _what_ends(request: HttpRequest, member: Membership, runner: Patient) -> dict[str, Any]:
    """What is cancelled, for who sees the clinical part; the desk isn't told what waits."""
    if not all(may(request, permission) for permission in CLINICAL):
        return {"clinical": False}
    current = member.clinic.programmes.filter(patient=runner, state__in=Programme.CURRENT)
    return {
        "clinical": True,
        "pending": pending_of(runner, permissions=held(request)),
        "programme": current.exists(),
        "drafts": member.clinic.letters.filter(patient=runner, state=Letter.State.DRAFT).count(),
    }
