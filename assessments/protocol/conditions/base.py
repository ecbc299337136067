"""What every condition can do, and the tables a condition is read against."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assessments.protocol.contradictions import Contradiction
    from assessments.protocol.criteria.criterion import Criterion
    from assessments.protocol.question_types import Question

Number = int | float
Value = int | float | str  # of a parameter: a number, or a word such as "off"
Answers = Mapping[str, object]  # validated: known answers only, in the units of the question table
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Setting:
    """A reference to a protocol parameter by name, so that a clinic's own value reaches the condition."""

    parameter: str


Bound = int | float | Setting
#: The bound of a parameter that is switched off: no number reaches it.
OFF = float("inf")


@dataclass(frozen=True, slots=True)
class Context:
    """The tables and parameter values one protocol is compiled from."""

    questions: Mapping[str, Question]
    values: Mapping[str, Value]
    criteria: tuple[Criterion, ...]
    contradictions: tuple[Contradiction, ...]

    def value(self, bound: Bound) -> Number:
        """The number behind a bound; infinity for a parameter that is switched off by a word.

        Raises KeyError for a parameter that does not exist.
        """
        value = self.values[bound.parameter] if isinstance(bound, Setting) else bound
        return OFF if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Boundary:
    """Two sets of answers on the two sides of a condition's edge; None means unanswered.

    With `met` the condition is true; with `unmet`, the smallest step away, it is not.
    """

    met: Answers
    unmet: Answers

    def over(self, answers: Answers) -> Boundary:
        """The same edge with other answers filled in underneath."""
        return Boundary({**answers, **self.met}, {**answers, **self.unmet})


@dataclass(frozen=True)
class Condition(ABC):
    """A statement about the answers that is true, false or unknown.

    `source` must be true exactly when `evaluate` returns True: unknown never meets a criterion,
    except through conditions that are about the unknown itself.
    """

    @abstractmethod
    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        """True, False, or None when the known answers do not settle it (strong Kleene logic)."""

    @abstractmethod
    def sentence(self, context: Context) -> str:
        """The condition in words, parameter values filled in; no capital, no full stop."""

    @abstractmethod
    def as_json(self) -> Json:
        """The condition as plain data, parameters by name."""

    @abstractmethod
    def reads(self) -> frozenset[str]:
        """Names of the questions whose answers can matter."""

    @abstractmethod
    def source(self, context: Context) -> str:
        """A Python expression of type bool over locals named after the questions (None = unknown)."""

    @abstractmethod
    def boundaries(self, context: Context) -> Iterator[Boundary]:
        """Every edge of the condition, smallest steps first."""

    def prelude(self, context: Context) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        """Locals `source` needs beyond the answers, as (name, expression), in order."""
        return ()

    def holds_at(self, boundary: Boundary, context: Context) -> bool:
        """Whether a boundary is a real edge of this condition."""
        met = self.evaluate(known(boundary.met), context)
        return met is True and self.evaluate(known(boundary.unmet), context) is not True


def known(answers: Answers) -> Answers:
    """The answers without those that are None."""
    return {name: value for name, value in answers.items() if value is not None}


def bound_json(bound: Bound) -> object:
    """A bound as plain data."""
    return {"parameter": bound.parameter} if isinstance(bound, Setting) else bound


def words(value: object) -> str:
    """A coded value in words: `limited_by_pain` becomes `limited by pain`."""
    return str(value).replace("_", " ")


def enumeration(items: list[str], conjunction: str) -> str:
    """Items as running text: "a, b or c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
