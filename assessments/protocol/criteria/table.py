"""Conditions about the whole table: the screen, the contradictions, and everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessments.protocol.conditions.base import Answers, Boundary, Condition, Context, Json, words
from assessments.protocol.vocabulary import Decision, Screen

if TYPE_CHECKING:
    from assessments.protocol.criteria.criterion import Criterion
    from assessments.protocol.question_types import Question


def answered(question: Question, answers: Answers, context: Context) -> bool:
    """Whether a question has an answer that counts: "not applicable" where it applies is none."""
    void = question.counts_as_unknown
    return question.name in answers and not (void and void.evaluate(answers, context) is True)


def counts(question: Question, value: object, told: Answers, context: Context) -> bool:
    """Whether a value is an answer beside these and whatever else; a coded one that may be none is not."""
    if value in question.choices and question.counts_as_unknown:
        return question.counts_as_unknown.evaluate(told, context) is False
    return answered(question, told, context)


@dataclass(frozen=True)
class ScreenIncomplete(Condition):
    """A question of this screen that applies to this runner is unanswered.

    A conditional question (weeks since birth, say) applies only when its own condition is
    definitely true; while that is unknown, the question it hangs on is itself missing.
    """

    screen: Screen

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        return any(
            not answered(question, answers, context)
            and all(condition.evaluate(answers, context) is True for condition in conditions)
            for question, conditions in self._asked(context)
        )

    def _asked(self, context: Context) -> Iterator[tuple[Question, tuple[Condition, ...]]]:
        """The questions this screen may need, each with the conditions under which it does."""
        for question in context.questions.values():
            conditions = question.needed(self.screen)
            if conditions is not None:
                yield question, conditions

    def sentence(self, context: Context) -> str:  # noqa: ARG002
        return f"at least one {words(self.screen)} question that applies is not answered"

    def as_json(self) -> Json:
        return {"screen_incomplete": self.screen.value}

    def reads(self) -> frozenset[str]:
        # The explanation of a gap is `missing`; the questions a gap depends on are not its evidence.
        return frozenset()

    def source(self, context: Context) -> str:
        parts = []
        for question, conditions in self._asked(context):
            unanswered = f"{question.name} is None"
            needed = " and ".join([unanswered, *(condition.source(context) for condition in conditions)])
            parts.append(f"({needed})" if conditions else unanswered)
        return f"({' or '.join(parts)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for question, conditions in self._asked(context):
            applies: dict[str, object] = {}
            for condition in conditions:
                applies |= next(iter(condition.boundaries(context))).met
            for value in question.samples():
                told = {**applies, question.name: value}
                if counts(question, value, told, context):
                    followed = self._follow_up(told, context)
                    yield Boundary({question.name: None}, told).over({**applies, **followed})

    def _follow_up(self, told: Answers, context: Context) -> Answers:
        """Answers to the conditional questions that these answers make apply."""
        return {
            question.name: next(
                value
                for value in question.samples()
                if counts(question, value, {**told, question.name: value}, context)
            )
            for question in context.questions.values()
            if question.name not in told
            and question.applies_when
            and question.essential
            and question.applies_when.evaluate(told, context) is True
        }


@dataclass(frozen=True)
class Contradicted(Condition):
    """At least one contradiction of the table is present."""

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        return any(item.condition.evaluate(answers, context) is True for item in context.contradictions)

    def sentence(self, context: Context) -> str:  # noqa: ARG002
        return "at least two answers contradict each other"

    def as_json(self) -> Json:
        return {"contradicted": True}

    def reads(self) -> frozenset[str]:
        # Depends on the table: `CompiledProtocol` adds the questions of the contradictions.
        return frozenset()

    def prelude(self, context: Context) -> tuple[tuple[str, str], ...]:
        return tuple(line for item in context.contradictions for line in item.condition.prelude(context))

    def source(self, context: Context) -> str:
        return f"({' or '.join(item.condition.source(context) for item in context.contradictions)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for item in context.contradictions:
            yield from item.condition.boundaries(context)


@dataclass(frozen=True)
class NothingElseDecides(Condition):
    """No other criterion that carries a decision is met. Must stand last in the table."""

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        return not any(
            criterion.condition.evaluate(answers, context) is True for criterion in deciding(context)
        )

    def sentence(self, context: Context) -> str:  # noqa: ARG002
        return (
            "no other criterion with a decision is met, so every essential question that applies is answered"
        )

    def as_json(self) -> Json:
        return {"nothing_else_decides": True}

    def reads(self) -> frozenset[str]:
        return frozenset()

    def source(self, context: Context) -> str:  # noqa: ARG002
        return "(rank == 0)"  # every other decision has a rank above 0

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for criterion in deciding(context):
            for boundary in criterion.condition.boundaries(context):
                yield Boundary({}, boundary.met)


def deciding(context: Context) -> Iterator[Criterion]:
    """The criteria that carry a decision other than to continue."""
    return (c for c in context.criteria if c.decision not in (None, Decision.CONTINUE_RUNNING))
