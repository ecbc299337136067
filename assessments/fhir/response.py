"""A QuestionnaireResponse becomes the body of an assessment: the same reading as the native API's.

Where a value can't be taken, its place is named in the response. An item that the form doesn't have, a value
of another type and an element that would be lost are refused, never left out of account.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessments.fhir.form import KNOWN, LISTED, NONE, ROLE, UNKNOWN, has_reason
from assessments.fhir.questionnaire import canonical, questionnaire_url
from assessments.protocol import QUESTIONS, Question
from backend.api.fhir.elements import ABSENT_REASONS, DATA_ABSENT, system
from backend.api.fhir.search import read_reference
from backend.api.problems import FieldProblem, Problem

#: What is taken from a response, and what says only how it came about and isn't kept.
TAKEN = frozenset({"resourceType", "questionnaire", "status", "subject", "authored", "item"})
NOT_KEPT = frozenset({"id", "meta", "language", "text", "identifier", "encounter", "author", "source"})
STATUSES = ("in-progress", "completed")
#: Reasons that the data dictionary has; HL7's "unknown" gives none.
_REASONS = frozenset({"not-asked", "asked-unknown", "asked-declined", "temp-unknown"})
_ABSENT = _REASONS | {"unknown"}
_VALUES: dict[str, tuple[str, tuple[type, ...]]] = {
    "integer": ("valueInteger", (int,)),
    "number": ("valueDecimal", (int, float)),
    "date": ("valueDate", (str,)),
    "date_or_time": ("valueDateTime", (str,)),
    "text": ("valueString", (str,)),
}
_QUESTIONS = {question.name: question for question in QUESTIONS}


@dataclass(slots=True)
class Reading:
    """What has been read: the native body, where each of its parts stands in the response, and the faults."""

    answers: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def refuse(self, place: str, code: str, detail: str) -> None:
        """Note a fault."""
        self.problems.append(FieldProblem(place, code, detail))

    def placed(self, problem: FieldProblem) -> FieldProblem:
        """A fault of the native body, at the place in the response that it came from."""
        pointer = problem.pointer
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return FieldProblem(self.places.get(pointer, ""), problem.code, problem.detail)


class _Absent(str):
    """Why there is no answer; empty without a reason."""

    __slots__ = ()


def read_answers(resource: Mapping[str, Any]) -> Reading:
    """Read the answers of a response that somebody else keeps: whose they are is theirs to know.

    Raises ``Problem`` (422) as ``read_response``, for items and answers only.
    """
    reading = Reading()
    reading.body["assessed_at"] = resource.get("authored")
    reading.places |= {"/assessed_at": "/authored", "/assessor_role": "/item"}
    return _read_items(resource, reading)


def read_response(resource: Mapping[str, Any]) -> Reading:
    """Read it whole; raises ``Problem`` (422) that names every place where it can't be taken."""
    reading = Reading()
    if resource.get("resourceType") != "QuestionnaireResponse":
        raise Problem(
            "invalid",
            errors=[FieldProblem("/resourceType", "wrong_type", "A QuestionnaireResponse is needed.")],
        )
    for name in resource.keys() - TAKEN - NOT_KEPT:
        reading.refuse(
            f"/{name}", "unknown_field", "This element isn't taken; without it nothing would be lost."
        )
    _read_head(resource, reading)
    return _read_items(resource, reading)


def _read_items(resource: Mapping[str, Any], reading: Reading) -> Reading:
    for place, item in _items(resource.get("item", []), "/item", reading):
        _read_item(place, item, reading)
    if reading.problems:
        raise Problem("invalid", errors=reading.problems)
    reading.body |= {"answers": reading.answers}
    if reading.reasons:
        reading.body["absent_reasons"] = reading.reasons
    return reading


def _read_head(resource: Mapping[str, Any], reading: Reading) -> None:
    if resource.get("questionnaire") not in (canonical(), questionnaire_url()):
        reading.refuse("/questionnaire", "unknown_version", f"The form in force is {canonical()}.")
    if resource.get("status") not in STATUSES:
        detail = "in-progress or completed; a correction is an amendment, which the native API takes."
        reading.refuse("/status", "unknown_choice", detail)
    subject = resource.get("subject")
    text = subject.get("reference") if isinstance(subject, Mapping) else None
    patient = read_reference(text, "Patient") if isinstance(text, str) else None
    if patient is None:
        reading.refuse("/subject", "required", "A reference Patient/{id} is needed.")
    reading.body["patient"] = str(patient)
    reading.places["/patient"] = "/subject"
    if "authored" in resource:
        reading.body["assessed_at"] = resource["authored"]
    reading.places["/assessed_at"] = "/authored"
    reading.places["/assessor_role"] = "/item"


def _items(items: Any, place: str, reading: Reading) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every item with its place, headings left out; the parts of a structured answer stay inside it."""
    if not isinstance(items, list):
        reading.refuse(place, "wrong_type", "A list of items is needed.")
        return
    for number, item in enumerate(items):
        here = f"{place}/{number}"
        if not isinstance(item, Mapping) or not isinstance(item.get("linkId"), str):
            reading.refuse(here, "required", "An item with its linkId is needed.")
        elif item["linkId"].startswith("section-"):
            yield from _items(item.get("item", []), f"{here}/item", reading)
        else:
            yield here, item


def _read_item(place: str, item: Mapping[str, Any], reading: Reading) -> None:
    link_id = item["linkId"]
    name, suffix = _split(link_id)
    question = ROLE if link_id == ROLE.name else _QUESTIONS.get(name)
    if question is None or suffix not in _suffixes(question):
        reading.refuse(place, "unknown_question", "The form has no item of this linkId.")
        return
    if link_id in reading.seen and question.type != "objects":
        reading.refuse(place, "not_unique", "This item is there more than once.")
        return
    reading.seen.add(link_id)
    if question is ROLE:
        reading.places["/assessor_role"] = place
        _keep(reading.body, ROLE.name, _one(item, question, place, reading))
    else:
        _read_answer(question, suffix, item, place, reading)


def _split(link_id: str) -> tuple[str, str]:
    for suffix in (UNKNOWN, KNOWN):
        if link_id.endswith(suffix):
            return link_id.removesuffix(suffix), suffix
    return link_id, ""


def _suffixes(question: Question) -> tuple[str, ...]:
    if question.type == "objects":
        return ("", KNOWN)
    return ("", UNKNOWN) if has_reason(question) else ("",)


def _keep(store: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        store[name] = value


def _read_answer(
    question: Question, suffix: str, item: Mapping[str, Any], place: str, reading: Reading
) -> None:
    name = question.name
    reading.places.setdefault(f"/answers/{name}", place)
    reading.places.setdefault(f"/absent_reasons/{name}", place)
    value = _value(question, suffix, item, place, reading)
    if isinstance(value, _Absent):
        _note_absent(question, value, place, reading)
    elif value is not None:
        if name in reading.reasons or f"{name}{UNKNOWN}" in reading.seen:
            reading.refuse(place, "contradiction", "It was said that the answer isn't known.")
        reading.answers[name] = value


def _value(question: Question, suffix: str, item: Mapping[str, Any], place: str, reading: Reading) -> Any:
    """What the item says about the question; ``None`` when it says nothing."""
    match question.type:
        case "objects" if suffix == KNOWN:
            return _whether_listed(question, item, place, reading)
        case "objects":
            return _one_more(question, item, place, reading)
        case "object" | "features":
            return _fields(question, item, place, reading) or None
        case "choices":
            return _several(question, item, place, reading)
        case _ if suffix == UNKNOWN:
            return _code(item, (), place, reading)
    return _one(item, question, place, reading)


def _whether_listed(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> Any:
    """An empty list when there is nothing to list."""
    said = _code(item, (NONE, LISTED), place, reading)
    if said != NONE:
        return said if isinstance(said, _Absent) else None
    if question.name in reading.answers:
        reading.refuse(place, "contradiction", "Something is listed all the same.")
        return None
    return []


def _one_more(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> list[Any]:
    """The list with what this group adds."""
    listed = reading.answers.get(question.name)
    if listed == []:
        reading.refuse(place, "contradiction", "It was said that there is nothing to list.")
    reading.places[f"/answers/{question.name}/{len(listed or [])}"] = place
    return [*(listed or []), _fields(question, item, place, reading)]


def _note_absent(question: Question, reason: str, place: str, reading: Reading) -> None:
    if question.name in reading.answers:
        reading.refuse(place, "contradiction", "The question is answered all the same.")
    if reason in _REASONS:
        reading.reasons[question.name] = reason


def _fields(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> dict[str, Any]:
    """The parts of a structured answer; unknown ones are left out."""
    found: dict[str, Any] = {}
    parts = {f"{question.name}.{part.name}": part for part in _parts(question)}
    for here, inner in _items(item.get("item", []), f"{place}/item", reading):
        part = parts.get(inner["linkId"])
        if part is None or part.name in found:
            reading.refuse(
                here, "unknown_question", "This group has no item of this linkId, or has it already."
            )
            continue
        value = _one(inner, part, here, reading)
        if not isinstance(value, _Absent):
            _keep(found, part.name, value)
    return found


def _parts(question: Question) -> tuple[Question, ...]:
    if question.type != "features":
        return question.fields
    return tuple(
        Question(name, name, name, question.group, "choice", question.screen, choices=("no", "yes"))
        for name in question.choices
    )


def _answers(item: Mapping[str, Any], place: str, reading: Reading) -> list[tuple[str, Mapping[str, Any]]]:
    answers = item.get("answer", [])
    if not isinstance(answers, list) or not all(isinstance(answer, Mapping) for answer in answers):
        reading.refuse(f"{place}/answer", "wrong_type", "A list of answers is needed.")
        return []
    if "item" in item and not isinstance(item.get("item"), list):
        reading.refuse(f"{place}/item", "wrong_type", "A list of items is needed.")
    return [(f"{place}/answer/{number}", answer) for number, answer in enumerate(answers)]


def _several(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> Any:
    found: list[Any] = []
    for here, answer in _answers(item, place, reading):
        reading.places[f"/answers/{question.name}/{len(found)}"] = here
        found.append(_code_of(answer, (*question.choices, NONE), here, reading))
    if not found:
        return _absence(item)
    special = [value for value in found if value == NONE or isinstance(value, _Absent)]
    if special and len(found) > 1:
        reading.refuse(place, "excludes_others", "It stands beside other answers.")
        return None
    return special[0] if special and special[0] != NONE else [] if special else found


def _code(item: Mapping[str, Any], choices: tuple[str, ...], place: str, reading: Reading) -> str | None:
    """The one code of an item."""
    answers = _answers(item, place, reading)
    if len(answers) > 1:
        reading.refuse(place, "not_unique", "One answer is needed.")
        return None
    return _code_of(answers[0][1], choices, answers[0][0], reading) if answers else _absence(item)


def _one(item: Mapping[str, Any], question: Question, place: str, reading: Reading) -> Any:
    """The one value of an item; ``None`` without an answer."""
    if question.type == "choice":
        return _code(item, question.choices, place, reading)
    answers = _answers(item, place, reading)
    if len(answers) > 1:
        reading.refuse(place, "not_unique", "One answer is needed.")
        return None
    if not answers:
        return _absence(item)
    here, answer = answers[0]
    element, kind = _VALUES[question.type]
    absent = _absence(answer) if _absence(answer) is not None else _absence(answer.get(f"_{element}"))
    if absent is not None and element not in answer:
        return absent
    if absent is not None or not isinstance(answer.get(element), kind) or isinstance(answer[element], bool):
        reading.refuse(
            here, "wrong_type", f"{element} is needed, or the extension that says why it is absent."
        )
        return None
    return answer[element]


def _code_of(answer: Mapping[str, Any], choices: tuple[str, ...], place: str, reading: Reading) -> str | None:
    absent, chosen = _absence(answer), answer.get("valueCoding")
    if absent is not None and chosen is None:
        return absent
    if isinstance(chosen, Mapping):
        known, code = chosen.get("system"), chosen.get("code")
        inner = _absence(chosen)
        if inner is not None and code is None:
            return inner
        if known == ABSENT_REASONS and code in _ABSENT:
            return _Absent(code)
        if known == system("answer") and code in choices and absent is None:
            return str(code)
    if not choices:
        reading.refuse(place, "unknown_choice", f"A code of {ABSENT_REASONS} is needed.")
    else:
        detail = f"valueCoding of {system('answer')} is needed: {', '.join(choices)}; or why it is absent."
        reading.refuse(place, "unknown_choice", detail)
    return None


def _absence(element: Any) -> _Absent | None:
    """The reason in HL7's data-absent-reason extension; ``None`` without the extension."""
    extensions = element.get("extension", []) if isinstance(element, Mapping) else []
    for extension in extensions if isinstance(extensions, list) else []:
        if isinstance(extension, Mapping) and extension.get("url") == DATA_ABSENT:
            code = extension.get("valueCode")
            return _Absent(code if isinstance(code, str) and code in _ABSENT else "unknown")
    return None
