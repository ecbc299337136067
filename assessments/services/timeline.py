"""What happened to one runner, or to one escalation, in order."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from assessments.escalations.models import Escalation
from assessments.follow_ups.models import WITH_THE_RECORD, FollowUp
from assessments.letters.models import Letter
from backend.platform.api.pagination import Merged
from patients.models import Patient


def patient_parts(patient: Patient) -> dict[str, QuerySet[Any]]:
    """What happened to a runner, by its kind; every row has ``at``."""
    clinic = patient.clinic
    told = Q(state=FollowUp.State.ANSWERED) | Q(cancelled_because__in=WITH_THE_RECORD)
    follow_ups = clinic.follow_ups.filter(told, patient=patient)
    issued = clinic.letters.filter(patient=patient, state=Letter.State.ISSUED)
    return {
        "assessment": clinic.assessments.filter(patient=patient).annotate(at=F("assessed_at")),
        "override": clinic.overrides.filter(assessment__patient=patient).annotate(at=F("created_at")),
        "follow_up": follow_ups.annotate(at=Coalesce("answered_at", "updated_at")),
        "escalation": clinic.escalations.filter(patient=patient).annotate(at=F("opened_at")),
        "escalation_event": clinic.escalation_events.filter(escalation__patient=patient),
        "programme_event": clinic.programme_events.filter(programme__patient=patient),
        "card_feedback": clinic.card_feedback.filter(card__patient=patient).annotate(at=F("outcome_at")),
        "letter": issued.annotate(at=F("issued_at")),
    }


def patient_timeline(*, patient: Patient) -> Merged:
    """Everything of ``patient_parts``, with what each row is about."""
    parts = patient_parts(patient)
    with_what_they_are_about = {
        "escalation_event": parts["escalation_event"].select_related("escalation"),
        "programme_event": parts["programme_event"].select_related("programme"),
        "card_feedback": parts["card_feedback"].select_related("card"),
        "letter": parts["letter"].select_related("escalation"),
    }
    return Merged(list({**parts, **with_what_they_are_about}.values()))


def escalation_history(*, escalation: Escalation) -> Merged:
    """Its opening, what happened to it, each try of a message, and the messages that are being sent."""
    clinic = escalation.clinic
    return Merged(
        [
            clinic.escalations.filter(id=escalation.id).annotate(at=F("opened_at")),
            clinic.escalation_events.filter(escalation=escalation).select_related("member__user"),
            clinic.delivery_attempts.filter(delivery__escalation=escalation).select_related("delivery"),
            clinic.deliveries.filter(escalation=escalation, tries=None).annotate(at=F("created_at")),
        ]
    )
