"""What was typed becomes answers as the protocol reads them.

Numbers are the only thing converted. Whatever can't be one stays as it was typed, so that the protocol
refuses it by name; an empty control is an unknown answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.datastructures import MultiValueDict

from assessments.protocol import QUESTIONS, Problem, Question
from assessments.protocol.vocabulary import Screen
from clinics.dashboard.typed_numbers import AmbiguousNumberError, read_number, write_number

#: Radio value of a question that wasn't asked or whose answer isn't known.
UNKNOWN = "unknown"


def control(*path: object) -> str:
    """The name that an answer is sent under."""
    return ".".join(["a", *map(str, path)])


def unit_of(*path: object) -> str:
    """The name that a number's unit is sent under."""
    return ".".join(["u", *map(str, path)])


def reason_of(question: str) -> str:
    """The name that the reason of an unknown answer is sent under."""
    return f"r.{question}"


def asked_none(question: str) -> str:
    """The name under which a list says that it was asked for and is empty, or isn't known."""
    return f"n.{question}"


def none_of_these(screen: str) -> str:
    """The name of a screen's "none of these"."""
    return f"none.{screen}"


def place(*path: object) -> str:
    """The id of a control: where an error summary leads."""
    return "-".join(["q", *map(str, path)])


Typed = MultiValueDict[str, str]

#: Rows of a list that are looked for; the protocol has its own, lower limit.
MAX_ROWS = 60
#: The screens whose findings may be ruled out together, by somebody who answers for it.
ATTESTED_SCREENS = (Screen.EMERGENCY, Screen.URGENT)
_RULED_OUT = "“None of these” is ticked, yet this is answered otherwise. Correct one of the two."


@dataclass(slots=True)
class Gathered:
    """Answers as received, and what the form itself found wrong.

    ``problems`` name an item of a list by the row that it was typed in; ``rows`` are the rows in use,
    ``unknown`` the questions said to have no known answer.
    """

    answers: dict[str, object] = field(default_factory=dict)
    absent_reasons: dict[str, str] = field(default_factory=dict)
    attested: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: dict[str, list[int]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


def gather(typed: Typed) -> Gathered:
    """Read the whole form."""
    gathered = Gathered()
    for question in QUESTIONS:
        value = _READERS[question.type](question, (question.name,), typed, gathered)
        if value is not None:
            gathered.answers[question.name] = value
        elif (reason := typed.get(reason_of(question.name))) and _takes_reason(question, gathered):
            gathered.absent_reasons[question.name] = reason
    for screen in ATTESTED_SCREENS:
        if typed.get(none_of_these(screen.value)):
            _rule_out(screen, gathered)
    return gathered


def _takes_reason(question: Question, gathered: Gathered) -> bool:
    """Where unknown is a choice of its own, its reason counts only while it is chosen."""
    return question.name in gathered.unknown or question.type not in ("choice", "objects")


def negative(question: Question) -> str | None:
    """The answer that rules a finding out: "no" or "none"; ``None`` for a question that is no finding."""
    words = ("no", "none") if question.type == "choice" else ()
    return next((word for word in words if word in question.choices), None)


def ruled_out_together(screen: Screen) -> list[Question]:
    """The findings of a screen that its "none of these" is about.

    Not those that only other answers bring up: the tick may be older than these, and nobody has asked.
    """
    always = (question for question in QUESTIONS if question.applies_when is None)
    return [question for question in always if question.screen == screen and negative(question)]


def _rule_out(screen: Screen, gathered: Gathered) -> None:
    """Write a "no" of its own for each finding that is still open; nothing that was answered is changed."""
    named = []
    for question in ruled_out_together(screen):
        named.append(question.name)
        answer = gathered.answers.get(question.name)
        if answer is None and question.name not in gathered.unknown:
            gathered.answers[question.name] = negative(question)
        elif answer != negative(question):
            gathered.problems.append(Problem(Problem.place(question.name), "not_ruled_out", _RULED_OUT))
    gathered.attested.append({"screen": screen.value, "questions": named})


Path = tuple[object, ...]


def _choice(question: Question, path: Path, typed: Typed, gathered: Gathered) -> object:
    value = typed.get(control(*path)) or None
    if value == UNKNOWN and len(path) == 1:
        gathered.unknown.add(question.name)
        return None
    return value


def _choices(question: Question, path: Path, typed: Typed, gathered: Gathered) -> object:  # noqa: ARG001
    return typed.getlist(control(*path)) or None


def _text(question: Question, path: Path, typed: Typed, gathered: Gathered) -> object:  # noqa: ARG001
    return typed.get(control(*path), "").strip() or None


def _number(question: Question, path: Path, typed: Typed, gathered: Gathered) -> object:
    text = typed.get(control(*path), "").strip()
    if not text:
        return None
    try:
        read = read_number(text)
    except AmbiguousNumberError as exc:
        gathered.problems.append(Problem(Problem.place(*path), "ambiguous", str(exc)))
        return None
    number = text if read is None else read
    unit = typed.get(unit_of(*path))
    own = question.units[0][0] if question.units else None
    return {"value": number, "unit": unit} if own and unit and unit != own else number


def _features(question: Question, path: Path, typed: Typed, gathered: Gathered) -> object:  # noqa: ARG001
    found = {item: typed.get(control(*path, item)) for item in question.choices}
    return {item: answer for item, answer in found.items() if answer} or None


def _object(question: Question, path: Path, typed: Typed, gathered: Gathered) -> object:
    read = {
        part.name: _READERS[part.type](part, (*path, part.name), typed, gathered) for part in question.fields
    }
    return {name: value for name, value in read.items() if value is not None} or None


def _objects(question: Question, path: Path, typed: Typed, gathered: Gathered) -> object:
    """The rows that hold something; asked and empty is an answer of its own."""
    found = {row: _object(question, (*path, row), typed, gathered) for row in range(MAX_ROWS)}
    rows = {row: value for row, value in found.items() if value}
    gathered.rows[question.name] = list(rows)
    said = typed.get(asked_none(question.name))
    if rows:
        if said:
            detail = "Something is listed, yet it is said that there is none or that it isn't known."
            gathered.problems.append(Problem(Problem.place(question.name), "none_and_listed", detail))
        return list(rows.values())
    if said == UNKNOWN:
        gathered.unknown.add(question.name)
    return [] if said == "none" else None


_READERS: dict[str, Callable[[Question, Path, Typed, Gathered], object]] = {
    "choice": _choice,
    "choices": _choices,
    "integer": _number,
    "number": _number,
    "date": _text,
    "date_or_time": _text,
    "text": _text,
    "features": _features,
    "object": _object,
    "objects": _objects,
}


def as_typed(answers: Mapping[str, object], absent_reasons: Mapping[str, str]) -> Typed:
    """The form as somebody would have filled it in."""
    typed = Typed()
    for question in QUESTIONS:
        if question.name in answers:
            for name, value in _written(question, (question.name,), answers[question.name]):
                typed.appendlist(name, value)
        elif question.name in absent_reasons:
            typed[reason_of(question.name)] = absent_reasons[question.name]
            if question.type == "choice":
                typed[control(question.name)] = UNKNOWN
            elif question.type == "objects":
                typed[asked_none(question.name)] = UNKNOWN
    return typed


def _written(question: Question, path: tuple[object, ...], value: object) -> Iterator[tuple[str, str]]:
    """Names and values of the controls that hold an answer."""
    fields = {part.name: part for part in question.fields}
    match value:
        case dict() if question.type == "features":
            yield from ((control(*path, item), str(answer)) for item, answer in value.items())
        case dict():
            for name, part in value.items():
                yield from _written(fields[name], (*path, name), part)
        case list() if question.type == "objects":
            if not value:
                yield asked_none(question.name), "none"
            for row, item in enumerate(value):
                yield from _written(question, (*path, row), item)
        case list():
            yield from ((control(*path), str(item)) for item in value)
        case _:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            yield control(*path), write_number(value) if number else str(value)  # type: ignore[arg-type]
            if question.units:
                yield unit_of(*path), question.units[0][0]
