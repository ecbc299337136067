"""And, or, and "at least so many of": strong Kleene logic, so unknown spreads only where it must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from assessments.protocol.conditions.base import (
    Answers,
    Bound,
    Boundary,
    Condition,
    Context,
    Json,
    bound_json,
    enumeration,
    words,
)

#: Of a condition that no answer can turn: it changes nothing that other parts need.
NO_EDGE = Boundary({}, {})


@dataclass(frozen=True)
class Compound(Condition):
    """A condition made of conditions."""

    parts: tuple[Condition, ...]

    def reads(self) -> frozenset[str]:
        return frozenset().union(*(part.reads() for part in self.parts))

    def prelude(self, context: Context) -> tuple[tuple[str, str], ...]:
        return tuple(line for part in self.parts for line in part.prelude(context))

    def edge(self, part: Condition, context: Context) -> Boundary:
        """The first edge of a part: the answers used for it while another part is under test."""
        return next(iter(part.boundaries(context)), NO_EDGE)

    def part_sentences(self, context: Context) -> list[str]:
        """Parts in words, in brackets where they would run into each other."""
        sentences = (part.sentence(context) for part in self.parts)
        return [f"({text})" if " or " in text or " and " in text else text for text in sentences]


@dataclass(frozen=True)
class AllOf(Compound):
    """Every part is true."""

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        results = {part.evaluate(answers, context) for part in self.parts}
        return False if False in results else None if None in results else True

    def sentence(self, context: Context) -> str:
        return enumeration(self.part_sentences(context), "and")

    def as_json(self) -> Json:
        return {"all_of": [part.as_json() for part in self.parts]}

    def source(self, context: Context) -> str:
        return f"({' and '.join(part.source(context) for part in self.parts)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for part in self.parts:
            rests = list(self._rests(part, context))
            for boundary in part.boundaries(context):
                edges = (boundary.over(rest) for rest in rests)
                found = next((edge for edge in edges if self.holds_at(edge, context)), None)
                if found is not None:
                    yield found

    def _rests(self, part: Condition, context: Context) -> Iterator[dict[str, object]]:
        """Answers that make all other parts true; an exception may be no exception in several ways."""
        others = [other for other in self.parts if other is not part]
        rest: dict[str, object] = {}
        for other in others:
            rest |= self.edge(other, context).met
        yield rest
        for other in others:
            if isinstance(other, Unless):
                yield from ({**rest, **edge.met} for edge in other.boundaries(context))


@dataclass(frozen=True)
class AnyOf(Compound):
    """At least one part is true."""

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        results = {part.evaluate(answers, context) for part in self.parts}
        return True if True in results else None if None in results else False

    def sentence(self, context: Context) -> str:
        return enumeration(self.part_sentences(context), "or")

    def as_json(self) -> Json:
        return {"any_of": [part.as_json() for part in self.parts]}

    def source(self, context: Context) -> str:
        return f"({' or '.join(part.source(context) for part in self.parts)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        for part in self.parts:
            for boundary in part.boundaries(context):
                rest: dict[str, object] = {}
                for other in self.parts:
                    if other is not part:
                        rest |= self.edge(other, context).unmet
                if self.holds_at(boundary.over(rest), context):
                    yield boundary.over(rest)


@dataclass(frozen=True)
class CountAtLeast(Compound):
    """At least `least` of the parts are true."""

    least: Bound

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        results = [part.evaluate(answers, context) for part in self.parts]
        least = context.value(self.least)
        if results.count(True) >= least:
            return True
        return None if results.count(True) + results.count(None) >= least else False

    def sentence(self, context: Context) -> str:
        parts = enumeration(self.part_sentences(context), "or")
        return f"at least {context.value(self.least)} of these: {parts}"

    def as_json(self) -> Json:
        return {"count_at_least": bound_json(self.least), "of": [part.as_json() for part in self.parts]}

    def source(self, context: Context) -> str:
        total = " + ".join(part.source(context) for part in self.parts)
        return f"({total} >= {context.value(self.least)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        """Exactly `least` parts true, then one of them taken just back over its edge."""
        for chosen in combinations(self.parts, int(context.value(self.least))):
            for part in chosen:
                for boundary in part.boundaries(context):
                    rest: dict[str, object] = {}
                    for other in self.parts:
                        if other is not part:
                            edge = self.edge(other, context)
                            rest |= edge.met if other in chosen else edge.unmet
                    if self.holds_at(boundary.over(rest), context):
                        yield boundary.over(rest)


@dataclass(frozen=True)
class Unless(Compound):
    """Its one part is not true: false or unknown. What is not known never takes a caution away."""

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        return self.parts[0].evaluate(answers, context) is not True

    def sentence(self, context: Context) -> str:
        return f"not ({self.parts[0].sentence(context)})"

    def as_json(self) -> Json:
        return {"unless": self.parts[0].as_json()}

    def source(self, context: Context) -> str:
        return f"(not {self.parts[0].source(context)})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        edges = list(self.parts[0].boundaries(context))
        for edge in edges:
            yield Boundary(edge.unmet, edge.met)
        if not edges:
            yield NO_EDGE


@dataclass(frozen=True)
class SettingIs(Condition):
    """A parameter is set to this word: true or false of a clinic, whatever a runner answers."""

    parameter: str
    word: str

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        return context.values[self.parameter] == self.word

    def sentence(self, context: Context) -> str:  # noqa: ARG002
        return f"the clinic has set {words(self.parameter)} to {words(self.word)}"

    def as_json(self) -> Json:
        return {"parameter": self.parameter, "is": self.word}

    def reads(self) -> frozenset[str]:
        return frozenset()

    def source(self, context: Context) -> str:
        return str(context.values[self.parameter] == self.word)

    def boundaries(self, context: Context) -> Iterator[Boundary]:  # noqa: ARG002
        yield NO_EDGE
