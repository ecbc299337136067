"""The lines of a runner's history in words: what happened, who did it, and where to read on."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.urls import reverse

from assessments.cds.models import CardFeedback
from assessments.escalations.models import Escalation, EscalationEvent
from assessments.follow_ups.models import CancelledBecause, FollowUpKind, FollowUpResult
from assessments.letters.models import Letter
from assessments.programmes.models import ProgrammeEvent
from assessments.protocol.explain import ADJUSTMENTS, DECISIONS, INSUFFICIENT
from assessments.protocol.programme import Phase
from assessments.protocol.programme.phases import PHASE_CONTENT
from assessments.records.summary import plain, urgency_words
from assessments.timeline.services.timeline import Line

#: What is drawn beside a line of each kind.
SHAPES = {
    "assessment": "circle",
    "override": "pen",
    "follow_up": "tick",
    "escalation": "urgency",
    "escalation_event": "urgency",
    "programme_event": "steps",
    "card_feedback": "tick",
    "letter": "letter",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line as it is read. ``level`` is the urgency whose shape stands beside it, if one does."""

    at: dt.datetime
    shape: str
    level: str
    title: str
    more: str
    person: str
    link: str


def told(line: Line) -> Told:
    """A line in words."""
    title, more = _WORDS[line.kind](line)
    level = line.urgency if SHAPES[line.kind] == "urgency" else ""
    return Told(line.at, SHAPES[line.kind], level, title, more, line.person, _link(line))


def _assessment(line: Line) -> tuple[str, str]:
    decision = INSUFFICIENT.get(line.detail) or DECISIONS.get(line.what, plain(line.what))  # type: ignore[call-overload]
    adjusted = ADJUSTMENTS.get(line.detail)  # type: ignore[call-overload]
    title = f"{FollowUpKind(line.note).label}: {decision}" if line.note else f"Assessed: {decision}"
    notes = [f"As {adjusted}." if adjusted else "", "Corrected since." if line.about else ""]
    return title, " ".join(filter(None, notes))


def _override(line: Line) -> tuple[str, str]:
    return f"Decided by a clinician: {DECISIONS.get(line.what, plain(line.what))}", line.note  # type: ignore[call-overload]


def _follow_up(line: Line) -> tuple[str, str]:
    if line.detail in CancelledBecause.values:
        return f"{FollowUpKind(line.what).label}: cancelled", f"{CancelledBecause(line.detail).label}."
    result = FollowUpResult(line.detail).label.lower() if line.detail else "answered"
    return f"{FollowUpKind(line.what).label}: {result}", ""


def _escalation(line: Line) -> tuple[str, str]:
    return f"Escalation: {urgency_words(line.urgency)}", f"Now {Escalation.State(line.what).label.lower()}."


def _escalation_event(line: Line) -> tuple[str, str]:
    return f"Escalation: {EscalationEvent.Kind(line.what).label.lower()}", line.note


def _programme_event(line: Line) -> tuple[str, str]:
    phase, stage = line.note.split()
    where = PHASE_CONTENT[Phase(phase)].title + (f", stage {stage}" if phase == Phase.GRADED_RETURN else "")
    reaction = f": {plain(line.detail)}" if line.detail else ""
    return f"Programme: {ProgrammeEvent.Kind(line.what).label.lower()}{reaction}", where


def _card_feedback(line: Line) -> tuple[str, str]:
    reason = f" ({CardFeedback.Reason(line.detail).label.lower()})" if line.detail else ""
    return f"Card in another system: {CardFeedback.Outcome(line.what).label.lower()}{reason}", line.note


def _letter(line: Line) -> tuple[str, str]:
    return f"Letter issued to the {Letter.To(line.what).label.lower()}", ""


_WORDS = {
    "assessment": _assessment,
    "override": _override,
    "follow_up": _follow_up,
    "escalation": _escalation,
    "escalation_event": _escalation_event,
    "programme_event": _programme_event,
    "card_feedback": _card_feedback,
    "letter": _letter,
}


def _link(line: Line) -> str:
    """Where one reads on."""
    match line.kind:
        case "assessment":
            return _page("assessment", line.id)
        case "override" | "programme_event":
            return _page("assessment", line.about)
        case "escalation":
            return _page("escalation", line.id)
        case "escalation_event":
            return _page("escalation", line.about)
        case "letter":
            return reverse("letter", args=[line.id])
        case "follow_up":
            return _page("followup", line.id)
        case _:
            return ""


def _page(model: str, row: uuid.UUID | None) -> str:
    return reverse(f"admin:assessments_{model}_change", args=[row]) if row else ""
