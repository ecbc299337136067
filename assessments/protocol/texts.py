"""What a person reads of the protocol: three texts for every question, criterion, contradiction and column.

`texts.json` holds every sentence once, for three readers: a clinician at a form or page, the receiving
clinician of a letter, and the runner. Doors take their words from here and write none of their own. A
translation is a file of the same shape with its own `language`; a missing sentence blocks the language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any, NamedTuple

from assessments.protocol.follows import Activity, Gate, Running

COLUMN_NAMES: Mapping[type, str] = {Running: "running", Activity: "activity", Gate: "gate"}
#: Filled with the answer's value, or what a structured answer says of a person and a date.
OF_AN_ANSWER = frozenset({"value", "name", "role", "date"})
ONE = (1, "1")


class IncompleteTextsError(ValueError):
    """A language can't be used; the message names every text that is missing or can't be filled."""


class Sentences(NamedTuple):
    """One sentence for each reader."""

    clinician: str
    letter: str
    runner: str

    def as_dict(self) -> dict[str, str]:
        """The sentences as JSON-ready data."""
        return self._asdict()


class Asked(NamedTuple):
    """How a form asks: a label with a hint, or a question with one."""

    label: str
    hint: str


class Choice(NamedTuple):
    """The words of one value."""

    clinician: str
    runner: str


@dataclass(frozen=True, slots=True)
class QuestionText:
    """The texts of one question. `runner` is None where no runner is ever asked.

    `present` is one sentence, or one for each value that is a finding; `absent` is empty where there is
    nothing to say.
    """

    name: str
    clinician: Asked
    runner: Asked | None
    present: str | Mapping[str, str]
    absent: str
    not_asked: str
    choices: Mapping[str, Choice]

    def choice(self, value: str) -> Choice:
        """The words of a value. Raises KeyError for one that is never offered."""
        return self.choices[value]


@dataclass(frozen=True, slots=True)
class SafetyNet:
    """When to go at once, as a runner reads it; `pregnancy` is empty where it can't apply."""

    lead: str
    signs: tuple[str, ...]
    pregnancy: str

    @property
    def as_text(self) -> str:
        """The whole as running text."""
        return " ".join(part for part in (self.lead, *self.signs, self.pregnancy) if part)


class Texts:
    """One language's texts. Raises IncompleteTextsError for a file with a sentence missing."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        _whole(data)
        common = _choices(data["choices"])
        self.language: str = data["language"]
        self.questions = {name: _question(name, one, common) for name, one in data["questions"].items()}
        self.criteria = _threes(data["criteria"])
        self.contradictions = _threes(data["contradictions"])
        self.notices = _choices(data["notices"])
        self.follows = {column: _threes(values) for column, values in data["follows"].items()}
        self.net: Mapping[str, Any] = data["safety_net"]
        self.words: Mapping[str, Any] = data["words"]

    def column(self, word: Running | Activity | Gate) -> Sentences:
        """The sentences of a value of "what follows"."""
        return self.follows[COLUMN_NAMES[type(word)]][word.value]

    def safety_net(
        self, *, emergency_number: str, maternity_number: str = "", pregnancy: bool = True
    ) -> SafetyNet:
        """What every page, plan and letter to a runner ends with, with the numbers of the pathway.

        `pregnancy` is false only where the runner is known not to be pregnant.
        """
        number = emergency_number or self.words["emergency_number"]
        maternity = maternity_number or emergency_number or self.words["maternity_emergency_number"]
        return SafetyNet(
            self.net["runner"]["lead"].format(emergency_number=number),
            tuple(self.net["runner"]["items"]),
            self.net["runner_pregnancy"].format(maternity_emergency_number=maternity) if pregnancy else "",
        )

    def safety_net_given(self, *, pregnancy: bool = True) -> str:
        """The sentence of a letter about the safety net that the runner was given."""
        return (
            f"{self.net['letter']} {self.net['letter_pregnancy']}" if pregnancy else str(self.net["letter"])
        )


def read(name: str = "texts.json") -> Any:
    """A file of texts as data."""
    return json.loads(files("assessments.protocol").joinpath(name).read_text(encoding="utf-8"))


def translated(data: Mapping[str, Any]) -> Texts:
    """The texts of a translation: every sentence that the original has, with its placeholders.

    Raises IncompleteTextsError with every sentence that is missing: none falls back to another language.
    """
    original, there = dict(every_sentence(read())), dict(every_sentence(data))
    problems = [f"{path} is missing" for path, text in original.items() if text and not there.get(path)]
    problems += [
        f"{path} has other placeholders"
        for path, text in there.items()
        if sorted(placeholders(text)) != sorted(placeholders(original.get(path, "")))
    ]
    if problems:
        raise IncompleteTextsError("; ".join(problems))
    return Texts(data)


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces of a text, in order."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name is not None)


class Template:
    """A text taken apart once, to be filled for each record."""

    __slots__ = ("_parts", "names")

    def __init__(self, text: str, singular: Mapping[str, str]) -> None:
        parsed = [(literal, name) for literal, name, _, _ in Formatter().parse(text)]
        #: Placeholders, in order.
        self.names = tuple(name for _, name in parsed if name is not None)
        before = [None, *(name for _, name in parsed)]
        self._parts = [
            (literal, _in_the_singular(literal, singular) if earlier else literal, earlier, name)
            for (literal, name), earlier in zip(parsed, before, strict=False)
        ]

    def filled(self, values: Mapping[str, object]) -> str:
        """The text; what follows a one is in the singular. Raises KeyError for a missing value."""
        parts = []
        for literal, after_one, earlier, name in self._parts:
            parts.append(after_one if earlier is not None and values[earlier] in ONE else literal)
            if name is not None:
                parts.append(number_words(values[name]))
        return "".join(parts).strip()


@lru_cache(maxsize=1024)
def template(text: str, language: Texts) -> Template:
    """A text of a language, taken apart once."""
    return Template(text, language.words["one_of_many"])


def filled(text: str, values: Mapping[str, object], *, language: Texts | None = None) -> str:
    """A text with its placeholders filled. Raises KeyError for one without a value."""
    return template(text, language or TEXTS).filled(values)


def number_words(value: object) -> str:
    """A number without an empty decimal; anything else as it is."""
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def _in_the_singular(literal: str, singular: Mapping[str, str]) -> str:
    """The first plural noun after a number, as one of it."""
    pattern = rf"^((?: \w+)?? )({'|'.join(singular)})\b"
    return re.sub(pattern, lambda found: found[1] + singular[found[2]], literal)


def _choices(data: Mapping[str, Any]) -> dict[str, Choice]:
    return {value: Choice(one["clinician"], one["runner"]) for value, one in data.items()}


def _threes(data: Mapping[str, Any]) -> dict[str, Sentences]:
    return {key: Sentences(one["clinician"], one["letter"], one["runner"]) for key, one in data.items()}


def _question(name: str, data: Mapping[str, Any], common: Mapping[str, Choice]) -> QuestionText:
    runner = data["runner"]
    return QuestionText(
        name=name,
        clinician=Asked(data["clinician"]["label"], data["clinician"]["hint"]),
        runner=None if runner is None else Asked(runner["question"], runner["hint"]),
        present=data["letter"]["present"],
        absent=data["letter"]["absent"],
        not_asked=data["letter"]["not_asked"],
        choices={**common, **_choices(data.get("choices", {}))},
    )


def _whole(data: Mapping[str, Any]) -> None:
    """Every sentence is there that may not be empty, and braces are closed."""
    parts = ("language", "choices", "questions", "criteria", "contradictions", "notices", "follows")
    problems = [f"{part} is missing" for part in (*parts, "safety_net", "words") if not data.get(part)]
    for kind in ("criteria", "contradictions"):
        for key, one in data.get(kind, {}).items():
            problems += [
                f"{kind} {key}: no text for the {reader}"
                for reader in Sentences._fields
                if not one.get(reader)
            ]
    for name, one in data.get("questions", {}).items():
        if not one.get("clinician", {}).get("label"):
            problems.append(f"question {name}: no label")
        if one.get("runner", {}) is not None and not one.get("runner", {}).get("question"):
            problems.append(f"question {name}: no question to the runner")
        allowed = OF_AN_ANSWER
        present = one.get("letter", {}).get("present", "")
        problems += [
            f"question {name}: {{{unknown}}} can't be filled"
            for text in _by_value(present)
            for unknown in placeholders(text)
            if unknown not in allowed
        ]
    if problems:
        raise IncompleteTextsError("; ".join(problems))


def _by_value(text: str | Mapping[str, str]) -> Sequence[str]:
    return [text] if isinstance(text, str) else list(text.values())


def every_sentence(data: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a file with the path to it, for checks over the whole."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from every_sentence(value, f"{path}/{key}")
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from every_sentence(value, f"{path}/{place}")


TEXTS = Texts(read())


def question_text(name: str) -> QuestionText:
    """The texts of a question. Raises KeyError for one that the protocol doesn't have."""
    return TEXTS.questions[name]


def criterion_text(identifier: str) -> Sentences:
    """The texts of a criterion as they are written, placeholders and all; see `filling`."""
    return TEXTS.criteria[identifier]
