"""One round of messages about one row: every address once, each with its own delivery."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from django.db.models import F

from assessments.models import Delivery, Escalation, FollowUp
from assessments.notify.channel import Channel, DeliveryError, Message
from assessments.services.due_work import Claim, Clock, Work, renew
from assessments.services.policy import Target
from clinics.tenancy import clinic_scope

logger = structlog.get_logger(__name__)


def open_deliveries(work: Escalation | FollowUp, targets: Sequence[Target]) -> list[Delivery]:
    """Return this round's deliveries that haven't gone out; the first call of a round creates them.

    After a crash or a failure the same rows come back, so the same message ids are sent again, and whom a
    round tells doesn't change while it lasts.
    """
    about = {"escalation": work} if isinstance(work, Escalation) else {"follow_up": work}
    deliveries = work.clinic.deliveries
    of_round = list(deliveries.filter(round=work.round, **about).order_by("created_at", "id"))
    if not of_round:
        new = [
            Delivery(clinic_id=work.clinic_id, round=work.round, address=target["address"], **about)
            for target in targets
            if target["channel"] == "email"
        ]
        of_round = deliveries.bulk_create(new)
    return [delivery for delivery in of_round if delivery.state != Delivery.State.SENT]


def send_all(
    claim: Claim[Work],
    deliveries: Sequence[Delivery],
    *,
    compose: Callable[[Delivery], Message],
    channel: Channel,
    clock: Clock,
) -> list[str]:
    """Send each delivery outside any transaction; one that fails never holds the next. Returns the errors.

    Stops as soon as the row is no longer ours or somebody has answered it.
    """
    errors = []
    for delivery in deliveries:
        if not renew(claim, now=clock()):
            break
        error = _send(compose(delivery), channel)
        if error:
            errors.append(error)
        _store_result(claim, delivery, error, clock())
    return errors


def _send(message: Message, channel: Channel) -> str:
    """Send one message; the reason it failed, or an empty string."""
    try:
        channel.send(message)
    except DeliveryError as exc:
        logger.warning("delivery_failed", delivery=str(message.id), reason=exc.reason)
        return exc.reason
    return ""


def _store_result(claim: Claim[Work], delivery: Delivery, error: str, now: datetime) -> None:
    with clinic_scope(claim.clinic_id):
        Delivery.objects.filter(id=delivery.id).update(
            state=Delivery.State.FAILED if error else Delivery.State.SENT,
            error=error[:200],
            sent_at=None if error else now,
            attempts=F("attempts") + 1,
            updated_at=now,
        )
