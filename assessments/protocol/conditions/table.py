"""Conditions about the whole table: the screen, the contradictions, and everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assessments.protocol.conditions.base import Answers, Boundary, Condition, Context, Json, words
from assessments.protocol.vocabulary import Decision, Screen

if TYPE_CHECKING:
    from assessments.protocol.criteria.criterion import Criterion


@dataclass(frozen=True)
class ScreenIncomplete(Condition):
    """A question of this screen that applies to this runner is unanswered.

    A conditional question (weeks since birth, say) applies only when its own condition is
    definitely true; while that is unknown, the question it hangs on is itself missing.
    """

    screen: Screen

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        return any(
            question.name not in answers
            and (question.applies_when is None or question.applies_when.evaluate(answers, context) is True)
            for question in context.questions.values()
            if question.screen == self.screen
        )

    def sentence(self, context: Context) -> str:  # noqa: ARG002
        return f"at least one {words(self.screen)} question that applies is not answered"

    def as_json(self) -> Json:
        return {"screen_incomplete": self.screen.value}

    def reads(self) -> frozenset[str]:
        # The explanation of a gap is `missing`; the questions a gap depends on are not its evidence.
        return frozenset()

    def source(self, context: Context) -> str:
        parts = []
        for question in context.questions.values():
            if question.screen == self.screen:
                unanswered = f"{question.name} is None"
                when = question.applies_when
                parts.append(f"({unanswered} and {when.source(context)})" if when else unanswered)
        return f"({' or '.join(parts)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for question in context.questions.values():
            if question.screen == self.screen:
                when = question.applies_when
                applies = next(when.boundaries(context)).met if when else {}
                for value in question.samples():
                    answered = {question.name: value}
                    followed = self._follow_up(answered, context)
                    yield Boundary({question.name: None}, answered).over({**applies, **followed})

    def _follow_up(self, answered: Answers, context: Context) -> Answers:
        """Answers to the conditional questions that this answer makes apply."""
        return {
            question.name: question.samples()[0]
            for question in context.questions.values()
            if question.applies_when and question.applies_when.evaluate(answered, context) is True
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
