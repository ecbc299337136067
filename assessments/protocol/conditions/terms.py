"""The numbers a comparison can be about: an answer, a rise above baseline, the age at onset."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from assessments.protocol.conditions.base import Answers, Context, Json, Number

if TYPE_CHECKING:
    from assessments.protocol.question_types import Question

DAYS_PER_YEAR = 365.25
UNIT_WORDS = {"a": " years", "d": " days", "h": " h", "wk": " weeks", "km": " km", "{score}": "/10"}


@dataclass(frozen=True)
class Term(ABC):
    """A number computed from the answers, unknown (None) when they do not give it."""

    @abstractmethod
    def value(self, answers: Answers) -> Number | None:
        """The number, or None."""

    @abstractmethod
    def words(self, context: Context) -> str:
        """What the number is."""

    @abstractmethod
    def amount(self, number: Number, context: Context) -> str:
        """A value of it with its unit."""

    @abstractmethod
    def as_json(self) -> Json:
        """The term as plain data."""

    @abstractmethod
    def reads(self) -> frozenset[str]:
        """Names of the questions it is computed from."""

    @property
    @abstractmethod
    def local(self) -> str:
        """The local variable it stands in, in generated source."""

    @abstractmethod
    def step(self, context: Context) -> Number:
        """The smallest difference that counts as being past a threshold."""

    @abstractmethod
    def settings(self, number: Number, context: Context) -> Iterator[Answers]:
        """Ways to answer such that the term has this value; the plainest first."""

    def prelude(self) -> tuple[tuple[str, str], ...]:
        """Locals to define first, as (name, expression)."""
        return ()


@dataclass(frozen=True)
class Answer(Term):
    """The answer to a numeric question, in that question's unit."""

    question: str

    def value(self, answers: Answers) -> Number | None:
        return cast("Number | None", answers.get(self.question))

    def words(self, context: Context) -> str:
        return context.questions[self.question].phrase

    def amount(self, number: Number, context: Context) -> str:
        return f"{number}{UNIT_WORDS.get(context.questions[self.question].unit, '')}"

    def as_json(self) -> Json:
        return {"answer": self.question}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})

    @property
    def local(self) -> str:
        return self.question

    def step(self, context: Context) -> Number:
        return 1 if context.questions[self.question].type == "integer" else 0.1

    def settings(self, number: Number, context: Context) -> Iterator[Answers]:
        if in_range(context.questions[self.question], number):
            yield {self.question: number}


@dataclass(frozen=True)
class Rise(Term):
    """Points a pain score stands above baseline: the LOWER of usual and pre-run pain, whichever are known.

    The lower one, so that pain already present when a run starts cannot hide what the run added.
    """

    question: str

    def value(self, answers: Answers) -> Number | None:
        score = cast("int | None", answers.get(self.question))
        usual, before = answers.get("pain_usual_nrs"), answers.get("pain_pre_run_nrs")
        scores = [cast("int", item) for item in (usual, before) if item is not None]
        return None if score is None or not scores else score - min(scores)

    def words(self, context: Context) -> str:
        return context.questions[self.question].phrase

    def amount(self, number: Number, context: Context) -> str:  # noqa: ARG002
        return f"{number} point{'' if number == 1 else 's'} above baseline"

    def as_json(self) -> Json:
        return {"rise_above_baseline": self.question}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question, "pain_usual_nrs", "pain_pre_run_nrs"})

    @property
    def local(self) -> str:
        return f"rise_{self.question}"

    def step(self, context: Context) -> Number:  # noqa: ARG002
        return 1

    def settings(self, number: Number, context: Context) -> Iterator[Answers]:
        for usual, before in ((0, 0), (2, 0), (0, 2), (1, None)):
            baseline = usual if before is None else min(usual, before)
            if in_range(context.questions[self.question], baseline + number):
                score = baseline + number
                yield {"pain_usual_nrs": usual, "pain_pre_run_nrs": before, self.question: score}

    def prelude(self) -> tuple[tuple[str, str], ...]:
        usual, before = "pain_usual_nrs", "pain_pre_run_nrs"
        lower = f"{usual} if {before} is None or ({usual} is not None and {usual} < {before}) else {before}"
        known = f"{self.question} is not None and baseline is not None"
        return ("baseline", lower), (self.local, f"{self.question} - baseline if {known} else None")


@dataclass(frozen=True)
class OnsetAge(Term):
    """Age in years when the episode began: age less duration."""

    def value(self, answers: Answers) -> Number | None:
        age, days = answers.get("age_years"), answers.get("episode_duration_days")
        if age is None or days is None:
            return None
        return cast("int", age) - cast("int", days) / DAYS_PER_YEAR

    def words(self, context: Context) -> str:  # noqa: ARG002
        return "age at onset"

    def amount(self, number: Number, context: Context) -> str:  # noqa: ARG002
        return f"{number} years"

    def as_json(self) -> Json:
        return {"age_at_onset": True}

    def reads(self) -> frozenset[str]:
        return frozenset({"age_years", "episode_duration_days"})

    @property
    def local(self) -> str:
        return "onset_age"

    def step(self, context: Context) -> Number:  # noqa: ARG002
        return 1 / DAYS_PER_YEAR

    def settings(self, number: Number, context: Context) -> Iterator[Answers]:
        """A year older than the threshold, with a duration that puts the onset on its nearer side."""
        for age in (int(number) + 1, int(number) + 2):
            days = round((age - number) * DAYS_PER_YEAR)
            if in_range(context.questions["age_years"], age):
                yield {"age_years": age, "episode_duration_days": days}

    def prelude(self) -> tuple[tuple[str, str], ...]:
        known = "age_years is not None and episode_duration_days is not None"
        age = f"age_years - episode_duration_days / {DAYS_PER_YEAR}"
        return ((self.local, f"{age} if {known} else None"),)


def in_range(question: Question, number: Number) -> bool:
    """Whether a number is a valid answer to a numeric question."""
    return question.low is not None and question.high is not None and question.low <= number <= question.high
