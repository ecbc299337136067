"""One form as somebody sent it: what belongs to the assessment itself, the answers, every fault."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django import forms

from assessments.decisions.form.typed_values import Gathered, Typed, gather, place
from assessments.decisions.services.submit import Submission
from assessments.protocol import InvalidAnswers, Problem
from assessments.protocol.findings import question_label
from assessments.protocol.questions import QUESTIONS_BY_NAME
from assessments.protocol.vocabulary import AssessorRole
from backend.platform.api.fields import SEVERAL_LINES

CLOCK_SKEW_MINUTES = 5
MAX_REASON = 1000
_LINES = re.compile(SEVERAL_LINES)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct: the id of its control, what it is about, and what is needed."""

    id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entered:
    """What was sent, read: ``faults`` are those that the form itself found."""

    gathered: Gathered
    assessed_at: datetime | None
    assessor_role: str
    reason: str
    faults: tuple[Fault, ...]

    def submission(self, patient_id: uuid.UUID) -> Submission:
        """What is handed in; only when there are no faults."""
        if self.assessed_at is None:
            raise ValueError("a form with faults")
        return Submission(
            patient_id=patient_id,
            assessed_at=self.assessed_at,
            assessor_role=self.assessor_role,
            answers=self.gathered.answers,
            absent_reasons=self.gathered.absent_reasons,
            attested=self.gathered.attested,
            reason=self.reason,
        )

    def faults_of(self, refused: InvalidAnswers) -> list[Fault]:
        """What the protocol refused, at the places where it was typed."""
        return [_fault(problem, self.gathered.rows) for problem in refused.problems]


def entered(typed: Typed, *, now: datetime, correction: bool) -> Entered:
    """Read a form that was sent."""
    gathered = gather(typed)
    faults = [_fault(problem, {}) for problem in gathered.problems]
    try:
        assessed_at = _moment(typed.get("assessed_at", ""), now)
    except forms.ValidationError as exc:
        assessed_at = None
        faults.insert(0, Fault("assessed_at", "When the answers were given", exc.messages[0]))
    role = typed.get("assessor_role", "")
    if role not in set(AssessorRole):
        faults.insert(0, Fault("assessor_role", "Who gathered the answers", "Choose one."))
    reason = typed.get("reason", "").strip()
    if correction and (not _LINES.match(reason) or len(reason) > MAX_REASON):
        detail = f"Say what was wrong, in at most {MAX_REASON} characters."
        faults.insert(0, Fault("reason", "Why the answers are corrected", detail))
    return Entered(gathered, assessed_at, role, reason if correction else "", tuple(faults))


def _moment(text: str, now: datetime) -> datetime:
    moment: datetime = forms.DateTimeField().clean(text)
    if (moment - now).total_seconds() > CLOCK_SKEW_MINUTES * 60:
        raise forms.ValidationError("Not later than now.")
    if moment.year < 2000:
        raise forms.ValidationError("Not before the year 2000.")
    return moment


def _fault(problem: Problem, typed_in: Mapping[str, list[int]]) -> Fault:
    """The control that a pointer leads to; an item of a list stands in the row that it was ``typed_in``."""
    path: list[object] = list(problem.pointer.split("/")[1:])
    name = str(path[0]) if path else ""
    rows = typed_in.get(name)
    if rows and len(path) > 1 and str(path[1]).isdecimal():
        path[1] = rows[int(str(path[1]))]
    question = QUESTIONS_BY_NAME.get(name)
    if question is not None and question.units and path[-1] in ("value", "unit"):
        path.pop()
    title = question_label(name) if question else name
    return Fault(place(*path), title, problem.detail)


def by_place(faults: list[Fault]) -> Mapping[str, list[str]]:
    """The faults of each control."""
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.id, []).append(fault.detail)
    return found
