"""One runner: what is urgent, what holds, what is due next, how it went, and everything that happened."""

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from assessments.dashboard.pages.runner_charts import QUESTIONS, load_context, pain_context
from assessments.dashboard.pages.timeline_words import told
from assessments.dashboard.services import wait_in_words
from assessments.escalations.models import Escalation
from assessments.follow_ups.models import REPORTED, FollowUp
from assessments.follow_ups.services.state import state_now
from assessments.programmes.models import Programme
from assessments.programmes.services.run_history import past_of
from assessments.programmes.services.run_permission import Permission as RunPermission
from assessments.programmes.services.session import Session, session_of
from assessments.protocol.explain import DECISIONS
from assessments.protocol.programme import Phase
from assessments.protocol.programme.phases import PHASE_CONTENT
from assessments.protocol.vocabulary import RunStatus
from assessments.records.summary import decision_words, urgency_words
from assessments.timeline.services.runner_record import (
    PERMISSION_IN_WORDS,
    Standing,
    assessments_of,
    at_work,
    latest_of,
    pending_of,
    runner_with_programme,
    standing_of_runner,
)
from assessments.timeline.services.timeline import story
from clinics.dashboard.base import clinical, page
from clinics.dashboard.layout import clock
from clinics.identity.models import Membership
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import held, may
from patients.models import Patient

#: Who may do all of it sees the clinical part; everybody else only who it is and what is due.
CLINICAL = (Permission.SEE_ASSESSMENTS, Permission.SEE_ESCALATIONS, Permission.SEE_PROGRAMMES)
State = FollowUp.State


@clinical(Permission.SEE_PATIENTS)
def patient(request: HttpRequest, member: Membership, patient_id: uuid.UUID) -> HttpResponse:
    """The page of a runner of the person's own clinic (another's is a 404); reading it is noted."""
    found = runner_with_programme(member.clinic, patient_id)
    if found is None:
        raise Http404
    runner, programme = found
    now, whole = timezone.now(), all(may(request, permission) for permission in CLINICAL)
    follow_ups = (
        pending_of(runner, permissions=held(request)) if may(request, Permission.SEE_FOLLOW_UPS) else []
    )
    there = runner.archived_at is None
    context: dict[str, Any] = {
        "runner": runner,
        "age": runner.age_on(timezone.localdate(now)),
        "due": [
            _due(row, now, may_act=there and may(request, Permission.ANSWER_FOLLOW_UPS)) for row in follow_ups
        ],
        "clinical": whole,
        "may_archive": there and may(request, Permission.CHANGE_PATIENTS),
        "may_record": there and whole and may(request, Permission.RECORD_ASSESSMENTS),
        "may_plan": there and whole and may(request, Permission.CHANGE_PROGRAMMES),
        "zone": member.clinic.zone,
    }
    if whole:
        context |= _clinical(request, runner, programme, follow_ups, now)
    return page(request, member, "assessments/patient/page.html", str(runner), about=runner, **context)


def _clinical(
    request: HttpRequest,
    runner: Patient,
    programme: Programme | None,
    follow_ups: list[FollowUp],
    now: dt.datetime,
) -> dict[str, Any]:
    assessments = assessments_of(runner, QUESTIONS)
    latest = latest_of(assessments)
    past = past_of(programme) if programme else None
    session = session_of(programme, now=now, past=past) if programme else None
    released = session if programme and programme.state == Programme.State.RELEASED else None
    lines, older = story(patient=runner, page=(number := _page_number(request)))
    context: dict[str, Any] = {
        "waiting": [_escalation(row, now) for row in at_work(assessments)],
        "holds": _holds(standing_of_runner(latest, follow_ups, programme, released, past, now=now))
        if latest
        else None,
        "lines": [told(line) for line in lines],
        "newer": number - 1,
        "older": number + 1 if older else 0,
    }
    context |= pain_context(assessments, span=request.GET.get("pain", ""), zone=runner.clinic.zone, now=now)
    if programme is not None and past is not None and session is not None:
        context |= {"programme": programme, **_programme(programme, session)}
        context |= load_context(programme, past, now=now)
    return context


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), 10_000) if asked.isdecimal() and len(asked) < 6 else 1


def _escalation(row: Escalation, now: dt.datetime) -> dict[str, Any]:
    open_ = row.state == Escalation.State.OPEN
    late = open_ and row.acknowledge_by < now
    return {
        "row": row,
        "urgency": urgency_words(row.urgency).capitalize(),
        "waits": wait_in_words(now - row.called_since),
        "open": open_,
        "overdue": wait_in_words(now - row.acknowledge_by) if late else "",
    }


def _holds(standing: Standing) -> dict[str, Any]:
    """What holds now, and on what it rests."""
    assessment, permission = standing.assessment, standing.permission
    overridden = bool(assessment.overrides.all())
    decided = DECISIONS.get(standing.effective.decision, "") if overridden else ""
    return {
        "decision": decided or decision_words(assessment.evaluation),
        "by_clinician": overridden,
        "level": standing.effective.urgency.value,
        "urgency": urgency_words(standing.effective.urgency).capitalize(),
        "assessment": assessment,
        "running": PERMISSION_IN_WORDS[permission.state],
        "permitted": permission.state is RunPermission.HOLDS,
        # Never "running may continue" in large letters above "no running" in small ones.
        "withheld": standing.effective.run_status != RunStatus.NO_RUNNING
        and permission.state is not RunPermission.HOLDS,
        "lapses_at": permission.lapses_at if permission.state is RunPermission.HOLDS else None,
    }


def _due(row: FollowUp, now: dt.datetime, *, may_act: bool) -> dict[str, Any]:
    """A follow-up with what time has made of it, in words."""
    state = state_now(row, now)
    words = {
        State.SCHEDULED: f"from {clock(row.due_at)}",
        State.DUE: f"due since {clock(row.due_at)}, overdue from {clock(row.overdue_at)}",
        State.OVERDUE: f"overdue by {wait_in_words(now - row.overdue_at)}",
        State.LAPSED: f"overdue by {wait_in_words(now - row.overdue_at)}; the permission to run has lapsed",
    }
    return {
        "row": row,
        "words": words[state],
        "late": state in (State.OVERDUE, State.LAPSED),
        "may_answer": may_act and row.kind not in REPORTED,
    }


def _programme(programme: Programme, session: Session) -> dict[str, Any]:
    """Where the runner stands, what comes next and what it needs."""
    phase = PHASE_CONTENT[Phase(programme.phase)]
    uncleared = programme.clearance_needed and programme.cleared_at is None
    return {
        "phase": phase,
        "session": session,
        "greens": programme.greens if phase.phase in (Phase.GRADED_RETURN, Phase.BUILD) else None,
        "needs_clearance": uncleared,
        "draft": programme.state == Programme.State.DRAFT,
    }
