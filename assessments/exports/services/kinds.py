"""What an export holds: one kind of row after the other, each as the document the API shows of it."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from rest_framework.utils.encoders import JSONEncoder

from assessments.cds.models import CardFeedback
from assessments.decisions import documents
from assessments.decisions.documents import override_document
from assessments.escalations.channels.models import Delivery, DeliveryAttempt
from assessments.escalations.documents import escalation_document, readable_escalations
from assessments.escalations.models import EscalationEvent
from assessments.follow_ups.documents import follow_up_document, readable_follow_ups
from assessments.letters.documents import letter_document, readable_letters
from assessments.programmes import documents as programmes
from assessments.programmes.documents import exercise_log_document, stored_shoe_document
from assessments.programmes.services.shoes import with_distance
from assessments.records.models import Override
from backend.platform.api.fields import timestamp
from clinics.api.clinicians import member_document
from clinics.identity.models import Clinic
from patients.shapes import patient_document


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


Rows = QuerySet[Any]
OF_A_PATIENT = F("patient_id")


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of row: the clinic's rows, whose they are, which are new since a time, and their document."""

    rows: Callable[[Clinic], Rows]
    document: Callable[[Any], dict[str, Any]]
    patient: Any = OF_A_PATIENT
    readable: Callable[[Rows], Rows] = lambda rows: rows
    changed_since: Callable[[Clinic, dt.datetime], Q] = lambda _, moment: Q(updated_at__gte=moment)


#: By the ``type`` of a line; of one patient the lines come in this order.
KINDS: Mapping[str, Kind] = {
    "patient": Kind(lambda clinic: clinic.patients.all(), patient_document, F("id")),
    "assessment": Kind(
        lambda clinic: clinic.assessments.all(),
        documents.stored_assessment_document,
        readable=documents.readable_assessments,
    ),
    "override": Kind(
        lambda clinic: clinic.overrides.all(),
        override_line,
        F("assessment__patient_id"),
        lambda rows: rows.select_related("member__user"),
    ),
    "escalation": Kind(
        lambda clinic: clinic.escalations.all(),
        escalation_document,
        readable=readable_escalations,
    ),
    "escalation_event": Kind(
        lambda clinic: clinic.escalation_events.all(),
        event_document,
        F("escalation__patient_id"),
        lambda rows: rows.select_related("member__user"),
        lambda _, moment: Q(at__gte=moment),
    ),
    "letter": Kind(
        lambda clinic: clinic.letters.all(),
        letter_document,
        readable=readable_letters,
    ),
    "follow_up": Kind(
        lambda clinic: clinic.follow_ups.all(),
        follow_up_document,
        readable=readable_follow_ups,
    ),
    "programme": Kind(
        lambda clinic: clinic.programmes.all(),
        programmes.programme_document,
        readable=programmes.readable_programmes,
    ),
    "programme_event": Kind(
        lambda clinic: clinic.programme_events.all(),
        programmes.event_document,
        F("programme__patient_id"),
        lambda rows: rows.select_related("programme", "member__user"),
        lambda _, moment: Q(at__gte=moment),
    ),
    "run": Kind(
        lambda clinic: clinic.runs.all(),
        programmes.run_document,
        F("programme__patient_id"),
        lambda rows: rows.select_related("programme"),
        lambda _, moment: Q(created_at__gte=moment),
    ),
    "exercise_log": Kind(
        lambda clinic: clinic.exercise_logs.all(),
        exercise_log_document,
        F("programme__patient_id"),
        lambda rows: rows.select_related("programme"),
    ),
    "shoe": Kind(lambda clinic: clinic.shoes.all(), stored_shoe_document, readable=with_distance),
    "card_feedback": Kind(
        lambda clinic: clinic.card_feedback.filter(card__patient__isnull=False),
        feedback_document,
        F("card__patient_id"),
        lambda rows: rows.select_related("card"),
        lambda _, moment: Q(received_at__gte=moment),
    ),
    "delivery": Kind(
        lambda clinic: clinic.deliveries.all(),
        delivery_document,
        Coalesce("escalation__patient_id", "follow_up__patient_id"),
    ),
    "delivery_attempt": Kind(
        lambda clinic: clinic.delivery_attempts.all(),
        attempt_document,
        Coalesce("delivery__escalation__patient_id", "delivery__follow_up__patient_id"),
        changed_since=lambda _, moment: Q(at__gte=moment),
    ),
}


def lines(clinic: Clinic, rows: Iterable[tuple[str, str]]) -> str:
    """The rows, given as type and id, as JSON lines in the same order; few statements for each type."""
    wanted = list(rows)
    found = {
        name: {str(row.id): row for row in kind.readable(kind.rows(clinic).filter(id__in=ids))}
        for name, kind in KINDS.items()
        if (ids := [id_ for type_, id_ in wanted if type_ == name])
    }
    return "".join(f"{_line(name, found[name][id_])}\n" for name, id_ in wanted)


def _line(name: str, row: Any) -> str:
    document = {"type": name, **KINDS[name].document(row)}
    return json.dumps(document, cls=JSONEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
