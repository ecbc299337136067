"""The assessment form: filled in, evaluated as it grows, recorded once; and the same form as a correction."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from assessments.decisions.form.live_preview import live_decision
from assessments.decisions.form.sections import sections
from assessments.decisions.form.signed_form import NotOursError, seal, unseal
from assessments.decisions.form.submitted import Entered, Fault, by_place, entered
from assessments.decisions.form.typed_values import Typed, as_typed
from assessments.decisions.services.record_form import (
    OPEN_FOR,
    Changed,
    OpenedForm,
    StaleFormError,
    open_form,
    record_form,
)
from assessments.decisions.services.submit import PathwayIncompleteError
from assessments.parameters.services.in_force import parameters_in_force
from assessments.protocol import InvalidAnswers
from assessments.records.models import ASSESSOR_ROLES, Assessment
from assessments.records.services import SupersededError
from assessments.records.summary import decision_words
from clinics.dashboard.base import actor_of, clinical, page
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission
from patients.models import Patient
from patients.pages import own_patient

BROKEN = "This form can't be told from another one any more; it has been opened afresh with what you typed."
RECORD, EVALUATE = "record", "evaluate"


@clinical(Permission.RECORD_ASSESSMENTS, Permission.EVALUATE)
def assess(request: HttpRequest, member: Membership, patient_id: uuid.UUID) -> HttpResponse:
    """A new assessment of a runner."""
    return _answer(request, member, own_patient(member, patient_id), corrects=None)


@clinical(Permission.RECORD_ASSESSMENTS, Permission.EVALUATE)
def correct(request: HttpRequest, member: Membership, assessment_id: uuid.UUID) -> HttpResponse:
    """Corrected answers in place of recorded ones, which stay to be read."""
    own = member.clinic.assessments.select_related("superseded_by", "patient")
    original = own.filter(id=assessment_id, patient__archived_at=None).first()
    if original is None:
        raise Http404
    if newer := getattr(original, "superseded_by", None):
        return HttpResponseRedirect(reverse("admin:assessments_assessment_change", args=[newer.id]))
    original.patient.clinic = member.clinic
    return _answer(request, member, original.patient, corrects=original)


@clinical(Permission.RECORD_ASSESSMENTS, Permission.EVALUATE)
def decide_so_far(request: HttpRequest, member: Membership, patient_id: uuid.UUID) -> HttpResponse:
    """The decision on what has been typed so far, as the panel beside the form; by POST, never in a URL.

    It stores nothing and shows nothing of the record, so that the access log isn't filled with keystrokes.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    patient, now = own_patient(member, patient_id), timezone.now()
    live = live_decision(
        entered(request.POST, now=now, correction=False), patient=patient, clinic=member.clinic, now=now
    )
    return render(request, "assessments/form/live.html", {"live": live})


def _answer(
    request: HttpRequest, member: Membership, patient: Patient, *, corrects: Assessment | None
) -> HttpResponse:
    now, form = timezone.now(), _Form(request, member, patient, corrects)
    if request.method != "POST":
        return form.show(form.blank(now), now=now)
    read = entered(request.POST, now=now, correction=corrects is not None)
    try:
        opened = unseal(
            request.POST.get("form", ""),
            member,
            patient_id=patient.id,
            corrects=corrects.id if corrects else None,
        )
    except NotOursError:
        return form.show(request.POST, now=now, read=read, messages=[BROKEN])
    if request.POST.get("action") != RECORD:
        return form.show(request.POST, now=now, read=read, opened=opened)
    return _record(form, opened, read, now)


def _record(form: "_Form", opened: OpenedForm, read: Entered, now: datetime) -> HttpResponse:
    """Record it, or say in one summary what is wrong; nothing typed is lost, nothing is stored."""
    member, typed, faults = form.member, form.request.POST, list(read.faults)
    if faults:
        faults += form.refused(read, now)
        return form.show(typed, now=now, read=read, opened=opened, faults=faults)
    try:
        recorded = record_form(
            clinic=member.clinic,
            actor=actor_of(member),
            submission=read.submission(form.patient.id),
            opened=opened,
            now=now,
        )
    except InvalidAnswers as refused:
        return form.show(typed, now=now, read=read, opened=opened, faults=read.faults_of(refused))
    except StaleFormError as stale:
        return form.show(typed, now=now, read=read, messages=_changes(stale.changed), status=409)
    except PathwayIncompleteError as exc:
        missing = f"{exc.words} Nothing was recorded."
        return form.show(typed, now=now, read=read, opened=opened, messages=[missing], status=409)
    except SupersededError as exc:
        return form.show(typed, now=now, read=read, messages=[_superseded(exc)], status=409)
    return HttpResponseRedirect(reverse("admin:assessments_assessment_change", args=[recorded]))


def _superseded(exc: SupersededError) -> str:
    return f"Somebody has corrected this assessment meanwhile (now {exc.by}). Correct that one instead."


def _changes(changed: Changed) -> list[str]:
    """What happened since the form was opened, and what is expected now."""
    told = []
    for one in changed.assessments:
        who = one.recorded_by_user or one.recorded_by_client
        at = timezone.localtime(one.created_at).strftime("%-d %B, %H:%M")
        told.append(f"Assessed on {at} by {who}: {decision_words(one.evaluation)}")
    if changed.overridden:
        told.append("A clinician has decided otherwise about an assessment of this runner.")
    if changed.details:
        told.append("The runner's details were changed.")
    if changed.too_long_ago:
        hours = int(OPEN_FOR.total_seconds() // 3600)
        told.append(f"The form was opened more than {hours} hours ago; answers may have changed since.")
    return [
        *told,
        "Nothing was recorded. Look through the answers below; recording them again takes this into account.",
    ]


class _Form:
    """One runner's form for one person."""

    def __init__(
        self, request: HttpRequest, member: Membership, patient: Patient, corrects: Assessment | None
    ) -> None:
        self.request, self.member, self.patient, self.corrects = request, member, patient, corrects

    def blank(self, now: datetime) -> Typed:
        """Nothing preselected but the time; a correction begins with what was recorded."""
        typed = as_typed(self.corrects.answers, self.corrects.absent_reasons) if self.corrects else Typed()
        at = self.corrects.assessed_at if self.corrects else now
        typed["assessed_at"] = timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
        if self.corrects:
            typed["assessor_role"] = self.corrects.assessor_role
        return typed

    def refused(self, read: Entered, now: datetime) -> list[Fault]:
        """What the protocol refuses of a form that isn't recorded anyway."""
        live = live_decision(read, patient=self.patient, clinic=self.member.clinic, now=now)
        own = {fault.id for fault in read.faults}
        return [
            Fault(place, title, "This can't be read.") for place, title in live.left_out if place not in own
        ]

    def show(
        self,
        typed: Typed,
        *,
        now: datetime,
        read: Entered | None = None,
        opened: OpenedForm | None = None,
        faults: Iterable[Fault] = (),
        messages: Iterable[str] = (),
        status: int = 200,
    ) -> HttpResponse:
        """The page with everything that was typed."""
        clinic, patient, faults = self.member.clinic, self.patient, list(faults)
        read = read or entered(typed, now=now, correction=False)
        corrects = self.corrects.id if self.corrects else None
        opened = opened or open_form(clinic=clinic, patient=patient, now=now, corrects=corrects)
        errors, parameters = by_place(faults), parameters_in_force(clinic)
        context: dict[str, Any] = {
            "patient": patient,
            "age": patient.age_on(timezone.localdate(now)),
            "typed": typed,
            "roles": ASSESSOR_ROLES,
            "form": seal(opened, self.member),
            "sections": sections(typed, errors, parameters.protocol),
            "faults": faults,
            "errors": errors,
            "messages_before": list(messages),
            "live": live_decision(read, patient=patient, clinic=clinic, now=now, parameters=parameters),
            "original": self.corrects,
        }
        title = f"{'Correct the assessment of' if self.corrects else 'Assess'} {patient}"
        response = page(
            self.request, self.member, "assessments/form/page.html", title, about=patient, **context
        )
        response.status_code = 422 if faults else status
        return response
