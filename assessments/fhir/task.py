"""What people must see to, as Tasks: follow-ups, and escalations for whoever may see those."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Greatest
from django.http import Http404
from django.utils import timezone

from assessments.escalations.models import Escalation
from assessments.fhir.service_request import TAKEN_OVER, TASK_PRIORITIES, referral_of
from assessments.follow_ups.models import REPORTED, FollowUp, FollowUpKind
from assessments.follow_ups.services.state import STEPS, state_now
from assessments.protocol.vocabulary import Urgency
from backend.platform.api.pagination import Merged
from backend.platform.fhir.elements import (
    Resource,
    coding,
    concept,
    instant,
    period,
    reference,
    resource,
    words,
)
from clinics.api.fhir import member_reference
from clinics.identity.models import Clinic
from clinics.identity.permissions import Permission
from clinics.identity.visibility import veiled, visible

_ESCALATION = Escalation.State
_FOLLOW_UP = FollowUp.State

ESCALATION_STATUSES = {
    _ESCALATION.OPEN: "requested",
    _ESCALATION.ACKNOWLEDGED: "accepted",
    _ESCALATION.RESOLVED: "completed",
    _ESCALATION.SUPERSEDED: "cancelled",
}
FOLLOW_UP_STATUSES = {
    _FOLLOW_UP.SCHEDULED: "requested",
    _FOLLOW_UP.DUE: "ready",
    _FOLLOW_UP.OVERDUE: "ready",
    _FOLLOW_UP.LAPSED: "ready",
    _FOLLOW_UP.ANSWERED: "completed",
    _FOLLOW_UP.CANCELLED: "cancelled",
}
#: The outputs that close a task: a code, and for an escalation words.
RESULT, OUTCOME, OUTCOME_TEXT = "result", "outcome", "outcome-text"


def output_type(name: str) -> dict[str, Any]:
    """The name of an output."""
    return concept(coding("task-output", name), text=words(name))


def task_rows(
    clinic: Clinic,
    *,
    permissions: Collection[str],
    statuses: Collection[str] | None = None,
    to_change: bool = False,
    **of: Any,
) -> Merged:
    """The clinic's follow-ups and escalations, as far as they may be seen.

    With ``statuses`` those that are shown with one of them now. ``at`` is when what is shown last changed: a
    follow-up becomes due by time alone, whoever notices. What is read ``to_change`` it may be unseen: who
    reports the result of a referral need not see it.
    """
    now = timezone.now()
    follow_ups: QuerySet[Any] = clinic.follow_ups.filter(**of).select_related("result_by__user")
    follow_ups = follow_ups if to_change else visible(follow_ups, permissions)
    follow_ups = follow_ups.annotate(at=Greatest("updated_at", *(_passed(step, now) for step in STEPS)))
    people = ("acknowledged_by__user", "resolved_by__user")
    called: QuerySet[Any] = clinic.escalations.filter(**of).select_related("assessment", *people)
    called = called.prefetch_related(TAKEN_OVER).annotate(at=F("updated_at"))
    if statuses is not None:
        follow_ups = follow_ups.filter(_shown_as(statuses, now))
        states = [state for state, status in ESCALATION_STATUSES.items() if status in statuses]
        called = called.filter(state__in=states)
    return Merged([follow_ups, called] if Permission.SEE_ESCALATIONS in permissions else [follow_ups])


def _passed(step: str, now: dt.datetime) -> Case:
    """The moment of a step that an unanswered follow-up has passed; null before it and without it."""
    return Case(When(**{"state__in": FollowUp.PENDING, f"{step}__lte": now}, then=F(step)))


def _shown_as(statuses: Collection[str], now: dt.datetime) -> Q:
    """The follow-ups of these statuses, as ``state_now`` tells their states."""
    passed = Q(*(Q(**{f"{step}__lte": now}) for step in STEPS), _connector=Q.OR)
    stored = [state for state, status in FOLLOW_UP_STATUSES.items() if status in statuses]
    moved = Q(state=_FOLLOW_UP.SCHEDULED) & passed
    shown = Q(state__in=stored) & ~moved
    return shown | moved if FOLLOW_UP_STATUSES[_FOLLOW_UP.DUE] in statuses else shown


def find_task(
    clinic: Clinic, task_id: uuid.UUID, *, permissions: Collection[str], to_change: bool = False
) -> Escalation | FollowUp:
    """The row of a task that may be seen, or changed; raises ``Http404``."""
    rows = task_rows(clinic, permissions=permissions, to_change=to_change)
    for row in rows.filter(id=task_id)[:1]:
        found: Escalation | FollowUp = row
        return found
    raise Http404


def shown_task(row: Escalation | FollowUp, permissions: Collection[str]) -> Resource:
    """The task as it stands now, as far as it may be seen."""
    return task_resource(veiled(row, permissions))


def task_resource(row: Escalation | FollowUp) -> Resource:
    """The task of a row of ``task_rows`` as it stands now."""
    return _of_escalation(row) if isinstance(row, Escalation) else _of_follow_up(row)


def _task(row: Escalation | FollowUp, *, end: dt.datetime, **elements: Any) -> Resource:
    changed = getattr(row, "at", row.updated_at)
    return resource(
        "Task",
        row.id,
        changed,
        intent="order",
        **{"for": reference("Patient", row.patient_id)},
        authoredOn=instant(row.created_at),
        lastModified=instant(changed),
        reasonReference=reference("RiskAssessment", row.assessment_id),
        restriction={"period": period(None, end)},
        **elements,
    )


def _of_escalation(row: Escalation) -> Resource:
    owner = row.resolved_by or row.acknowledged_by
    return _task(
        row,
        end=row.acknowledge_by,
        status=ESCALATION_STATUSES[_ESCALATION(row.state)],
        businessStatus=concept(coding("escalation-state", row.state), text=words(row.state)),
        priority=TASK_PRIORITIES[Urgency(row.urgency)],
        code=concept(coding("task", "escalation"), text=f"Take on: {words(row.urgency).lower()}"),
        focus=reference("ServiceRequest", row.id) if referral_of(row) is not None else None,
        owner=member_reference(owner) if owner else None,
        output=list(_outcome(row)),
    )


def _outcome(row: Escalation) -> Iterator[dict[str, Any]]:
    if row.outcome_code:
        code = concept(coding("outcome", row.outcome_code, words(row.outcome_code)))
        yield {"type": output_type(OUTCOME), "valueCodeableConcept": code}
    if row.outcome:
        yield {"type": output_type(OUTCOME_TEXT), "valueString": row.outcome}


def _of_follow_up(row: FollowUp) -> Resource:
    state = state_now(row, timezone.now())
    kind = FollowUpKind(row.kind)
    answer = reference("QuestionnaireResponse", row.answer_id) if row.answer_id else None
    result = concept(coding("result", row.result, words(row.result))) if row.result else None
    output = [
        {"type": output_type("answer"), "valueReference": answer} if answer else None,
        {"type": output_type(RESULT), "valueCodeableConcept": result} if result else None,
    ]
    return _task(
        row,
        end=row.overdue_at,
        status=FOLLOW_UP_STATUSES[state],
        businessStatus=concept(coding("follow-up-state", state.value), text=words(state.value)),
        statusReason=concept(text=str(why)) if (why := row.get_cancelled_because_display()) else None,
        priority=TASK_PRIORITIES[Urgency(row.urgency)] if row.urgency else "routine",
        code=concept(coding("task", kind.value), text=str(kind.label)),
        executionPeriod=period(row.opens_at, row.answered_at) if row.answered_at else None,
        owner=member_reference(row.result_by) if row.result_by else None,
        output=[one for one in output if one],
    )


def is_reported(row: FollowUp) -> bool:
    """Whether a clinician's word closes it; a check is answered by a QuestionnaireResponse."""
    return row.kind in REPORTED
