"""What happened to one runner, or to one escalation, in order."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, TextField, UUIDField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, Trim

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


PAGE = 25


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, in codes; what each column holds depends on ``kind``."""

    kind: str
    id: uuid.UUID
    at: datetime
    what: str
    urgency: str
    detail: str
    note: str
    person: str
    about: uuid.UUID | None


def story(*, patient: Patient, page: int) -> tuple[list[Line], bool]:
    """The lines of a page (from 1), and whether there are older ones."""
    parts = patient_parts(patient)
    first, *others = [_line(kind, parts[kind], found) for kind, found in columns().items()]
    newest = first.union(*others, all=True).order_by("-line_at", "-line_id")
    start = (page - 1) * PAGE
    found = [Line(*row) for row in newest[start : start + PAGE + 1]]
    return found[:PAGE], len(found) > PAGE


def _line(kind: str, rows: QuerySet[Any], columns: dict[str, Any]) -> QuerySet[Any]:
    if kind == "follow_up":
        rows = rows.filter(answer=None)  # one that is answered by an assessment is that assessment's line
    texts = {name: _text(columns.get(name, "")) for name in ("what", "urgency", "detail", "note", "person")}
    about = columns.get("about", Value(None, UUIDField()))
    named = {f"line_{name}": column for name, column in texts.items()}
    lines: QuerySet[Any] = (
        rows.order_by()
        .annotate(line_kind=Value(kind, TextField()), line_id=F("id"), line_at=F("at"), **named)
        .annotate(line_about=about)
        .values_list("line_kind", "line_id", "line_at", *named, "line_about")
    )
    return lines


def columns() -> dict[str, dict[str, Any]]:
    """Where each kind keeps what a line holds."""
    return {
        "assessment": {
            "what": "decision",
            "urgency": "urgency",
            "detail": Coalesce(_evaluated("insufficiency_kind"), _evaluated("adjust_level")),
            "note": "answers_follow_up__kind",
            "person": _user("recorded_by_user"),
            "about": F("superseded_by__id"),
        },
        "override": {
            "what": "decision",
            "urgency": "urgency",
            "note": "reason",
            "person": _member("member"),
            "about": F("assessment_id"),
        },
        "follow_up": {
            "what": "kind",
            "detail": Coalesce(NullIf("cancelled_because", Value("")), "result"),
            "person": _member("result_by"),
        },
        "escalation": {"what": "state", "urgency": "urgency"},
        "escalation_event": {
            "what": "kind",
            "urgency": "escalation__urgency",
            "note": "note",
            "person": _member("member"),
            "about": F("escalation_id"),
        },
        "programme_event": {
            "what": "kind",
            "detail": "reaction",
            "note": Concat("phase", Value(" "), Cast("stage", TextField()), output_field=TextField()),
            "person": _member("member"),
            "about": F("programme__assessment_id"),
        },
        "card_feedback": {
            "what": "outcome",
            "urgency": "card__urgency",
            "detail": "reason",
            "note": "comment",
            "person": "client__name",
        },
        "letter": {"what": "to", "person": _member("issued_by"), "about": F("escalation_id")},
    }


def _text(column: Any) -> Any:
    """A column as text, empty where there is none; "" is one that the kind doesn't have."""
    if column == "":
        return Value("", TextField())
    return Coalesce(Cast(column, TextField()), Value("", TextField()))


def _evaluated(name: str) -> Any:
    return KeyTextTransform(name, "evaluation")


def _user(path: str) -> Any:
    """The name that pages call a person by, as ``User`` has it."""
    name = Trim(Concat(f"{path}__first_name", Value(" "), f"{path}__last_name"))
    return Coalesce(NullIf(name, Value("")), f"{path}__username", output_field=TextField())


def _member(path: str) -> Any:
    """The name by which a clinic knows a member, as ``Membership.shown_name`` has it."""
    own = NullIf(F(f"{path}__name"), Value(""))
    return Coalesce(own, _user(f"{path}__user"), output_field=TextField())
