"""Which optional questions are worth asking: those whose answer alone could change the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from assessments.protocol.compiler import Answers, Decide, Outcome, build, decide_source, loads
from assessments.protocol.conditions import Context
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.question_types import Question
from assessments.protocol.vocabulary import URGENCIES, Decision, Screen, rank

TOP = (rank(Decision.REFER_EMERGENCY), len(URGENCIES) - 1)


@dataclass(frozen=True, slots=True)
class Probe:
    """An optional question some criteria read, with the answers that could make a difference to them.

    `places` are the positions of those criteria in the table; `decide` evaluates them alone.
    """

    question: Question
    criteria: tuple[Criterion, ...]
    places: frozenset[int]
    candidates: tuple[object, ...]
    decide: Decide

    @property
    def name(self) -> str:
        """The question's name."""
        return self.question.name


class NextQuestions:
    """Finds the optional questions worth asking, for one table of criteria.

    `reads` are the questions each criterion reads, in table order.
    """

    def __init__(self, context: Context, reads: Sequence[frozenset[str]]) -> None:
        optional = [item for item in context.questions.values() if item.screen == Screen.OPTIONAL]
        self._probes = [
            probe(question, context, reads)
            for question in optional
            if any(question.name in names for names in reads)
        ]
        self._ranks = [(criterion.rank, criterion.urgency_rank) for criterion in context.criteria]
        self._lifting = cast(
            "Callable[[Answers, int, int], list[str]]",
            build(lifting_source(self._probes, context), "lifting"),
        )
        # By place: the probes whose answer could undo a met criterion.
        self._unsettled = [{item.name for item in self._probes if item.name in names} for names in reads]
        self._undoable = frozenset(place for place, names in enumerate(self._unsettled) if names)
        features = (item for item in self._probes if item.question.type == "features")
        self._features = [(item.name, len(item.question.choices)) for item in features]

    def __call__(self, answers: Answers, outcome: Outcome) -> tuple[str, ...]:
        """Names, in table order, of the questions with an answer that changes decision or urgency."""
        rank, urgency, met = outcome
        if (rank, urgency) == TOP and self._undoable.isdisjoint(met):
            return ()
        found = self._lifting(answers, rank, urgency)
        unsettled = [name for name, items in self._features if 0 < len(given(answers, name)) < items]
        if not self._undoable.isdisjoint(met):
            unsettled += [name for place in met for name in self._unsettled[place] if name not in answers]
        if not unsettled:
            return tuple(found)
        # A criterion that can be lifted changes the outcome, whatever else an answer undoes.
        return tuple(
            item.name
            for item in self._probes
            if item.name in found or (item.name in unsettled and self._changes(item, answers, outcome))
        )

    def _changes(self, item: Probe, answers: Answers, outcome: Outcome) -> bool:
        """Whether some answer changes the outcome: only what reads the question is decided again."""
        rank, urgency, met = outcome
        others = [self._ranks[place] for place in met if place not in item.places]
        floor = (max((r for r, _ in others), default=0), max((u for _, u in others), default=0))
        present = answers.get(item.name)
        for value in item.candidates:
            # A partly answered set of features keeps what was answered.
            answer = {**value, **present} if isinstance(value, dict) and isinstance(present, dict) else value
            found = item.decide({**answers, item.name: answer})
            if (max(floor[0], found[0]), max(floor[1], found[1])) != (rank, urgency):
                return True
        return False


def given(answers: Answers, name: str) -> Mapping[str, object]:
    """The answered items of a set of features."""
    return cast("Mapping[str, object]", answers.get(name, {}))


def probe(question: Question, context: Context, reads: Sequence[frozenset[str]]) -> Probe:
    """The probe of one question."""
    places = [place for place, names in enumerate(reads) if question.name in names]
    criteria = tuple(context.criteria[place] for place in places)
    decide = build(decide_source(replace(context, criteria=criteria)), "decide")
    return Probe(
        question,
        criteria,
        frozenset(places),
        tuple(candidates(question, criteria, context)),
        cast("Decide", decide),
    )


def candidates(question: Question, criteria: Sequence[Criterion], context: Context) -> Iterator[object]:
    """Both ends or every choice of the question, and the values with which it tips what reads it."""
    seen: list[object] = [None]
    tipping: list[object] = []
    if question.type in ("integer", "number"):
        for criterion in criteria:
            for edge in criterion.condition.boundaries(context):
                sides = [edge.met.get(question.name), edge.unmet.get(question.name)]
                tipping += sides if sides[0] != sides[1] else []
    for value in (*question.samples(), *tipping):
        if value not in seen:
            seen.append(value)
            yield value


def lifting_source(probes: Sequence[Probe], context: Context) -> str:
    """Source of `lifting(answers, rank, urgency)`: the unanswered questions with an answer that meets a
    criterion beyond the rank or the urgency. Exact while no criterion that reads the question is met.
    """
    lines = ["get = answers.get", "found = []"]
    for item in probes:
        beyond = {c.id: f"(rank < {c.rank} or urgency < {c.urgency_rank})" for c in item.criteria}
        lifts = " or ".join(f"{beyond[c.id]} and {c.condition.source(context)}" for c in item.criteria)
        conditions = [criterion.condition for criterion in item.criteria]
        answered, derived = loads(conditions, context, without=item.name)
        lines += [
            f"if get({item.name!r}) is None and ({' or '.join(dict.fromkeys(beyond.values()))}):",
            *(f"    {line}" for line in answered),
            f"    for {item.name} in {item.candidates!r}:",
            *(f"        {line}" for line in derived),
            f"        if {lifts}:",
            f"            found.append({item.name!r})",
            "            break",
        ]
    return "\n    ".join(["def lifting(answers, rank, urgency):", *lines, "return found"]) + "\n"
