"""One round of messages about one row: every target once, each with its own delivery."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import NotRequired, TypedDict

import structlog
from django.db.models import F

from assessments.escalations.channels.models import Delivery, DeliveryAttempt
from assessments.escalations.channels.registry import is_side_by_side, open_channel, reaches_people
from assessments.escalations.channels.services.on_call_services import MOST_SERVICES
from assessments.escalations.models import Escalation
from assessments.follow_ups.models import FollowUp
from backend.platform.outbound.delivery import Channel, DeliveryError, Message
from backend.platform.storage.due_work import Claim, Clock, Work, renew
from backend.platform.storage.tenancy import clinic_scope


class Target(TypedDict):
    """Where one message goes; ``member`` is whose address it is, ``name`` that of an on-call service."""

    channel: str
    address: str
    member: str | None
    name: NotRequired[str]


logger = structlog.get_logger(__name__)

Result = DeliveryAttempt.Result
#: Messages that leave at once beside the others; a clinic has no more services than that.
SIDE_BY_SIDE = MOST_SERVICES


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one try; ``reason`` is empty when the message left."""

    result: Result
    at: datetime
    seconds: float
    reason: str = ""


def open_deliveries(work: Escalation | FollowUp, targets: Sequence[Target]) -> list[Delivery]:
    """Return this round's deliveries to these targets; a target new to the round gets one.

    After a crash or a failure the same rows come back, so the same message ids are sent again.
    """
    about = {"escalation": work} if isinstance(work, Escalation) else {"follow_up": work}
    deliveries = work.clinic.deliveries
    there = {
        (delivery.channel, delivery.address): delivery
        for delivery in deliveries.filter(round=work.round, **about)
    }
    named = {(target["channel"], target["address"]): target.get("name", "") for target in targets}
    new = [
        Delivery(clinic_id=work.clinic_id, round=work.round, channel=by, address=to, name=name, **about)
        for (by, to), name in named.items()
        if (by, to) not in there
    ]
    there |= {(delivery.channel, delivery.address): delivery for delivery in deliveries.bulk_create(new)}
    return [there[target] for target in named]


def send_round(
    claim: Claim[Work],
    work: Escalation | FollowUp,
    ladder: Sequence[Sequence[Target]],
    *,
    compose: Callable[[Delivery], Message],
    clock: Clock,
    last_resort: Sequence[Target] = (),
    at_its_end: bool = False,
) -> list[str]:
    """Send this round's messages; returns the errors that another try may mend.

    ``ladder`` holds whom the round tells and then whom later ones would: where a target refuses for good, or
    has, the next people are told at once. ``last_resort`` is told when no person of the round was reached and
    no further try will be made (``at_its_end``), or none would help.
    """
    errors: list[str] = []
    reached = False
    seen: set[tuple[str, str]] = set()
    for targets in ladder:
        new = [target for target in targets if (target["channel"], target["address"]) not in seen]
        if not new:
            continue
        seen |= {(target["channel"], target["address"]) for target in new}
        with clinic_scope(claim.clinic_id):
            deliveries = open_deliveries(work, new)
        errors += send_all(claim, deliveries, compose=compose, clock=clock)
        reached = reached or any(map(_reached_a_person, deliveries))
        if not any(delivery.state == Delivery.State.REFUSED for delivery in deliveries):
            break
    if not reached and (at_its_end or not errors) and renew(claim, now=clock()):
        logger.error("nobody_reached", row=str(claim.row_id), clinic=str(claim.clinic_id))
        with clinic_scope(claim.clinic_id):
            deliveries = open_deliveries(work, last_resort)
        errors += send_all(claim, deliveries, compose=compose, clock=clock)
    return errors


def _reached_a_person(delivery: Delivery) -> bool:
    return reaches_people(delivery.channel) and delivery.state == Delivery.State.SENT


def send_all(
    claim: Claim[Work],
    deliveries: Sequence[Delivery],
    *,
    compose: Callable[[Delivery], Message],
    clock: Clock,
) -> list[str]:
    """Send each delivery outside any transaction; one that fails or hangs never holds the next.

    Some channels are called side by side while the messages of the others leave one after the other. Nothing
    is begun once the row is no longer ours or somebody has answered it. Returns the reasons of failures that
    may pass.
    """
    waiting = [delivery for delivery in deliveries if delivery.state not in Delivery.FINAL]
    beside = [delivery for delivery in waiting if is_side_by_side(delivery.channel)]
    in_turn = [delivery for delivery in waiting if not is_side_by_side(delivery.channel)]
    errors: list[str] = []

    def store(delivery: Delivery, sent: Sent) -> None:
        _store(claim, delivery, sent, clock())
        if sent.result == Result.FAILED:
            errors.append(sent.reason)

    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        called = [
            (delivery, pool.submit(_try, compose(delivery), _channel_of(claim, delivery), clock))
            for delivery in beside
            if renew(claim, now=clock())
        ]
        for delivery in in_turn:
            if not renew(claim, now=clock()):
                break
            store(delivery, _try(compose(delivery), _channel_of(claim, delivery), clock))
        for delivery, call in called:
            store(delivery, call.result())
    return errors


def _channel_of(claim: Claim[Work], delivery: Delivery) -> Channel:
    return open_channel(delivery.channel, claim.clinic_id, delivery.address)


def _try(message: Message, channel: Channel, clock: Clock) -> Sent:
    """Send one message and say what came of it; touches no database."""
    at, begun = clock(), monotonic()
    try:
        channel.send(message)
    except DeliveryError as exc:
        result = Result.REFUSED if exc.permanent else Result.FAILED
        logger.warning("delivery_failed", delivery=str(message.id), reason=exc.reason, result=result.value)
        return Sent(result, at, monotonic() - begun, exc.reason[:200])
    except Exception as exc:  # noqa: BLE001 - a channel's defect must never hold the ladder
        kind = type(exc).__name__
        logger.error("channel_broken", delivery=str(message.id), kind=kind)
        return Sent(Result.FAILED, at, monotonic() - begun, kind)
    return Sent(Result.SENT, at, monotonic() - begun)


def _store(claim: Claim[Work], delivery: Delivery, sent: Sent, now: datetime) -> None:
    delivery.state = Delivery.State(sent.result.value)
    with clinic_scope(claim.clinic_id):
        Delivery.objects.filter(id=delivery.id).update(
            state=delivery.state,
            error=sent.reason,
            sent_at=now if sent.result == Result.SENT else None,
            attempts=F("attempts") + 1,
            updated_at=now,
        )
        delivery.tries.create(
            clinic_id=claim.clinic_id,
            at=sent.at,
            latency_ms=round(sent.seconds * 1000),
            result=sent.result,
            reason=sent.reason,
        )
