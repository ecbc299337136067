"""The decision on what has been typed so far; nothing is stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.decisions.form.fields import number_in_words
from assessments.decisions.form.submitted import Entered
from assessments.decisions.form.typed_values import place
from assessments.decisions.services.submit import Submission, with_age
from assessments.parameters.services.in_force import InForce, parameters_in_force
from assessments.protocol import (
    QUESTIONS,
    CompiledProtocol,
    Evaluation,
    InvalidAnswers,
    Question,
    evaluate,
)
from assessments.protocol.explain import PLANS
from assessments.protocol.urgencies import first_step_of
from assessments.protocol.vocabulary import ESSENTIAL_SCREENS, Screen, Urgency
from assessments.records.summary import decision_words, label, urgency_words
from assessments.records.what_follows import WhereToGo
from clinics.identity.models import Clinic
from patients.models import Patient

SCREENS = {
    Screen.EMERGENCY: "Emergency screen",
    Screen.URGENT: "Urgent screen",
    Screen.CORE: "Core answers",
    Screen.RUN_REACTION: "Reaction to the last run",
    Screen.OPTIONAL: "Further answers",
}
#: Questions named beside the first.
SHOWN_NEXT = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of a screen's questions that apply are answered."""

    screen: str
    title: str
    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Live:
    """Everything the panel beside the form shows."""

    level: str
    decision: str
    urgency: str
    first_step: str
    send_to: WhereToGo | None
    plan: str
    provisional: bool
    reasons: tuple[Mapping[str, Any], ...]
    contradictions: tuple[str, ...]
    next: tuple[tuple[str, str], ...]
    progress: tuple[Progress, ...]
    left_out: tuple[tuple[str, str], ...]
    not_asked: tuple[str, ...]
    read_as: tuple[tuple[str, str, str], ...]

    @property
    def announcement(self) -> str:
        """What a screen reader says when it changes."""
        then = f" Next: {self.next[0][1]}." if self.next else ""
        return f"{self.decision} Urgency: {self.urgency}.{then}"


def live_decision(
    entered: Entered, *, patient: Patient, clinic: Clinic, now: datetime, parameters: InForce | None = None
) -> Live:
    """Evaluate what has been typed; an answer that can't be read counts as unknown and is named.

    ``parameters`` are the clinic's, read when they aren't given.
    """
    gathered = entered.gathered
    left_out: dict[str, str] = {problem.about: "" for problem in gathered.problems}
    at, role = entered.assessed_at or now, entered.assessor_role
    parameters = parameters or parameters_in_force(clinic)
    answers = {name: value for name, value in gathered.answers.items() if name not in left_out}
    try:
        evaluation = _evaluate(answers, at, role, patient, clinic, parameters)
    except InvalidAnswers as refused:
        left_out |= {problem.about: "" for problem in refused.problems}
        answers = {name: value for name, value in answers.items() if name not in left_out}
        evaluation = _evaluate(answers, at, role, patient, clinic, parameters)
    return _live(
        evaluation, clinic, parameters.protocol, tuple((place(name), _title(name)) for name in left_out)
    )


def _evaluate(
    answers: dict[str, object],
    at: datetime,
    role: str,
    patient: Patient,
    clinic: Clinic,
    parameters: InForce,
) -> Evaluation:
    known, _ = with_age(Submission(patient.id, at, role, answers), patient, clinic)
    return evaluate(known, parameters.usable, assessed_at=at, zone=clinic.zone, assessor_role=role)


def _live(
    evaluation: Evaluation, clinic: Clinic, protocol: CompiledProtocol, left_out: tuple[tuple[str, str], ...]
) -> Live:
    told = evaluation.as_dict()
    named = evaluation.next_questions[: SHOWN_NEXT + 1]
    return Live(
        level=evaluation.urgency.value,
        decision=decision_words(told),
        urgency=urgency_words(evaluation.urgency, at_least=evaluation.urgency_is_lower_bound),
        first_step=first_step_of(evaluation.urgency),
        send_to=WhereToGo.of(clinic, (met.id for met in evaluation.criteria_met))
        if evaluation.urgency == Urgency.EMERGENCY_NOW
        else None,
        plan=PLANS[evaluation.plan_release],
        provisional=evaluation.provisional,
        reasons=tuple(met.as_dict() for met in evaluation.criteria_met),
        contradictions=tuple(found.statement for found in evaluation.contradictions),
        next=tuple((place(*name.split(".")), _title(name)) for name in named),
        progress=tuple(_progress(evaluation, protocol)),
        left_out=left_out,
        not_asked=tuple(q.name for q in QUESTIONS if protocol.asks(q, evaluation.answers) is False),
        read_as=tuple(_read_as(QUESTIONS, evaluation.answers)),
    )


def _read_as(
    questions: Iterable[Question], answers: Mapping[str, Any], before: tuple[object, ...] = ()
) -> Iterator[tuple[str, str, str]]:
    """Each number that was typed as it was read, in the question's own unit: a misreading is seen here."""
    for question in questions:
        path, value = (*before, question.name), answers.get(question.name)
        if value is None:
            continue
        if question.type in ("integer", "number"):
            title = _title(question.name) if not before else question.label
            yield place(*path), title, number_in_words(question, value)
        elif question.type == "object":
            yield from _read_as(question.fields, value, path)
        elif question.type == "objects":
            for row, item in enumerate(value):
                yield from _read_as(question.fields, item, (*path, row))


def _title(name: str) -> str:
    """A question as the form names it."""
    return label(name)


def _progress(evaluation: Evaluation, protocol: CompiledProtocol) -> list[Progress]:
    missing = {item.question for item in evaluation.missing}
    found = []
    for screen in ESSENTIAL_SCREENS:
        own = [question for question in QUESTIONS if question.screen == screen]
        asked = [question for question in own if protocol.asks(question, evaluation.answers) is True]
        answered = sum(question.name not in missing for question in asked)
        found.append(Progress(screen.value, SCREENS[screen], answered, len(asked)))
    return found
