"""What time and the mail make of an escalation that nobody has answered: its first message, its breach."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from assessments.escalations.channels.models import Delivery
from assessments.escalations.channels.services.send_round import Target
from assessments.escalations.models import Escalation, EscalationEvent
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.storage.tenancy import clinic_scope

logger = structlog.get_logger(__name__)


def note_breach(escalation: Escalation, *, now: datetime) -> None:
    """Note, once for each deadline, that it has passed unanswered. Call it with the row locked.

    A round of its own begins, so that whom the breach concerns is told whatever became of the round before.
    """
    if escalation.breached_at is not None or now < escalation.acknowledge_by:
        return
    escalation.breached_at = now
    escalation.round += 1
    escalation.failures = 0
    escalation.round_failing_since = None
    escalation.save()
    escalation.events.create(
        clinic_id=escalation.clinic_id, kind=EscalationEvent.Kind.BREACHED, at=escalation.acknowledge_by
    )
    emit(escalation.clinic, (EventType.ESCALATION_BREACHED, escalation.id), now=now)
    logger.error("escalation_breached", escalation=str(escalation.id), urgency=escalation.urgency)


def untold(escalation: Escalation, operator: Sequence[Target]) -> list[Target]:
    """Return whom of the service's operators no message about the breach has reached; without one, nobody.

    One that fails, or is cut off by a crash, is sent again in the same round with the same message id.
    """
    if escalation.breached_at is None:
        return []
    sent = escalation.deliveries.filter(state=Delivery.State.SENT, sent_at__gte=escalation.breached_at)
    told = set(sent.values_list("channel", "address"))
    return [one for one in operator if (one["channel"], one["address"]) not in told]


def note_first_message(escalation: Escalation) -> None:
    """Note when the first message of the present calling left, whether or not somebody has answered since."""
    with clinic_scope(escalation.clinic_id):
        row = Escalation.objects.select_for_update().get(id=escalation.id)
        sent = row.deliveries.filter(state=Delivery.State.SENT, sent_at__gte=row.called_since)
        first = sent.order_by("sent_at").values_list("sent_at", flat=True).first()
        if row.notified_at is None and first is not None:
            row.notified_at = first
            row.save(update_fields=["notified_at", "updated_at"])
            row.events.create(clinic_id=row.clinic_id, kind=EscalationEvent.Kind.NOTIFIED, at=first)
