"""What a caller hands in, read by hand: every problem of the whole body at once, nothing coerced.

Eighty serializer fields built for each request would cost more than the decision (docs/benchmarks.md); the
question table validates the answers instead.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assessments.decisions.services.submit import Submission
from assessments.decisions.shapes.assessments import MAX_REASON
from assessments.protocol import (
    ADMINISTRATIVE,
    PROTOCOL_VERSION,
    QUESTIONS,
    InvalidAnswers,
    validate,
)
from assessments.protocol import Problem as AnswerProblem
from assessments.protocol.vocabulary import AssessorRole
from backend.platform.api.fields import SEVERAL_LINES
from backend.platform.api.problems import Meanings, Problem, escape
from backend.platform.refusals import FieldProblem
from patients.services import NO_SUCH_PATIENT, PatientNotFoundError

#: How far a caller's clock may run ahead of ours.
CLOCK_SKEW = dt.timedelta(minutes=5)


_LINES = re.compile(SEVERAL_LINES)
_QUESTION_NAMES = frozenset(question.name for question in QUESTIONS)
_ROLES = frozenset(role.value for role in AssessorRole)
_REASONS = next(
    frozenset(question.choices) for question in ADMINISTRATIVE if question.name == "absent_reason"
)


class _RefusedError(Exception):
    """A value that can't be taken: code and what is allowed."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def read_submission(
    body: Any, *, now: dt.datetime, zone: dt.tzinfo, patient: bool = True, reason: bool = False
) -> Submission:
    """Read the body of an assessment; without ``patient`` that of an evaluation or an answered follow-up.

    With ``reason`` that of an amendment, which says why. ``zone`` is the clinic's: dates are dates there.

    Raises ``Problem`` (422) that names every place, those of the answers included.
    """
    readers: dict[str, Callable[[Any], Any]] = {
        "assessed_at": lambda value: _read_time(value, now),
        "assessor_role": _read_role,
        "answers": _read_object,
        "absent_reasons": _read_object,
        "protocol_version": _read_version,
    }
    if patient:
        readers = {"patient": _read_uuid, **readers}
    if reason:
        readers = {**readers, "reason": _read_reason}
    values, problems = _read_fields(body, readers)
    problems += _absent_reason_problems(values.get("absent_reasons", {}))
    if problems:
        raise Problem("invalid", errors=[*problems, *_answer_problems(values, zone)])
    return Submission(
        patient_id=values["patient"] if patient else uuid.UUID(int=0),
        assessed_at=values["assessed_at"],
        assessor_role=values["assessor_role"],
        answers=values["answers"],
        absent_reasons=values.get("absent_reasons", {}),
        reason=values.get("reason", ""),
    )


def invalid_answers(exc: InvalidAnswers) -> Problem:
    """The protocol's refusal as a problem of the request."""
    return Problem("invalid", errors=_in_body(exc.problems))


#: What the refusals of recording an assessment mean to the request that brings it.
SUBMISSION: Meanings = {InvalidAnswers: invalid_answers, PatientNotFoundError: NO_SUCH_PATIENT}


def _in_body(problems: Iterable[AnswerProblem]) -> list[FieldProblem]:
    return [FieldProblem(f"/answers{problem.pointer}", problem.code, problem.detail) for problem in problems]


def _answer_problems(values: Mapping[str, Any], zone: dt.tzinfo) -> list[FieldProblem]:
    """What is wrong with the answers of a body that is refused anyway."""
    try:
        validate(values.get("answers", {}), assessed_at=values.get("assessed_at"), zone=zone)
    except InvalidAnswers as exc:
        return _in_body(exc.problems)
    return []


def _read_fields(
    body: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]]
) -> tuple[dict[str, Any], list[FieldProblem]]:
    values: dict[str, Any] = {}
    problems = [
        FieldProblem(f"/{escape(str(name))}", "unknown_field", "There is no such field.")
        for name in body
        if name not in readers
    ]
    for name, read in readers.items():
        if name in body:
            try:
                values[name] = read(body[name])
            except _RefusedError as refused:
                problems.append(FieldProblem(f"/{name}", refused.code, refused.detail))
        elif name not in {"absent_reasons", "protocol_version"}:
            problems.append(FieldProblem(f"/{name}", "required", "This field is required."))
    return values, problems


def _read_uuid(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise _RefusedError("malformed", "A UUID is needed.") from None


def _read_time(value: Any, now: dt.datetime) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise _RefusedError("malformed", "ISO 8601 date and time with an offset are needed.") from None
    if moment.tzinfo is None:
        raise _RefusedError("no_offset", "The time needs its offset, such as 2026-03-01T09:00:00Z.")
    if moment > now + CLOCK_SKEW:
        raise _RefusedError("in_the_future", "Not later than now.")
    if moment.year < 2000:
        raise _RefusedError("out_of_range", "Not before the year 2000.")
    return moment


def _read_role(value: Any) -> str:
    if not isinstance(value, str) or value not in _ROLES:
        raise _RefusedError("unknown_choice", "One of: " + ", ".join(sorted(_ROLES)) + ".")
    return value


def _read_reason(value: Any) -> str:
    if not isinstance(value, str) or not _LINES.match(value) or len(value) > MAX_REASON:
        raise _RefusedError("malformed", f"Text of 1 to {MAX_REASON} characters is needed.")
    return value.strip()


def _read_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _RefusedError("wrong_type", "An object is needed.")
    return value


def _read_version(value: Any) -> str:
    if value != PROTOCOL_VERSION:
        raise _RefusedError("unknown_version", f"The protocol in force is {PROTOCOL_VERSION}.")
    return PROTOCOL_VERSION


def _absent_reason_problems(reasons: Mapping[str, Any]) -> list[FieldProblem]:
    problems = []
    for name, reason in reasons.items():
        pointer = f"/absent_reasons/{escape(name)}"
        if name not in _QUESTION_NAMES:
            problems.append(
                FieldProblem(pointer, "unknown_question", "The protocol has no question of this name.")
            )
        elif not isinstance(reason, str) or reason not in _REASONS:
            detail = "One of: " + ", ".join(sorted(_REASONS)) + "."
            problems.append(FieldProblem(pointer, "unknown_choice", detail))
    return problems
