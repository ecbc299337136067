"""What holds of an assessment now, in words, for whoever reads it in the dashboard."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from assessments.models import Assessment, Override
from assessments.protocol.explain import DECISIONS, URGENCIES
from assessments.services.effective import effective_decision


def standing(assessment: Assessment) -> dict[str, Any]:
    """``decision`` and ``urgency`` as sentences when a clinician decided otherwise, else empty.

    ``superseded_by`` is the id of the assessment that took its place; ``overrides`` are texts, oldest first.
    """
    overrides = sorted(assessment.overrides.all(), key=lambda override: (override.created_at, override.id))
    effective = effective_decision(assessment, overrides)
    return {
        "decision": DECISIONS.get(effective.decision, "") if overrides else "",
        "urgency": URGENCIES[effective.urgency] if overrides else "",
        "superseded_by": _superseded_by(assessment),
        "overrides": [" ".join(_sentences(override)) for override in overrides],
        "amendment_reason": assessment.amendment_reason,
    }


def _superseded_by(assessment: Assessment) -> uuid.UUID | None:
    if hasattr(assessment, "superseded_by_id"):
        found: uuid.UUID | None = assessment.superseded_by_id
        return found
    successor = assessment.clinic.assessments.filter(supersedes=assessment).only("id").first()
    return successor.id if successor else None


def _sentences(override: Override) -> Iterator[str]:
    role = f" ({override.get_role_display()})" if override.role else ""
    yield f"{_time(override.created_at)}, {override.member.shown_name}{role}:"
    yield f"{DECISIONS.get(override.decision, '')} Urgency: {URGENCIES[override.urgency]}."  # type: ignore[call-overload, index]
    yield f"Reason: {override.reason}."
    if override.finding_text:
        yield f"{override.get_finding_kind_display()}: {override.finding_text}."
    if override.handover_at:
        yield f"Handed over to {override.handover_to} on {_time(override.handover_at)}."
    if override.exclusion_at:
        yield f"Excluded by {override.exclusion_by} on {_time(override.exclusion_at)}:"
        yield f"{override.exclusion_text}."
    if override.carried_from_id:
        yield "Carried over from the superseded assessment."


def _time(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
