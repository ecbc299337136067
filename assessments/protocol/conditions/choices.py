"""Conditions on coded answers, on diagnoses, and on whether something was answered at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from assessments.protocol.conditions.base import (
    Answers,
    Boundary,
    Condition,
    Context,
    Json,
    enumeration,
    words,
)


@dataclass(frozen=True)
class OneOf(Condition):
    """The answer is one of these values; unknown when unanswered."""

    question: str
    values: tuple[str, ...]

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        answer = answers.get(self.question)
        return None if answer is None else answer in self.values

    def sentence(self, context: Context) -> str:
        phrase = context.questions[self.question].phrase
        return f"{phrase} is {enumeration([words(value) for value in self.values], 'or')}"

    def as_json(self) -> Json:
        return {"one_of": list(self.values), "question": self.question}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def source(self, context: Context) -> str:  # noqa: ARG002
        return membership(self.question, self.values)

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for value in self.values:
            for other in context.questions[self.question].choices:
                if other not in self.values:
                    yield from edge_between(self.question, value, other, context)


def edge_between(question: str, met: object, unmet: object, context: Context) -> Iterator[Boundary]:
    """The edge between two choices, where both are answers in some record."""
    sides = [counting(question, value, context) for value in (met, unmet)]
    if sides[0] is not None and sides[1] is not None:
        yield Boundary(sides[0], sides[1])


def counting(question: str, value: object, context: Context) -> Answers | None:
    """The choice, with what makes it an answer where it may be none; None where nothing does."""
    void = context.questions[question].counts_as_unknown
    alone = {question: value}
    if void is None or void.evaluate(alone, context) is False:
        return alone
    # Its own edges, as if every choice of the question were an answer.
    plain = replace(context.questions[question], counts_as_unknown=None)
    edges = void.boundaries(replace(context, questions={**context.questions, question: plain}))
    sides = (edge.unmet for edge in edges)
    return next((side for side in sides if side.get(question) == value), None)


@dataclass(frozen=True)
class NotAnswered(Condition):
    """The answer is anything but these values, unanswered included: silence is never the safe value."""

    question: str
    values: tuple[str, ...]

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        return answers.get(self.question) not in self.values

    def sentence(self, context: Context) -> str:
        phrase = context.questions[self.question].phrase
        return f"{phrase} is not answered with {enumeration([words(value) for value in self.values], 'or')}"

    def as_json(self) -> Json:
        return {"not_answered": list(self.values), "question": self.question}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def source(self, context: Context) -> str:  # noqa: ARG002
        return f"(not {membership(self.question, self.values)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for value in self.values:
            yield Boundary({self.question: None}, {self.question: value})
            for other in context.questions[self.question].choices:
                if other not in self.values:
                    yield from edge_between(self.question, other, value, context)


@dataclass(frozen=True)
class Known(Condition):
    """The question was answered, whatever the answer."""

    question: str

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        return self.question in answers

    def sentence(self, context: Context) -> str:
        return f"{context.questions[self.question].phrase} is answered"

    def as_json(self) -> Json:
        return {"known": self.question}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def source(self, context: Context) -> str:  # noqa: ARG002
        return f"({self.question} is not None)"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for value in context.questions[self.question].samples():
            yield Boundary({self.question: value}, {self.question: None})


@dataclass(frozen=True)
class Unknown(Condition):
    """The question was not answered."""

    question: str

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        return self.question not in answers

    def sentence(self, context: Context) -> str:
        return f"{context.questions[self.question].phrase} is not known"

    def as_json(self) -> Json:
        return {"unknown": self.question}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def source(self, context: Context) -> str:  # noqa: ARG002
        return f"({self.question} is None)"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for value in context.questions[self.question].samples():
            yield Boundary({self.question: None}, {self.question: value})


@dataclass(frozen=True)
class Listed(Condition):
    """The listed answers hold at least so many of these values; unknown when unanswered."""

    question: str
    values: tuple[str, ...]
    least: int = 1

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        answer = answers.get(self.question)
        return None if answer is None else count_listed(answer, self.values) >= self.least

    def sentence(self, context: Context) -> str:
        wanted = enumeration([words(value) for value in self.values], "or")
        amount = "" if self.least == 1 else f"at least {self.least} of "
        return f"{context.questions[self.question].phrase} lists {amount}{wanted}"

    def as_json(self) -> Json:
        return {"listed": list(self.values), "question": self.question, "at_least": self.least}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def source(self, context: Context) -> str:  # noqa: ARG002
        return (
            f"({self.question} is not None and "
            f"count_listed({self.question}, {self.values!r}) >= {self.least})"
        )

    def boundaries(self, context: Context) -> Iterator[Boundary]:  # noqa: ARG002
        for start in range(len(self.values)):
            rotated = self.values[start:] + self.values[:start]
            met = list(rotated[: self.least])
            yield Boundary({self.question: met}, {self.question: met[1:]})


def count_listed(answer: object, values: tuple[str, ...]) -> int:
    """How many of the values a list of codes holds."""
    return sum(value in cast("list[str]", answer) for value in values)


@dataclass(frozen=True)
class PartOneOf(Condition):
    """A part of a structured answer is one of these values; unknown when the part is."""

    question: str
    part: str
    values: tuple[str, ...]

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        part = part_of(answers.get(self.question), self.part)
        return None if part is None else part in self.values

    def sentence(self, context: Context) -> str:
        phrase = context.questions[self.question].phrase
        return f"{phrase}: {words(self.part)} is {enumeration([words(value) for value in self.values], 'or')}"

    def as_json(self) -> Json:
        return {"one_of": list(self.values), "question": self.question, "part": self.part}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def source(self, context: Context) -> str:  # noqa: ARG002
        return f"(part_of({self.question}, {self.part!r}) in {self.values!r})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        field = next(item for item in context.questions[self.question].fields if item.name == self.part)
        for value in self.values:
            met: Answers = {self.question: {self.part: value}}
            yield Boundary(met, {self.question: None})
            for other in field.choices:
                if other not in self.values:
                    yield Boundary(met, {self.question: {self.part: other}})


def part_of(answer: object, part: str) -> str | None:
    """A part of a structured answer; None where it, or the answer, isn't known."""
    return None if answer is None else cast("dict[str, str]", answer).get(part)


@dataclass(frozen=True)
class Given(Condition):
    """A value was given, also one that answers nothing and is read as unknown everywhere else."""

    question: str

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        return self.question in answers or said(self.question) in answers

    def sentence(self, context: Context) -> str:
        return f"{context.questions[self.question].phrase} is given"

    def as_json(self) -> Json:
        return {"given": self.question}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    def source(self, context: Context) -> str:
        may_be_none = context.questions[self.question].counts_as_unknown is not None
        return f"({said(self.question) if may_be_none else self.question} is not None)"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        question = context.questions[self.question]
        middle = () if question.high is None else ((question.high + (question.low or 0)) // 2,)
        for value in (*question.samples(), *middle):
            yield Boundary({self.question: value}, {self.question: None})


def said(question: str) -> str:
    """The name under which a value is kept that was given and answers nothing."""
    return f"said_{question}"


DIAGNOSIS_STATUSES = ("suspected", "confirmed_current", "past_resolved")
CLEARANCES = ("yes", "no", "unknown")
_CLEARANCE_WORDS = {
    CLEARANCES: "",
    ("yes",): ", cleared to run",
    ("no",): ", clearance to run refused",
    ("no", "unknown"): ", not cleared to run",
}


@dataclass(frozen=True)
class HasDiagnosis(Condition):
    """Some diagnosis has one of these codes, this status and one of these clearances.

    Clearance not stated is "unknown", which is why every condition names the clearances it accepts.
    """

    codes: tuple[str, ...]
    status: str
    clearances: tuple[str, ...] = CLEARANCES

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        diagnoses = answers.get("diagnoses")
        return None if diagnoses is None else matches(diagnoses, self.codes, self.status, self.clearances)

    def sentence(self, context: Context) -> str:  # noqa: ARG002
        text = f"{words(self.status)} diagnosis of {enumeration([words(code) for code in self.codes], 'or')}"
        return f"{text}{_CLEARANCE_WORDS[self.clearances]}"

    def as_json(self) -> Json:
        return {
            "diagnosis": list(self.codes),
            "status": self.status,
            "clearance": list(self.clearances),
        }

    def reads(self) -> frozenset[str]:
        return frozenset({"diagnoses"})

    def source(self, context: Context) -> str:  # noqa: ARG002
        wanted = f"{self.codes!r}, {self.status!r}, {self.clearances!r}"
        return f"(matches(diagnoses, {wanted}) if diagnoses else False)"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        def only(code: str, status: str, clearance: str) -> Answers:
            return {"diagnoses": [{"code": code, "status": status, "clearance": clearance}]}

        others = [code for code in context.questions["diagnoses"].choices if code not in self.codes]
        for code in self.codes:
            for clearance in self.clearances:
                met = only(code, self.status, clearance)
                yield Boundary(met, {"diagnoses": []})
                yield from (Boundary(met, only(other, self.status, clearance)) for other in others)
                for status in DIAGNOSIS_STATUSES:
                    if status != self.status:
                        yield Boundary(met, only(code, status, clearance))
                for other in CLEARANCES:
                    if other not in self.clearances:
                        yield Boundary(met, only(code, self.status, other))


def matches(diagnoses: object, codes: Iterable[str], status: str, clearances: Iterable[str]) -> bool:
    """Whether some diagnosis has one of the codes, the status and one of the clearances."""
    return any(
        diagnosis["code"] in codes and diagnosis["status"] == status and diagnosis["clearance"] in clearances
        for diagnosis in cast("list[dict[str, str]]", diagnoses)
    )


def membership(local: str, values: tuple[str, ...]) -> str:
    """Python source for "local is one of values"; sorted, so that the source is reproducible."""
    if len(values) == 1:
        return f"({local} == {values[0]!r})"
    return f"({local} in {{{', '.join(map(repr, sorted(values)))}}})"
