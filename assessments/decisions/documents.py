"""Rows as the JSON of the API and of exports, built by hand."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from assessments.follow_ups.documents import follow_up_order
from assessments.programmes.documents import permission_document
from assessments.programmes.services.run_permission import RunPermission, stored_permission, with_standing
from assessments.records.models import Assessment, Override
from assessments.records.services import effective_decision, with_versions
from backend.platform.api.fields import id_text, timestamp
from clinics.api.clinicians import member_document, recorded_by


def readable_assessments(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Rows with what their documents show: three statements for any number of them."""
    rows = assessments.select_related("escalation").prefetch_related("follow_ups")
    return with_standing(with_versions(rows))


def assessment_document(
    assessment: Assessment,
    *,
    escalation: uuid.UUID | None,
    follow_ups: list[uuid.UUID],
    permission: RunPermission,
    superseded_by: uuid.UUID | None = None,
    overrides: Sequence[Override] = (),
) -> dict[str, Any]:
    """One assessment with the ids of what it opened, and what holds now."""
    return {
        "id": str(assessment.id),
        "patient": str(assessment.patient_id),
        "assessed_at": timestamp(assessment.assessed_at),
        "assessor_role": assessment.assessor_role,
        "recorded_by": recorded_by(assessment.recorded_by_client_id, assessment.recorded_by_user_id),
        "answers": assessment.answers,
        "absent_reasons": assessment.absent_reasons,
        "carried": assessment.carried,
        "attested": assessment.attested,
        "attested_longstanding": assessment.attested_longstanding,
        "evaluation": assessment.evaluation,
        "notices": assessment.notices,
        "escalation": id_text(escalation),
        "follow_ups": [str(follow_up) for follow_up in follow_ups],
        "supersedes": id_text(assessment.supersedes_id),
        "amendment_reason": assessment.amendment_reason,
        "superseded_by": id_text(superseded_by),
        "overrides": [override_document(override) for override in overrides],
        "effective": effective_decision(assessment, overrides).as_dict(),
        "run_permission": permission_document(permission),
        "created_at": timestamp(assessment.created_at),
    }


def stored_assessment_document(assessment: Assessment) -> dict[str, Any]:
    """The same of a row of ``readable_assessments``."""
    escalation = getattr(assessment, "escalation", None)
    follow_ups = sorted(assessment.follow_ups.all(), key=follow_up_order)
    return assessment_document(
        assessment,
        escalation=escalation.id if escalation else None,
        follow_ups=[follow_up.id for follow_up in follow_ups],
        permission=stored_permission(assessment, now=timezone.now()),
        superseded_by=getattr(assessment, "superseded_by_id", None),
        overrides=sorted(assessment.overrides.all(), key=lambda override: (override.created_at, override.id)),
    )


def override_document(override: Override) -> dict[str, Any]:
    """One override; grounds that weren't given are null."""
    return {
        "id": str(override.id),
        "decision": override.decision,
        "urgency": override.urgency,
        "run_status": override.run_status,
        "downward": override.downward,
        "reason": override.reason,
        "role": override.role or None,
        "finding": _given(kind=override.finding_kind, text=override.finding_text),
        "handover": _given(to=override.handover_to, at=timestamp(override.handover_at)),
        "exclusion": _given(
            by=override.exclusion_by, at=timestamp(override.exclusion_at), text=override.exclusion_text
        ),
        "by": member_document(override.member),
        "client": id_text(override.client_id),
        "carried_from": id_text(override.carried_from_id),
        "created_at": timestamp(override.created_at),
    }


def _given(**parts: str | None) -> dict[str, str | None] | None:
    return parts if all(parts.values()) else None
