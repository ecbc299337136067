"""What happened to one runner, or to one escalation, in order."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce

from assessments.models import Escalation, EscalationEvent, FollowUp, Letter
from assessments.models.follow_up import WITH_THE_RECORD
from patients.models import Patient


class Merged:
    """Rows of several tables as one list: as much of a queryset as a page of it needs.

    Every row has ``at`` and ``id``. Each table is asked for no more than one page.
    """

    model: type[Model] = EscalationEvent  # its columns ``at`` and ``id`` say how a position is read

    def __init__(self, parts: Sequence[QuerySet[Any]], *, backwards: bool = False) -> None:
        self._parts = parts
        self._backwards = backwards

    def order_by(self, *names: str) -> Merged:
        """Order every table's rows."""
        return Merged([part.order_by(*names) for part in self._parts])

    def reverse(self) -> Merged:
        """Turn the order round."""
        return Merged([part.reverse() for part in self._parts], backwards=not self._backwards)

    def filter(self, *conditions: Any, **values: Any) -> Merged:
        """Narrow every table's rows."""
        return Merged([part.filter(*conditions, **values) for part in self._parts], backwards=self._backwards)

    def count(self) -> int:
        """How many rows there are."""
        return sum(part.count() for part in self._parts)

    def __getitem__(self, wanted: slice) -> list[Any]:
        """The first rows of all tables together; one statement for each table."""
        pages = [list(part[wanted]) for part in self._parts]
        return list(merge(*pages, key=lambda row: (row.at, row.id), reverse=self._backwards))[wanted]


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
