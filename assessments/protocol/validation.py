"""Answers as submitted become answers the criteria can trust, or every problem at once.

Unknown is the absence of an answer: absent, null and "unknown" are the same for every question.
A value that fails is refused, never read as unknown or as no.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import NoReturn, cast

from assessments.protocol.plain_readers import Refused, problems
from assessments.protocol.problems import InvalidAnswers, Problem
from assessments.protocol.question_types import Question
from assessments.protocol.questions import ADMINISTRATIVE, QUESTIONS
from assessments.protocol.readers import reader

READERS = {question.name: reader(question) for question in QUESTIONS}
Plain = tuple[type, Container[object]]
NOT_PLAIN: Plain = (type(None), ())


def _plain(question: Question) -> Plain:
    """The type and values that are right as they stand: most answers, seen without calling a reader."""
    if question.type == "choice":
        return str, frozenset(question.choices)
    if question.type in ("integer", "number"):
        return int, range(int(question.low or 0), int(question.high or 0) + 1)
    return NOT_PLAIN


PLAIN = {question.name: _plain(question) for question in QUESTIONS}
ADMINISTRATIVE_NAMES = frozenset(question.name for question in ADMINISTRATIVE)
ONSET_TOLERANCE_DAYS = 7


class ValidAnswers(dict[str, object]):
    """Known answers that passed validation, in the units of the question table; read-only.

    Only `validate` makes them, so that whoever holds them need not check again.
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("validated answers are read-only")

    __setitem__ = __delitem__ = __ior__ = _refuse
    update = pop = popitem = clear = setdefault = _refuse

    def __reduce__(self) -> tuple[type[ValidAnswers], tuple[dict[str, object]]]:
        return (ValidAnswers, (dict(self),))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the clinician should know about an answer that was used otherwise than as given."""

    code: str
    question: str
    statement: str


def validate(
    answers: Mapping[str, object], *, assessed_at: datetime | None = None, zone: tzinfo | None = None
) -> ValidAnswers:
    """The known answers, checked, with units converted and the effective duration of the episode.

    `assessed_at` is needed to count days from `onset_date` and to see that dates are not in the future;
    `zone` is where they are dates, whatever offset the moment is written with: the clinic's. Without it
    they are dates where the moment was written. Raises InvalidAnswers with every problem.
    """
    return normalise(answers, assessed_at, zone)[0]


def normalise(
    answers: Mapping[str, object], assessed_at: datetime | None, zone: tzinfo | None = None
) -> tuple[ValidAnswers, tuple[Notice, ...]]:
    """`validate`, with the notices that go with it."""
    if not isinstance(answers, Mapping):
        raise InvalidAnswers([Problem("", "wrong_type", "An object of answers by question name is needed.")])
    known, found = _read(answers)
    notices: tuple[Notice, ...] = ()
    if assessed_at is not None:
        here = assessed_at if zone is None else assessed_at.astimezone(zone)
        found += _dates_in_the_future(known, here.date(), here.tzinfo)
        notices = _apply_onset(known, here.date())
    if found:
        raise InvalidAnswers(found)
    if known.get("diagnoses"):
        known["diagnoses"] = _with_clearance(cast("list[dict[str, str]]", known["diagnoses"]))
    return ValidAnswers(known), notices


def _read(answers: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """The known answers that are allowed, and what is wrong with the others."""
    known: dict[str, object] = {}
    found: list[Problem] = []
    for name, value in answers.items():
        kind, allowed = PLAIN.get(name, NOT_PLAIN)
        if type(value) is kind and value in allowed:
            known[name] = value
            continue
        read = READERS.get(name)
        if read is None:
            found.append(_unknown_question(name))
        elif value is not None and value != "unknown":
            try:
                result = read(value)
            except Refused as refused:
                found += problems(name, refused)
            else:
                if result is not None:
                    known[name] = result
    return known, found


def _unknown_question(name: object) -> Problem:
    place = Problem.place(name)
    if isinstance(name, str) and name in ADMINISTRATIVE_NAMES:
        return Problem(place, "unknown_question", "This belongs to the assessment, not to its answers.")
    return Problem(place, "unknown_question", "The protocol has no question of this name.")


def _with_clearance(diagnoses: list[dict[str, str]]) -> list[dict[str, str]]:
    """Diagnoses in one order, whatever the order given; clearance not stated is unknown."""
    explicit = [{"clearance": "unknown", **diagnosis} for diagnosis in diagnoses]
    fields = ("code", "status", "clearance", "cleared_by", "cleared_at")
    ordered = [{name: item[name] for name in fields if name in item} for item in explicit]
    return sorted(ordered, key=lambda item: tuple(item.get(name, "") for name in fields))


def _dates_in_the_future(known: Mapping[str, object], today: date, zone: tzinfo | None) -> list[Problem]:
    found = []
    detail = "Not after the date of the assessment."
    onset = known.get("onset_date")
    if isinstance(onset, str) and date.fromisoformat(onset) > today:
        found.append(Problem("/onset_date", "in_the_future", detail))
    for place, diagnosis in enumerate(cast("list[dict[str, str]]", known.get("diagnoses", []))):
        cleared = diagnosis.get("cleared_at")
        if cleared is not None and _date_in(cleared, zone) > today:
            found.append(Problem(f"/diagnoses/{place}/cleared_at", "in_the_future", detail))
    return found


def _date_in(text: str, zone: tzinfo | None) -> date:
    """The date of a date or of a moment, there."""
    if len(text) == len("YYYY-MM-DD"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(zone).date()


def _apply_onset(known: dict[str, object], today: date) -> tuple[Notice, ...]:
    """Put the effective duration in place: the longer one when onset date and duration clearly differ."""
    onset = known.get("onset_date")
    if not isinstance(onset, str):
        return ()
    since_onset = max((today - date.fromisoformat(onset)).days, 0)
    given = cast("int | None", known.get("episode_duration_days"))
    if given is None:
        known["episode_duration_days"] = since_onset
        return ()
    if abs(since_onset - given) <= ONSET_TOLERANCE_DAYS:
        return ()
    known["episode_duration_days"] = max(given, since_onset)
    statement = (
        "Onset date and duration of the episode differ by more than a week; the longer duration is used."
    )
    return (Notice("duration_differs_from_onset_date", "episode_duration_days", statement),)
