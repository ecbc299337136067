"""An escalation as JSON."""

from typing import Any

from django.db.models import QuerySet

from assessments.escalations.models import Escalation
from backend.platform.api.fields import id_text, timestamp
from clinics.api.clinicians import member_document

#: The reason of an escalation whose urgency no criterion has.
OVERRIDDEN = {"id": "override", "title": "A clinician decided that it is this urgent"}


def readable_escalations(escalations: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """Rows with what their documents show, in one statement."""
    return escalations.select_related("assessment", "acknowledged_by__user", "resolved_by__user")


def escalation_document(escalation: Escalation) -> dict[str, Any]:
    """One escalation; its reasons are the criteria that raised the urgency, in the protocol's words.

    Above what the protocol said, it was a clinician's override; its words stand in the assessment.
    """
    evaluation = escalation.assessment.evaluation
    return {
        "id": str(escalation.id),
        "patient": str(escalation.patient_id),
        "assessment": str(escalation.assessment_id),
        "urgency": escalation.urgency,
        "state": escalation.state,
        "reasons": [
            {"id": met["id"], "title": met["title"]}
            for met in evaluation["criteria_met"]
            if met["urgency"] == escalation.urgency
        ]
        or [OVERRIDDEN],
        "opened_at": timestamp(escalation.opened_at),
        "called_since": timestamp(escalation.called_since),
        "notified_at": timestamp(escalation.notified_at),
        "acknowledge_by": timestamp(escalation.acknowledge_by),
        "breached_at": timestamp(escalation.breached_at),
        "acknowledged_at": timestamp(escalation.acknowledged_at),
        "acknowledged_by": member_document(escalation.acknowledged_by),
        "resolved_at": timestamp(escalation.resolved_at),
        "resolved_by": member_document(escalation.resolved_by),
        "outcome_code": escalation.outcome_code or None,
        "outcome": escalation.outcome,
        "superseded_by": id_text(escalation.superseded_by_id),
        "rounds_sent": escalation.round,
        "next_attempt_at": timestamp(escalation.next_attempt_at),
        "created_at": timestamp(escalation.created_at),
        "updated_at": timestamp(escalation.updated_at),
    }
