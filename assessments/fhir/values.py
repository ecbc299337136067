"""The values in the answers of one item: codes of the form, numbers, dates and text, or why there is none."""

from collections.abc import Mapping
from typing import Any

from assessments.fhir.elements_beside import OF_ANSWER
from assessments.fhir.questionnaire_items import NONE
from assessments.fhir.response_items import Reading, refuse_beside, refuse_elements
from assessments.protocol import Question
from backend.platform.fhir.elements import ABSENT_REASONS, DATA_ABSENT, is_own_system, system

#: Reasons that the data dictionary has; HL7's "unknown" gives none.
KNOWN_REASONS = frozenset({"not-asked", "asked-unknown", "asked-declined", "temp-unknown"})
_ABSENT = KNOWN_REASONS | {"unknown"}
_VALUES: dict[str, tuple[str, tuple[type, ...]]] = {
    "integer": ("valueInteger", (int,)),
    "number": ("valueDecimal", (int, float)),
    "date": ("valueDate", (str,)),
    "date_or_time": ("valueDateTime", (str,)),
    "text": ("valueString", (str,)),
}


class Absent(str):
    """Why there is no answer; empty without a reason."""

    __slots__ = ()


def one_value(item: Mapping[str, Any], question: Question, place: str, reading: Reading) -> Any:
    """The one value of an item; ``None`` without an answer."""
    if question.type == "choice":
        return one_code(item, question.choices, place, reading)
    answers = _answers(item, place, reading)
    if len(answers) > 1:
        reading.refuse(place, "not_unique", "One answer is needed.")
        return None
    if not answers:
        return absence(item)
    here, answer = answers[0]
    element, kind = _VALUES[question.type]
    absent = absence(answer) if absence(answer) is not None else absence(answer.get(f"_{element}"))
    if absent is not None and element not in answer:
        return absent
    if absent is not None or not isinstance(answer.get(element), kind) or isinstance(answer[element], bool):
        reading.refuse(
            here, "wrong_type", f"{element} is needed, or the extension that says why it is absent."
        )
        return None
    return answer[element]


def several_values(question: Question, item: Mapping[str, Any], place: str, reading: Reading) -> Any:
    found: list[Any] = []
    for here, answer in _answers(item, place, reading):
        reading.places[f"/answers/{question.name}/{len(found)}"] = here
        found.append(_code_of(answer, (*question.choices, NONE), here, reading))
    if not found:
        return absence(item)
    special = [value for value in found if value == NONE or isinstance(value, Absent)]
    if special and len(found) > 1:
        reading.refuse(place, "excludes_others", "It stands beside other answers.")
        return None
    return special[0] if special and special[0] != NONE else [] if special else found


def one_code(item: Mapping[str, Any], choices: tuple[str, ...], place: str, reading: Reading) -> str | None:
    """The one code of an item."""
    answers = _answers(item, place, reading)
    if len(answers) > 1:
        reading.refuse(place, "not_unique", "One answer is needed.")
        return None
    return _code_of(answers[0][1], choices, answers[0][0], reading) if answers else absence(item)


def _answers(item: Mapping[str, Any], place: str, reading: Reading) -> list[tuple[str, Mapping[str, Any]]]:
    answers = item.get("answer", [])
    if not isinstance(answers, list) or not all(isinstance(answer, Mapping) for answer in answers):
        reading.refuse(f"{place}/answer", "wrong_type", "A list of answers is needed.")
        return []
    refuse_beside("item", item, place, reading)
    placed = [(f"{place}/answer/{number}", answer) for number, answer in enumerate(answers)]
    for here, answer in placed:
        values = {name for name in answer if name.lstrip("_").startswith("value")}
        if not answer.get("item"):
            values |= {"item"}
        refuse_elements(answer, OF_ANSWER, here, reading, ignoring=values)
        if len({name.lstrip("_") for name in values - {"item"}}) > 1:
            reading.refuse(here, "not_unique", "One value is needed.")
    return placed


def _code_of(answer: Mapping[str, Any], choices: tuple[str, ...], place: str, reading: Reading) -> str | None:
    absent, chosen = absence(answer), answer.get("valueCoding")
    if absent is not None and chosen is None:
        return absent
    if isinstance(chosen, Mapping):
        known, code = chosen.get("system"), chosen.get("code")
        inner = absence(chosen)
        if inner is not None and code is None:
            return inner
        if known == ABSENT_REASONS and code in _ABSENT:
            return Absent(code)
        if is_own_system(known, "answer") and code in choices and absent is None:
            return str(code)
    if not choices:
        reading.refuse(place, "unknown_choice", f"A code of {ABSENT_REASONS} is needed.")
    else:
        detail = f"valueCoding of {system('answer')} is needed: {', '.join(choices)}; or why it is absent."
        reading.refuse(place, "unknown_choice", detail)
    return None


def absence(element: Any) -> Absent | None:
    """The reason in HL7's data-absent-reason extension; ``None`` without the extension."""
    extensions = element.get("extension", []) if isinstance(element, Mapping) else []
    for extension in extensions if isinstance(extensions, list) else []:
        if isinstance(extension, Mapping) and extension.get("url") == DATA_ABSENT:
            code = extension.get("valueCode")
            return Absent(code if isinstance(code, str) and code in _ABSENT else "unknown")
    return None
