"""Who is on call, in the words of the dashboard; every time by the clinic's clocks."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format

from assessments.escalations.on_call.forms import PlanForms, overtaken, plan_forms
from assessments.escalations.on_call.services.calendar import left_out
from assessments.escalations.on_call.services.change import UnsafePlanError, change_on_call
from assessments.escalations.on_call.services.now import LOOK_AHEAD, OnCall, Rota, Source
from assessments.escalations.on_call.services.plan import plan_of
from clinics.dashboard.layout import page_context
from clinics.identity.models import Clinic, Membership
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may, member_of

OVERTAKEN = (
    "Somebody has changed the plan since you opened this page. What you typed stands below and takes the "
    "place of theirs when you store it; open the page again to see theirs."
)

_INSTEAD = {
    Source.ROTA: "the rota's others are told",
    Source.LEAD: "the lead is told",
    Source.ANYONE: "every clinician is told",
    Source.OPERATOR: "nobody of the clinic can be told, only the operator",
}


@dataclass(frozen=True, slots=True)
class Fortnight:
    """Who is on call now; when the rota has gaps, and who is told then; who takes turns: all in words."""

    people: str
    gaps: list[str]
    turns: list[tuple[str, str]]


def fortnight(clinic: Clinic, now: datetime) -> Fortnight:
    """The rota of the next fortnight."""
    segments = Rota(clinic, since=now, until=now + LOOK_AHEAD).segments()
    present, *later = segments
    until = f" until {_clock(present.until, clinic)}" if later else ""
    gaps = [segment for segment in segments if segment.is_gap]
    absent = {one for gap in gaps for one in gap.unreachable}
    names = {member.id: member.shown_name for member in _members(clinic, absent)} if absent else {}
    lines = [_gap_words(gap, clinic, names) for gap in gaps]
    turns = [(_span(segment, clinic), _people(segment)) for segment in segments]
    return Fortnight(_people(present) + until, lines, turns)


def _members(clinic: Clinic, ids: set[uuid.UUID]) -> list[Membership]:
    return list(clinic.members.filter(id__in=ids).select_related("user"))


def _people(segment: OnCall) -> str:
    return ", ".join(member.shown_name for member in segment.members) or "Nobody: the operator is told"


def _gap_words(gap: OnCall, clinic: Clinic, names: dict[uuid.UUID, str]) -> str:
    why = ", ".join(names.get(one, "somebody unknown") for one in gap.unreachable)
    cause = f"{why} can't be reached" if why else "nobody is on the rota"
    return f"{_span(gap, clinic)}: {cause}; {_INSTEAD[gap.source]}."


def _span(segment: OnCall, clinic: Clinic) -> str:
    return f"{_clock(segment.since, clinic)} to {_clock(segment.until, clinic)}"


def _clock(moment: datetime, clinic: Clinic) -> str:
    return date_format(moment.astimezone(clinic.zone), "j F Y, H:i")


def on_call_page(request: HttpRequest) -> HttpResponse:
    """Show the plan of the person's own clinic and store what its admin makes of it."""
    member = member_of(request)
    if member is None or not may(request, Permission.SEE_CLINIC):
        raise PermissionDenied
    if request.method == "POST" and not may(request, Permission.SET_PATHWAY):
        raise PermissionDenied
    with timezone.override(member.clinic.zone):
        if request.method != "POST":
            return _page(request, member.clinic, plan_forms(member.clinic))
        clinic = Clinic.objects.select_for_update().get(id=member.clinic_id)
        forms = plan_forms(clinic, request.POST)
        if request.POST.get("state") != forms.settings.initial["state"]:
            return _page(request, clinic, overtaken(clinic, request.POST), stale=OVERTAKEN, status=409)
        if forms.are_valid() and _stored(clinic, forms):
            messages.success(request, "The plan is stored; escalations that open from now on follow it.")
            return HttpResponseRedirect(request.path)
        return _page(request, clinic, forms, status=422)


def _stored(clinic: Clinic, forms: PlanForms) -> bool:
    """Store the plan, or say in the forms why it can't be."""
    try:
        change_on_call(clinic=clinic, plan=forms.plan(), now=timezone.now())
    except UnsafePlanError as exc:
        forms.refuse(exc.places)
        return False
    return True


def _page(
    request: HttpRequest, clinic: Clinic, forms: PlanForms, *, stale: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    today = timezone.localtime(now).date()
    shown = {
        "forms": forms,
        "fortnight": fortnight(clinic, now),
        "left_out": left_out(plan_of(clinic).holidays, since=today, days=366),
        "stale": stale,
        "faults": [] if stale else list(forms.faults()),
    }
    may_change = may(request, Permission.SET_PATHWAY)
    context = page_context(request, "On-call rota", may_change=may_change, **shown)
    return render(request, "clinics/on_call.html", context, status=status)
