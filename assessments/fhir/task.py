"""What people must see to, as Tasks: follow-ups, and escalations for whoever may see those."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone

from assessments.fhir.referral import TASK_PRIORITIES
from assessments.models import Escalation, FollowUp, FollowUpKind
from assessments.models.follow_up import REPORTED
from assessments.protocol.vocabulary import Urgency
from assessments.services.announce import state_now
from assessments.services.timeline import Merged
from backend.api.fhir.elements import Resource, coding, concept, instant, period, reference, resource, words
from clinics.fhir import member_reference
from clinics.models import Clinic

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


def task_rows(clinic: Clinic, *, escalations: bool, **of: Any) -> Merged:
    """The clinic's follow-ups, and its escalations too when they may be seen."""
    follow_ups: QuerySet[Any] = clinic.follow_ups.filter(**of).select_related("result_by__user")
    parts: list[QuerySet[Any]] = [follow_ups.annotate(at=F("updated_at"))]
    if escalations:
        people = ("acknowledged_by__user", "resolved_by__user")
        parts.append(clinic.escalations.filter(**of).select_related(*people).annotate(at=F("updated_at")))
    return Merged(parts)


def find_task(clinic: Clinic, task_id: uuid.UUID, *, escalations: bool) -> Escalation | FollowUp:
    """The row of a task; raises ``Http404``."""
    for row in task_rows(clinic, escalations=escalations).filter(id=task_id)[:1]:
        found: Escalation | FollowUp = row
        return found
    raise Http404


def task_resource(row: Escalation | FollowUp) -> Resource:
    """The task as it stands now."""
    return _of_escalation(row) if isinstance(row, Escalation) else _of_follow_up(row)


def _task(row: Escalation | FollowUp, *, end: dt.datetime, **elements: Any) -> Resource:
    return resource(
        "Task",
        row.id,
        row.updated_at,
        intent="order",
        **{"for": reference("Patient", row.patient_id)},
        authoredOn=instant(row.created_at),
        lastModified=instant(row.updated_at),
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
        focus=reference("ServiceRequest", row.id) if row.urgency != Urgency.COMPLETE_SCREEN_NOW else None,
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
        priority=TASK_PRIORITIES[Urgency(row.urgency)] if row.urgency else "routine",
        code=concept(coding("task", kind.value), text=str(kind.label)),
        executionPeriod=period(row.opens_at, row.answered_at) if row.answered_at else None,
        owner=member_reference(row.result_by) if row.result_by else None,
        output=[one for one in output if one],
    )


def is_reported(row: FollowUp) -> bool:
    """Whether a clinician's word closes it; a check is answered by a QuestionnaireResponse."""
    return row.kind in REPORTED
