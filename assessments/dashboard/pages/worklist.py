"""The landing page: what waits for somebody, and the step by which a clinician takes a row on."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from assessments.dashboard.services import (
    MOST_ROWS,
    called_after,
    escalations_at_work,
    figures,
    follow_ups_due,
    wait_in_words,
)
from assessments.escalations.documents import OVERRIDDEN
from assessments.escalations.models import Escalation
from assessments.escalations.pages import hold_of, outcomes_of, take_on
from assessments.follow_ups.models import FollowUp
from assessments.follow_ups.services.state import state_now
from assessments.operations.services.status import watch
from assessments.protocol.vocabulary import Urgency
from assessments.records.summary import urgency_words
from clinics.dashboard.base import clinical
from clinics.dashboard.reads import log_reading
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import held, may, member_of

Rows = QuerySet[Escalation]

#: The filters, by the word that travels in the address; the last one chosen is kept with the session.
FILTERS: dict[str, tuple[str, Callable[[Rows, Membership, datetime], Rows]]] = {
    "all": ("All", lambda rows, _member, _now: rows),
    "unclaimed": ("Unclaimed", lambda rows, _member, _now: rows.filter(state=Escalation.State.OPEN)),
    "mine": ("Mine", lambda rows, member, _now: rows.filter(acknowledged_by=member)),
    "overdue": (
        "Overdue",
        lambda rows, _member, now: rows.filter(state=Escalation.State.OPEN, acknowledge_by__lt=now),
    ),
    "today": (
        "Emergency and same day",
        lambda rows, _member, _now: rows.filter(urgency__in=[Urgency.EMERGENCY_NOW, Urgency.SAME_DAY]),
    ),
}
KEPT = "worklist_filter"
#: What is late, in words, by the names that the status page gives it.
LATE = {
    "escalation_late": "Messages about an escalation are late.",
    "escalation_untold": "Somebody should have been told about an escalation and has not been.",
    "follow_up_late": "Messages about follow-ups are late.",
    "critical_stopped": "The worker that calls people has stopped.",
    "webhooks_stopped": "The worker that tells other software has stopped.",
    "sweep_stopped": "The watch that repairs what was missed has stopped.",
}


def worklist(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the admin's index what the person's role may see; notes whom it shows."""
    member = member_of(request)
    if member is None:
        return context
    now = timezone.now()
    context |= {"title": "Worklist", "member": member, "now": now, "zone": member.clinic.zone}
    context["pathway_task"] = _has_pathway_task(request, member)
    context["elsewhere"] = getattr(request, "elsewhere", ())
    context["late"] = [LATE.get(name, name.replace("_", " ").capitalize() + ".") for name in watch(now=now)]
    shown: set[uuid.UUID] = set()
    clinical_eyes = may(request, Permission.SEE_ESCALATIONS)
    if clinical_eyes:
        context |= _escalations(request, member, now)
        shown |= {row["escalation"].patient_id for row in context["rows"]}
    if may(request, Permission.SEE_FOLLOW_UPS):
        permissions = held(request)
        due, context["all_due"] = follow_ups_due(member.clinic, permissions=permissions, now=now)
        context["follow_ups"] = [_follow_up(row, now) for row in due]
        shown |= {row.patient_id for row in due}
    log_reading(request, shown)
    return context


def _has_pathway_task(request: HttpRequest, member: Membership) -> bool:
    """Whether the pathway waits for an answer of this person: the lead, or who may give it in their place."""
    answers = member.id == member.clinic.lead_id or may(request, Permission.SET_PATHWAY)
    return answers and bool(member.clinic.open_in_pathway)


def _escalations(request: HttpRequest, member: Membership, now: datetime) -> dict[str, Any]:
    chosen = request.GET.get("show") or request.session.get(KEPT, "all")
    chosen = chosen if chosen in FILTERS else "all"
    if request.session.get(KEPT, "all") != chosen:
        request.session[KEPT] = chosen
    midnight = timezone.localtime(now, member.clinic.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = FILTERS[chosen][1](escalations_at_work(member.clinic), member, now)
    rows = list(wanted[:MOST_ROWS])
    day = figures(member.clinic, since=midnight)
    return {
        "rows": [_row(escalation, member, now) for escalation in rows],
        "all_rows": len(rows) if len(rows) < MOST_ROWS else wanted.count(),
        "filters": [(word, label) for word, (label, _) in FILTERS.items()],
        "chosen": chosen,
        "figures": [
            (urgency.value, urgency_words(urgency), day.by_urgency.get(urgency, 0)) for urgency in _SHOWN
        ],
        "oldest": wait_in_words(now - day.oldest) if day.oldest else "nobody waits",
        "checks_answered": day.checks_answered,
        "may_act": may(request, Permission.ACT_ON_ESCALATIONS),
    }


_SHOWN = [urgency for urgency in reversed(Urgency) if urgency is not Urgency.NONE]


def _row(escalation: Escalation, member: Membership, now: datetime) -> dict[str, Any]:
    open_ = escalation.state == Escalation.State.OPEN
    return {
        "escalation": escalation,
        "urgency": urgency_words(escalation.urgency),
        "reasons": list(_reasons(escalation)),
        "waits": wait_in_words(now - escalation.called_since),
        "overdue": wait_in_words(now - escalation.acknowledge_by)
        if open_ and escalation.acknowledge_by < now
        else "",
        "open": open_,
        "hold": hold_of(escalation),
        "mine": escalation.acknowledged_by_id == member.id,
        "outcomes": outcomes_of(escalation),
    }


def _reasons(escalation: Escalation) -> Iterator[str]:
    met = escalation.assessment.evaluation["criteria_met"]
    titles = [criterion["title"] for criterion in met if criterion["urgency"] == escalation.urgency]
    yield from titles or [OVERRIDDEN["title"]]


def _follow_up(row: FollowUp, now: datetime) -> dict[str, Any]:
    state = state_now(row, now)
    late = state in (FollowUp.State.OVERDUE, FollowUp.State.LAPSED)
    return {"row": row, "state": state.label, "late": late}


@clinical(Permission.SEE_ESCALATIONS)
def new_arrivals(request: HttpRequest, member: Membership) -> HttpResponse:
    """How many escalations have begun to call since a page was shown: a number, and nobody's name."""
    since = parse_datetime(request.GET.get("since", ""))
    if since is None or timezone.is_naive(since):
        raise Http404
    answer = JsonResponse({"new": called_after(member.clinic, moment=since)})
    answer["Cache-Control"] = "no-store"
    return answer


@clinical(Permission.ACT_ON_ESCALATIONS)
def claim(request: HttpRequest, member: Membership, escalation_id: uuid.UUID) -> HttpResponse:
    """Take a row on. Who comes second is told who has it, and nothing changes."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    take_on(request, member, escalation_id)
    return _back()


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:index"))
