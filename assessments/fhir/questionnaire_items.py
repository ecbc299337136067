"""The question table as the items of a FHIR Questionnaire.

One question is one item whose ``linkId`` is its name. Two kinds need a second item, because FHIR has no place
for "unknown" in a number and none for "asked, and there are none" in a list:

- ``{name}.unknown`` says why a required number isn't known, and must be answered when the number isn't;
- ``{name}.known`` asks whether there is anything to list.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from assessments.fhir.codes import codes_of
from assessments.protocol import ADMINISTRATIVE, QUESTIONS, Question
from assessments.protocol.conditions import AllOf, Condition, NotAnswered
from assessments.protocol.conditions.choices import OneOf
from assessments.protocol.conditions.logic import AnyOf
from assessments.protocol.findings import question_label
from assessments.protocol.question_types import NO_YES
from assessments.protocol.questions import QUESTIONS_BY_NAME
from assessments.protocol.texts import TEXTS
from assessments.protocol.vocabulary import Screen
from backend.platform.fhir.elements import ABSENT_REASONS, coding, without_empty, words

Item = dict[str, Any]

#: The screens whose every question must be answered, be it by saying that the answer isn't known.
REQUIRED_SCREENS = (Screen.EMERGENCY, Screen.URGENT)
#: Nothing to list, said and not left out.
NONE = "none-of-these"
LISTED = "listed"
UNKNOWN, KNOWN = ".unknown", ".known"
ROLE = next(question for question in ADMINISTRATIVE if question.name == "assessor_role")
#: Why an answer isn't known, in the words of the data dictionary; they are HL7's own codes.
_REASONS = next(question.choices for question in ADMINISTRATIVE if question.name == "absent_reason")
REASONS = {code: TEXTS.questions["absent_reason"].choice(code).clinician for code in _REASONS}
TYPES = {
    "choice": "choice",
    "choices": "choice",
    "integer": "integer",
    "number": "decimal",
    "date": "date",
    "date_or_time": "dateTime",
    "text": "text",
}
_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition"


def answer_coding(code: str) -> dict[str, str]:
    """One possible answer."""
    return coding("answer", code, answer_words().get(code) or words(code))


@cache
def answer_words() -> dict[str, str]:
    """The words of each code that means one thing in every question; a code system has one for each."""
    said: dict[str, set[str]] = {}
    for question in QUESTIONS:
        for code in question.offered:
            said.setdefault(code, set()).add(TEXTS.questions[question.name].choice(code).clinician)
    return {code: found.pop() for code, found in said.items() if len(found) == 1}


def absent_coding(reason: str) -> dict[str, str]:
    """Why there is no answer, as an answer that can be chosen."""
    return {"system": ABSENT_REASONS, "code": reason, "display": REASONS[reason]}


def sections() -> dict[str, tuple[Question, ...]]:
    """The questions under the headings of the data dictionary, in its order."""
    found: dict[str, list[Question]] = {}
    for question in QUESTIONS:
        found.setdefault(question.group, []).append(question)
    return {group: tuple(questions) for group, questions in found.items()}


def section_id(group: str) -> str:
    """The ``linkId`` of a heading: ``section-4`` of "4 Emergency screen"."""
    return f"section-{group.partition(' ')[0]}"


@cache
def items() -> tuple[Item, ...]:
    """Every item of the form. It depends on the code and on the settings alone; don't change it."""
    role = {**_base(ROLE, ROLE.name), "required": True, "answerOption": _options(ROLE.choices, unknown=False)}
    first = _group("section-1", "Who gathered the answers", [role])
    return (
        first,
        *(
            _group(
                section_id(group), group.partition(" ")[2], [item for one in asked for item in items_of(one)]
            )
            for group, asked in sections().items()
        ),
    )


def _group(link_id: str, text: str, inside: list[Item]) -> Item:
    return {"linkId": link_id, "text": text, "type": "group", "item": inside}


def text_of(question: Question) -> str:
    """A question with what to know when asking it; a part of a structured answer has a label alone."""
    text = TEXTS.questions.get(question.name)
    if text is None:
        return question.label
    return f"{text.clinician.label}. {text.clinician.hint}" if text.clinician.hint else text.clinician.label


def is_required(question: Question) -> bool:
    """Whether leaving it out must be a choice."""
    return question.screen in REQUIRED_SCREENS


def has_reason(question: Question) -> bool:
    """Whether a second item says why the answer is missing."""
    return is_required(question) and question.type in ("integer", "number")


def items_of(question: Question, prefix: str = "") -> Iterator[Item]:
    """The items of one question: one, or two where one can't hold every answer."""
    link_id = prefix + question.name
    when = _enable_when(question)
    match question.type:
        case "objects":
            yield {**_gate(question, link_id), **when}
            opened = _enabled([_answered(link_id + KNOWN, coding("answer", LISTED))])
            yield {**_structure(question, link_id), "repeats": True, **opened}
        case "object":
            yield {**_structure(question, link_id), **when}
        case "features":
            parts = [_feature(link_id, name) for name in question.choices]
            yield {**_group(link_id, text_of(question), parts), **when}
        case _:
            chosen = is_required(question) and question.type == "choice"
            yield {**_leaf(question, link_id), **({"required": True} if chosen else {}), **when}
            if has_reason(question):
                yield _why_unknown(question, link_id)


def _base(question: Question, link_id: str) -> Item:
    return without_empty(
        {
            "linkId": link_id,
            "code": codes_of(f"question/{link_id}"),
            "text": text_of(question),
            "type": TYPES[question.type],
        }
    )


def _leaf(question: Question, link_id: str) -> Item:
    found = {**_base(question, link_id), **without_empty({"extension": list(_limits(question))})}
    if question.type == "choice":
        found["answerOption"] = _options(question.offered, unknown=not question.required)
    elif question.type == "choices":
        found |= {"repeats": True, "answerOption": _options((*question.choices, NONE))}
    elif question.max_length:
        found["maxLength"] = question.max_length
    return found


def _options(choices: tuple[str, ...], *, unknown: bool = True) -> list[dict[str, Any]]:
    known = [{"valueCoding": answer_coding(code)} for code in choices]
    return known + [{"valueCoding": absent_coding(reason)} for reason in REASONS if unknown]


def _limits(question: Question) -> Iterator[dict[str, Any]]:
    """The range and the unit of a number (UCUM)."""
    if question.type not in ("integer", "number"):
        return
    kind = "valueInteger" if question.type == "integer" else "valueDecimal"
    for name, limit in (("minValue", question.low), ("maxValue", question.high)):
        if limit is not None:
            yield {"url": f"{_EXTENSIONS}/{name}", kind: limit}
    if question.unit:
        unit = {"system": "http://unitsofmeasure.org", "code": question.unit, "display": question.unit}
        yield {"url": f"{_EXTENSIONS}/questionnaire-unit", "valueCoding": unit}


def _why_unknown(question: Question, link_id: str) -> Item:
    """Asked while the number is missing, and then to be answered."""
    when: Item = _enable_when(question)
    missing = {"question": link_id, "operator": "exists", "answerBoolean": False}
    reasons = [{"valueCoding": absent_coding(reason)} for reason in REASONS]
    return {
        "linkId": link_id + UNKNOWN,
        "text": f"{question_label(question.name)}: why it isn't known",
        "type": "choice",
        "required": True,
        "answerOption": reasons,
        **_enabled([*when.get("enableWhen", []), missing], behaviour="all"),
    }


def _gate(question: Question, link_id: str) -> Item:
    options = [{"valueCoding": answer_coding(code)} for code in (NONE, LISTED)]
    options += [{"valueCoding": absent_coding(reason)} for reason in REASONS]
    gate = {"linkId": link_id + KNOWN, "text": text_of(question), "type": "choice", "answerOption": options}
    return {**gate, "required": True} if is_required(question) else gate


def _structure(question: Question, link_id: str) -> Item:
    parts = [item for part in question.fields for item in _part(part, f"{link_id}.{part.name}")]
    return _group(link_id, text_of(question), parts)


def _part(part: Question, link_id: str) -> Iterator[Item]:
    yield {**_leaf(part, link_id), **({"required": True} if part.required else {})}


def _feature(link_id: str, name: str) -> Item:
    return {
        "linkId": f"{link_id}.{name}",
        "text": TEXTS.questions[link_id].choice(name).clinician,
        "type": "choice",
        "answerOption": _options(NO_YES),
    }


def _enable_when(question: Question) -> Item:
    """When a question is asked: beside certain answers to another question, or to one of several.

    Where more is needed than a form can work out (an age at onset, say), it is always asked.
    """
    condition = question.applies_when
    if condition is None or isinstance(condition, AllOf):
        return {}
    return _enabled([item for item in _any_of(condition) if item["question"] != question.name])


def _any_of(condition: Condition) -> Iterator[Item]:
    match condition:
        case OneOf(question=question, values=values):
            yield from (_answered(question, answer_coding(value)) for value in values)
        case AnyOf(parts=parts):
            for part in parts:
                yield from _any_of(part)
        case NotAnswered(question=question, values=values):
            yield {"question": question, "operator": "exists", "answerBoolean": False}
            others = [choice for choice in QUESTIONS_BY_NAME[question].choices if choice not in values]
            yield from (_answered(question, answer_coding(value)) for value in others)
            yield from (_answered(question, absent_coding(reason)) for reason in REASONS)
        case _:
            raise TypeError(f"a form can't ask while {type(condition).__name__} holds")


def _answered(link_id: str, code: dict[str, str]) -> Item:
    return {"question": link_id, "operator": "=", "answerCoding": code}


def _enabled(when: list[Item], *, behaviour: str = "any") -> Item:
    return {"enableWhen": when, **({"enableBehavior": behaviour} if len(when) > 1 else {})}
