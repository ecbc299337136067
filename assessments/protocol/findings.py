"""Answers in words: what a letter says of one, and the words of a value with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from assessments.protocol.question_types import Question
from assessments.protocol.questions import QUESTIONS_BY_NAME
from assessments.protocol.texts import TEXTS, Texts, filled, number_words, placeholders

#: In lists of codes and of features: what says that there is nothing, or nothing known.
SAYS_NOTHING = ("none", "not_asked", "not_assessed")
YES, NO = "yes", "no"


def letter_finding(name: str, value: object, *, texts: Texts = TEXTS) -> str:
    """What a letter says of an answer, present by its value or absent; empty where it says nothing."""
    return present(name, value, texts=texts) or absent(name, value, texts=texts)


def present(name: str, value: object, *, texts: Texts = TEXTS) -> str:
    """The sentence of an answer that is a finding; empty for any other."""
    return _present_of_a_code(name, value, texts) if isinstance(value, str) else _present(name, value, texts)


@lru_cache(maxsize=4096)
def _present_of_a_code(name: str, value: str, texts: Texts) -> str:
    return _present(name, value, texts)


def _present(name: str, value: object, texts: Texts) -> str:
    sentence = texts.questions[name].present
    if isinstance(sentence, Mapping):
        return sentence.get(str(value), "")
    if says_no(name, value) or _says_nothing(value) or not sentence:
        return ""
    if not_yet_settled(name, value):
        return str(texts.words["not_yet_settled"])
    return filled(sentence, _of_an_answer(QUESTIONS_BY_NAME[name], value, sentence, texts), language=texts)


def absent(name: str, value: object, *, texts: Texts = TEXTS) -> str:
    """The sentence of an answer that says there is nothing; empty for any other."""
    text = texts.questions[name]
    if isinstance(text.present, Mapping):
        return "" if str(value) in text.present or str(value).startswith("not_applicable") else text.absent
    return text.absent if says_no(name, value) else ""


def says_no(name: str, value: object) -> bool:
    """Whether an answer, of any type, says that there is nothing."""
    if isinstance(value, str):
        return value == NO or (value == "none" and "none" in QUESTIONS_BY_NAME[name].choices)
    if isinstance(value, Mapping):
        if QUESTIONS_BY_NAME[name].type == "features":
            return bool(value) and all(item == NO for item in value.values())
        return value.get("clearance") == NO
    return isinstance(value, list) and (not value or value == ["none"])


def may_be_pregnant(answers: Mapping[str, Any]) -> bool:
    """Whether the safety net names pregnancy: pregnant, or nobody knows and nothing rules it out."""
    status = answers.get("pregnancy_status")
    unknown = status not in ("not_pregnant", "postpartum") and answers.get("sex_at_birth") != "male"
    return status == "pregnant" or unknown


def question_label(name: str, *, texts: Texts = TEXTS) -> str:
    """A question as a form names it; one item of a set after a colon."""
    name, _, item = name.partition(".")
    text = texts.questions[name]
    return f"{text.clinician.label}: {text.choice(item).clinician}" if item else text.clinician.label


def not_asked(name: str, *, texts: Texts = TEXTS) -> str:
    """The sentence of a question without an answer; empty where none is needed."""
    return texts.questions[name].not_asked


def answer_words(name: str, value: object, *, texts: Texts = TEXTS) -> str:
    """An answer to a clinician: the words of its values, a number with its unit."""
    if name not in QUESTIONS_BY_NAME:  # administrative
        return texts.questions[name].choice(str(value)).clinician
    question = QUESTIONS_BY_NAME[name]
    if isinstance(value, int | float) and not isinstance(value, bool):
        if name == "hours_to_settle" and not_yet_settled(name, value):
            return texts.questions[name].choice(number_words(value)).clinician
        unit = texts.words["units"].get(question.unit, "")
        return filled(f"{{value}} {unit}", {"value": value}, language=texts) if unit else number_words(value)
    return _words(question, value, texts, joined="; ")


def _words(question: Question, value: object, texts: Texts, *, joined: str = ", ") -> str:
    """A value of any type in words, nothing of it a code."""
    match value:
        case str():
            return _word(question, value, texts)
        case list():
            return joined.join(_words(question, item, texts) for item in value) or str(texts.words["none"])
        case Mapping() if question.type == "features":
            yes = [_word(question, item, texts) for item, said in value.items() if said == YES]
            return joined.join(yes) or str(texts.words["none"])
        case Mapping():
            return _structured(question, value, texts)
        case _:
            return number_words(value)


def choice_words(name: str, question: Question, code: str, *, texts: Texts = TEXTS) -> str:
    """A choice to a clinician: of a question, or of a part of the question that is called `name`."""
    of_result = "adjustment_outcome" if question.name == "result" else name
    return texts.questions[of_result].choice(code).clinician


def _word(question: Question, value: str, texts: Texts) -> str:
    text = texts.questions.get(question.name)
    known = (
        text.choices.get(value) if text and question.type not in ("text", "date", "date_or_time") else None
    )
    if known:
        return known.clinician
    if question.type == "text":
        return value
    is_date = question.type in ("date", "date_or_time")
    return date_words(value, texts) if is_date else value.replace("_", " ")  # a code that is never offered


def _structured(question: Question, value: Mapping[str, Any], texts: Texts) -> str:
    """One diagnosis, clearance, change of the running or event, with its parts."""
    words = texts.words
    parts = []
    for field in question.fields:
        part = value.get(field.name)
        if part in (None, "") or field.name in ("cleared_by", "cleared_at"):
            continue
        if field.name == "clearance":
            parts.append(_cleared(value, texts))
        elif field.name == "runs":
            parts.append(filled(f"{{runs}} {_plural('runs', texts)}", {"runs": part}, language=texts))
        elif field.type in ("date", "date_or_time"):
            parts.append(date_words(str(part), texts))
        elif field.unit:
            parts.append(f"{number_words(part)} {words['units'][field.unit]}")
        else:
            is_choice = field.type == "choice"
            parts.append(choice_words(question.name, field, part, texts=texts) if is_choice else str(part))
    first, *rest = [part for part in parts if part] or [str(words["none"])]
    return f"{first} ({', '.join(lower_first(part) for part in rest)})" if rest else first


def _plural(noun: str, texts: Texts) -> str:
    return next((plural for plural in texts.words["one_of_many"] if plural == noun), noun)


def _cleared(value: Mapping[str, Any], texts: Texts) -> str:
    """Whether and by whom running was cleared; empty where that is not known."""
    words = texts.words
    if value["clearance"] == NO:
        return str(words["not_cleared"])
    if value["clearance"] != YES:
        return ""
    by = f" {words['by']} {value['cleared_by']}" if value.get("cleared_by") else ""
    on = f" {words['on']} {date_words(value['cleared_at'], texts)}" if value.get("cleared_at") else ""
    return f"{words['cleared']}{by}{on}"


def _of_an_answer(question: Question, value: object, sentence: str, texts: Texts) -> dict[str, object]:
    """The values of the placeholders of a question's own sentence."""
    words: dict[str, object] = {}
    for name in placeholders(sentence):
        if name == "value":
            number = isinstance(value, int | float)
            words[name] = value if number else lower_first(_words(question, value, texts))
            if question.type == "text":
                words[name] = value
        else:
            words[name] = _attested(name, cast("Mapping[str, Any]", value), texts)
    return words


def _attested(name: str, value: Mapping[str, Any], texts: Texts) -> str:
    """Who cleared or attested, in which role, and when."""
    if name == "date":
        when = value.get("cleared_at") or value.get("at")
        return date_words(str(when), texts) if when else str(texts.words["date_not_recorded"])
    key = {"name": "cleared_by", "role": "role"}[name]
    return str(value.get(key) or texts.words[f"{name}_not_recorded"])


def _says_nothing(value: object) -> bool:
    if isinstance(value, Mapping):
        return value.get("clearance") == "unknown" or (
            bool(value) and YES not in value.values() and set(value.values()) <= {NO}
        )
    return isinstance(value, list) and bool(value) and set(map(str, value)) <= set(SAYS_NOTHING)


def not_yet_settled(name: str, value: object) -> bool:
    """Whether an answer says that the back isn't as usual yet: the longest time there is to choose."""
    longest = QUESTIONS_BY_NAME["hours_to_settle"].high
    return name == "hours_to_settle" and value == longest


def date_words(text: str, texts: Texts = TEXTS) -> str:
    """An ISO date, or the date of a moment, as "3 March 2026"; anything else as it is."""
    try:
        day = (
            date.fromisoformat(text)
            if len(text) == len("YYYY-MM-DD")
            else datetime.fromisoformat(text).date()
        )
    except ValueError:
        return text
    return f"{day.day} {texts.words['months'][day.month - 1]} {day.year}"


def lower_first(text: str) -> str:
    """The text as it stands inside a sentence: abbreviations and names of one capital keep it."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] in (" ", "") else text
