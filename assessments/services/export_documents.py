"""The documents of rows that only an export shows by themselves."""

from typing import Any

from assessments.cds.models import CardFeedback
from assessments.decisions.documents import override_document
from assessments.escalations.channels.models import Delivery, DeliveryAttempt
from assessments.escalations.models import EscalationEvent
from assessments.records.models import Override
from backend.platform.api.fields import timestamp
from clinics.api.clinicians import member_document


def override_line(override: Override) -> dict[str, Any]:
    """An override as its assessment shows it, and which assessment that is."""
    return {**override_document(override), "assessment": str(override.assessment_id)}


def event_document(event: EscalationEvent) -> dict[str, Any]:
    """What happened to an escalation, by a person or by the service itself."""
    return {
        "id": str(event.id),
        "escalation": str(event.escalation_id),
        "kind": event.kind,
        "at": timestamp(event.at),
        "by": member_document(event.member),
        "client": str(event.client_id) if event.client_id else None,
        "note": event.note,
    }


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    """One message about an escalation or a follow-up, to one of the clinic's people."""
    return {
        "id": str(delivery.id),
        "escalation": str(delivery.escalation_id) if delivery.escalation_id else None,
        "follow_up": str(delivery.follow_up_id) if delivery.follow_up_id else None,
        "round": delivery.round,
        "channel": delivery.channel,
        "address": delivery.address,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "sent_at": timestamp(delivery.sent_at),
        "created_at": timestamp(delivery.created_at),
        "updated_at": timestamp(delivery.updated_at),
    }


def attempt_document(attempt: DeliveryAttempt) -> dict[str, Any]:
    """One try to hand a message over."""
    return {
        "id": str(attempt.id),
        "delivery": str(attempt.delivery_id),
        "at": timestamp(attempt.at),
        "latency_ms": attempt.latency_ms,
        "result": attempt.result,
        "reason": attempt.reason,
    }


def feedback_document(feedback: CardFeedback) -> dict[str, Any]:
    """What somebody did with a card in another system, and what the card said."""
    card = feedback.card
    return {
        "id": str(feedback.id),
        "card": str(card.id),
        "service": card.service,
        "decision": card.decision,
        "urgency": card.urgency,
        "protocol_version": card.protocol_version,
        "shown_at": timestamp(card.shown_at),
        "outcome": feedback.outcome,
        "outcome_at": timestamp(feedback.outcome_at),
        "reason": feedback.reason or None,
        "comment": feedback.comment or None,
        "client": str(feedback.client_id),
        "received_at": timestamp(feedback.received_at),
    }
