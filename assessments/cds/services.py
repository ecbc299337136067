"""Cards that were handed out to other systems, and what people there made of them."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from assessments.cds.models import Card, CardFeedback
from assessments.protocol import Evaluation
from backend.platform.refusals import FieldProblem, Invalid, Refusal
from clinics.identity.models import ApiClient, Clinic
from patients.models import Patient
from patients.services import PatientErasedError

#: Feedback on a card comes within days or never.
KEPT_FOR = dt.timedelta(days=30)
#: How far clocks may differ.
LEEWAY = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody says they did with one card."""

    card: uuid.UUID
    outcome: CardFeedback.Outcome
    at: dt.datetime
    suggestions: tuple[uuid.UUID, ...] = ()
    reason: str = ""
    comment: str = ""


#: What is wrong with one of several, by the code of its fault.
_WORDS = {
    "not_found": "No such card of this service, or no such suggestion of the card, was handed out.",
    "in_the_future": "Not later than now (5 minutes are forgiven).",
    "too_early": "Not before the card was handed out (5 minutes are forgiven).",
}


class FeedbackRefusedError(Invalid):
    """Nothing was kept; its ``places`` name every fault."""


class OtherFeedbackError(Refusal):
    """The same act on the same card was told differently before."""

    words = "Feedback on this card of the same moment is there already and says something else."


def note_card(
    *,
    clinic: Clinic,
    client: ApiClient,
    patient: Patient | None,
    service: str,
    evaluation: Evaluation,
    card: uuid.UUID,
    suggestions: Sequence[str],
    now: dt.datetime,
) -> Card:
    """Keep that a card was shown, so that its feedback can be known again."""
    return clinic.cards.create(
        id=card,
        client=client,
        patient=patient,
        service=service,
        decision=evaluation.decision,
        urgency=evaluation.urgency,
        protocol_version=evaluation.protocol_version,
        suggestions=list(suggestions),
        shown_at=now,
    )


def take_feedback(
    *, clinic: Clinic, client: ApiClient, service: str, told: Sequence[Feedback], now: dt.datetime
) -> None:
    """Keep what people did with cards of this service; what was told before is kept once.

    Raises ``FeedbackRefusedError``, ``OtherFeedbackError`` or ``PatientErasedError``: then nothing is kept.
    """
    wanted = clinic.cards.filter(id__in=[one.card for one in told], service=service)
    cards = {card.id: card for card in wanted}
    if faults := list(_refusals(told, cards, now)):
        raise FeedbackRefusedError(places=faults)
    _lock_patients(clinic, cards.values())
    rows = [_row(clinic, client, one, cards[one.card], now) for one in told]
    clinic.card_feedback.bulk_create(rows, ignore_conflicts=True)
    _compare(clinic, rows)


def _refusals(
    told: Sequence[Feedback], cards: dict[uuid.UUID, Card], now: dt.datetime
) -> Iterator[FieldProblem]:
    for number, one in enumerate(told):
        card = cards.get(one.card)
        if card is None:
            yield _fault(number, "card", "not_found")
            continue
        for place, suggestion in enumerate(one.suggestions):
            if str(suggestion) not in card.suggestions:
                yield _fault(number, f"acceptedSuggestions/{place}/id", "not_found")
        if one.at > now + LEEWAY:
            yield _fault(number, "outcomeTimestamp", "in_the_future")
        elif one.at < card.shown_at - LEEWAY:
            yield _fault(number, "outcomeTimestamp", "too_early")


def _fault(number: int, part: str, code: str) -> FieldProblem:
    return FieldProblem(f"/feedback/{number}/{part}", code, _WORDS[code])


def _lock_patients(clinic: Clinic, cards: Collection[Card]) -> None:
    """Take turns with erasure: what is written about an erased runner would never be erased."""
    ids = {card.patient_id for card in cards if card.patient_id}
    locked = clinic.patients.select_for_update(no_key=True).filter(id__in=ids).order_by("id")
    if any(patient.erased_at is not None for patient in locked):
        raise PatientErasedError


def _row(clinic: Clinic, client: ApiClient, one: Feedback, card: Card, now: dt.datetime) -> CardFeedback:
    return CardFeedback(
        clinic=clinic,
        card=card,
        client=client,
        outcome=one.outcome,
        suggestions=sorted({str(suggestion) for suggestion in one.suggestions}),
        reason=one.reason,
        comment=one.comment if card.patient_id else "",
        outcome_at=one.at,
        received_at=now,
    )


def _compare(clinic: Clinic, rows: Sequence[CardFeedback]) -> None:
    kept = {
        (row.card_id, row.outcome, row.outcome_at): _content(row)
        for row in clinic.card_feedback.filter(card__in={row.card_id for row in rows})
    }
    if any(kept[row.card_id, row.outcome, row.outcome_at] != _content(row) for row in rows):
        raise OtherFeedbackError


def _content(row: CardFeedback) -> tuple[object, ...]:
    return (row.suggestions, row.reason, row.comment)


def forget_cards(*, clinic: Clinic, now: dt.datetime, at_most: int) -> int:
    """Delete cards that nobody has answered for ``KEPT_FOR``; returns how many."""
    past = clinic.cards.filter(shown_at__lt=now - KEPT_FOR, feedback=None).order_by("shown_at")
    return clinic.cards.filter(id__in=past.values("id")[:at_most]).delete()[0]
