"""What the answers of a call amount to: never less than what can be read of them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from assessments.cds.calls import Call
from assessments.cds.found import Answers
from assessments.decisions.services.submit import Submission, with_age
from assessments.decisions.shapes.submission import CLOCK_SKEW
from assessments.fhir.questionnaire_items import ROLE
from assessments.fhir.response_reader import read_answers
from assessments.parameters.services.in_force import parameters_in_force
from assessments.protocol import Evaluation, InvalidAnswers, evaluate
from assessments.protocol.vocabulary import AssessorRole, Decision, rank, urgency_rank
from backend.platform.refusals import FieldProblem
from clinics.identity.models import Clinic
from patients.models import Patient

UNKNOWN_DAY = "an unknown day"
#: So many second answers are tried; nobody's form has as many, and each costs an evaluation.
MOST_TRIED = 100
#: What a part of the answers can't take back: decisions that what is missing could only make worse.
_CERTAIN = (
    Decision.STOP_AND_REHAB,
    Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
    Decision.REFER_URGENT,
    Decision.REFER_EMERGENCY,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """The evaluation of what can be read, and the places in the call that can't.

    ``answered`` is the day of the answers as the caller wrote it, where it can be read.
    """

    evaluation: Evaluation
    answered: str = UNKNOWN_DAY
    other_version: bool = False
    other_form: bool = False
    places: tuple[str, ...] = ()

    @property
    def is_other(self) -> bool:
        """Whether it rests on answers to another version of the form, or to another form."""
        return self.other_version or self.other_form

    @property
    def speaks(self) -> bool:
        """Whether the evaluation may be shown: in doubt only what nothing else could make milder."""
        return not (self.places or self.is_other) or self.evaluation.decision in _CERTAIN


def judge(call: Call, clinic: Clinic) -> Judged:
    """Of the newest answers, and of what may be as new, the most urgent; with all that is in doubt.

    Where something newer can't be read, the answers before it count as well.
    """
    doubts = [*call.found.unread, *call.doubts]
    latest = call.found.latest()
    read = [_judged(one, call, clinic) for one in latest]
    if doubts or any(one.places or one.is_other for one in read) or not read:
        read += [_judged(one, call, clinic) for one in call.found.next_to(latest)]
    doubts += [place for one in read for place in one.places]
    nothing_known = Judged(evaluate({}, parameters_in_force(clinic).usable))
    worst = max(read, key=_how_bad, default=nothing_known)
    judged = Judged(
        worst.evaluation,
        worst.answered,
        other_version=any(one.other_version for one in read),
        other_form=any(one.other_form for one in read),
        places=tuple(dict.fromkeys(doubts)),
    )
    return judged if judged.speaks else replace(judged, evaluation=nothing_known.evaluation)


def _how_bad(judged: Judged) -> tuple[int, int]:
    found = judged.evaluation
    return rank(found.decision, found.insufficiency_kind), urgency_rank(found.urgency)


def _judged(answers: Answers, call: Call, clinic: Clinic) -> Judged:
    """The worst evaluation over the days on which the patient may have been born."""
    reading = read_answers(answers.resource)
    places = [*answers.doubts, *(f"{answers.place}{problem.pointer}" for problem in reading.problems)]
    now = timezone.now()
    at = answers.at or now
    if at > now + CLOCK_SKEW and len(str(answers.resource.get("authored"))) > len("2026-03-01"):
        places.append(f"{answers.place}/authored")
    role = reading.body.get(ROLE.name)
    if role not in list(AssessorRole):
        places.append(f"{answers.place}/item")
        role = AssessorRole.PATIENT_SELF_REPORT
    told = Submission(Patient().id, min(at, now), str(role), reading.answers, reading.reasons)
    told = _worst_told(told, reading.others, call, clinic)
    evaluations = [_evaluated(told, day, clinic) for day in call.birth_dates or (None,)]
    for _, refused in evaluations:
        places += [f"{answers.place}{reading.placed(problem).pointer}" for problem in refused]
    read = [Judged(evaluation) for evaluation, _ in evaluations]
    worst = max(read, key=_how_bad).evaluation
    return Judged(worst, _day(answers), answers.other_version, answers.other_form, tuple(places))


def _day(answers: Answers) -> str:
    """The day of the answers as the caller wrote it; what can't be read as one isn't repeated."""
    return UNKNOWN_DAY if answers.at is None else str(answers.resource.get("authored"))[:10]


def _worst_told(told: Submission, others: Mapping[str, list[Any]], call: Call, clinic: Clinic) -> Submission:
    """The answers with the most urgent of each question that has several: nobody knows which holds."""

    def how_bad(said: Submission) -> tuple[int, int]:
        days = call.birth_dates or (None,)
        return max(_how_bad(Judged(_evaluated(said, day, clinic)[0])) for day in days)

    tried = 0
    for name, values in others.items():
        reasons = {asked: reason for asked, reason in told.absent_reasons.items() if asked != name}
        options = [
            replace(told, answers={**told.answers, name: value}, absent_reasons=reasons) for value in values
        ]
        options = options[: max(MOST_TRIED - tried, 0)]
        tried += len(options)
        told = max([told, *options], key=how_bad) if options else told
    return told


def _evaluated(
    told: Submission, born: dt.date | None, clinic: Clinic
) -> tuple[Evaluation, list[FieldProblem]]:
    """The decision that the native API would form; answers that it refuses are left out and named."""
    answers, _ = with_age(told, Patient(birth_date=born), clinic)
    refused: list[FieldProblem] = []
    while True:
        try:
            return _evaluation(answers, told, clinic), refused
        except InvalidAnswers as exc:
            refused += [FieldProblem(f"/answers{one.pointer}", one.code, one.detail) for one in exc.problems]
            left = _without(answers, (one.pointer for one in exc.problems))
            answers = left if len(left) < len(answers) else {}


def _evaluation(answers: Mapping[str, Any], told: Submission, clinic: Clinic) -> Evaluation:
    return evaluate(
        answers,
        parameters_in_force(clinic).usable,
        assessed_at=told.assessed_at,
        zone=clinic.zone,
        assessor_role=told.assessor_role,
    )


def _without(answers: Mapping[str, Any], pointers: Iterable[str]) -> dict[str, Any]:
    named = {pointer.split("/")[1] for pointer in pointers if pointer}
    return {name: value for name, value in answers.items() if name not in named}
