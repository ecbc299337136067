"""Who is on call, in the words of the dashboard; every time by the clinic's clocks."""

from datetime import datetime

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from clinics.models import Clinic
from clinics.on_call_forms import PlanForms, plan_forms
from clinics.permissions import Permission
from clinics.services.on_call_change import UnsafePlanError, change_on_call
from clinics.services.on_call_now import LOOK_AHEAD, OnCall, Rota, Source
from clinics.signed_in import may, member_of

#: More gaps than these are counted and not listed.
SHOWN = 10

_INSTEAD = {
    Source.ROTA: "the rota's others are told",
    Source.LEAD: "the lead is told",
    Source.ANYONE: "every clinician is told",
    Source.OPERATOR: "nobody of the clinic can be told, only the operator",
}


def on_call_words(clinic: Clinic, now: datetime) -> tuple[str, list[str]]:
    """Return who is on call now, and a line for each gap of the next fortnight with who is told instead."""
    segments = Rota(clinic, since=now, until=now + LOOK_AHEAD).segments()
    present, *later = segments
    people = ", ".join(member.shown_name for member in present.members) or "Nobody: the operator is told"
    until = f" until {_clock(present.until, clinic)}" if later else ""
    lines = [_gap_words(gap, clinic) for gap in segments if gap.is_gap]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"and {len(lines) - SHOWN} more"]
    return people + until, lines


def _gap_words(gap: OnCall, clinic: Clinic) -> str:
    names = {member.id: member.shown_name for member in clinic.members.filter(id__in=gap.unreachable)}
    why = ", ".join(names.get(one, "somebody unknown") for one in gap.unreachable)
    cause = f"{why} can't be reached" if why else "nobody is on the rota"
    when = f"{_clock(gap.since, clinic)} to {_clock(gap.until, clinic)}"
    return f"{when}: {cause}; {_INSTEAD[gap.source]}."


def _clock(moment: datetime, clinic: Clinic) -> str:
    return date_format(moment.astimezone(clinic.zone), "j F Y, H:i")


def on_call_page(request: HttpRequest) -> HttpResponse:
    """Show the plan of the person's own clinic and store what its admin makes of it."""
    member = member_of(request)
    if member is None or not may(request, Permission.SET_PATHWAY):
        raise PermissionDenied
    with timezone.override(member.clinic.zone):
        if request.method != "POST":
            return _page(request, plan_forms(member.clinic))
        clinic = Clinic.objects.select_for_update().get(id=member.clinic_id)
        forms = plan_forms(clinic, request.POST)
        if request.POST.get("state") != forms.settings.initial["state"]:
            messages.error(request, "Somebody has changed the plan meanwhile; this is how it stands now.")
            return _page(request, plan_forms(clinic))
        if forms.are_valid() and _stored(clinic, forms):
            messages.success(request, "The plan is stored; escalations that open from now on follow it.")
            return HttpResponseRedirect(reverse("admin:clinics_clinic_change", args=[clinic.id]))
        return _page(request, forms)


def _stored(clinic: Clinic, forms: PlanForms) -> bool:
    """Store the plan, or say in the forms why it can't be."""
    try:
        change_on_call(clinic=clinic, plan=forms.plan(), now=timezone.now())
    except UnsafePlanError as exc:
        for problem in exc.problems:
            forms.settings.add_error(None, f"{problem.pointer}: {problem.detail}")
        return False
    return True


def _page(request: HttpRequest, forms: PlanForms) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "On-call plan", "forms": forms}
    return render(request, "clinics/on_call.html", context)
