"""Which optional questions are worth asking: those whose answer alone could change the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assessments.protocol.compiler import Answers, Decide, Outcome, build, raises_source
from assessments.protocol.conditions import Context
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.question_types import Question
from assessments.protocol.vocabulary import URGENCIES, Decision, Screen, rank

TOP = (rank(Decision.REFER_EMERGENCY), len(URGENCIES) - 1)


@dataclass(frozen=True, slots=True)
class Probe:
    """An optional question that some criterion reads, and the answers that could make a difference.

    `readers` are the positions of those criteria, `reach` the highest rank and urgency among them,
    and `raises` says whether one of them, met, would go beyond a given rank or urgency.
    """

    question: str
    candidates: tuple[object, ...]
    readers: frozenset[int]
    reach: tuple[int, int]
    raises: Callable[[Answers, int, int, object], object]

    def completions(self, present: dict[str, object]) -> Iterator[object]:
        """Ways to complete a partly answered set of features."""
        return ({**value, **present} for value in self.candidates if isinstance(value, dict))


def probes(context: Context, reads: Sequence[frozenset[str]]) -> tuple[Probe, ...]:
    """The probes of a table; `reads` are the questions each criterion reads."""
    return tuple(
        probe(question, context, frozenset(i for i, names in enumerate(reads) if question.name in names))
        for question in context.questions.values()
        if question.screen == Screen.OPTIONAL and any(question.name in names for names in reads)
    )


def probe(question: Question, context: Context, readers: frozenset[int]) -> Probe:
    """The probe of one question."""
    criteria = [context.criteria[place] for place in sorted(readers)]
    return Probe(
        question.name,
        tuple(candidates(question, criteria, context)),
        readers,
        (max(item.rank for item in criteria), max(item.urgency_rank for item in criteria)),
        build(raises_source(question.name, criteria, context), "raises"),
    )


def candidates(question: Question, criteria: Sequence[Criterion], context: Context) -> Iterator[object]:
    """Both ends or every choice of the question, and the values at the edges of what reads it."""
    seen: list[object] = [None]
    edges = (edge for criterion in criteria for edge in criterion.condition.boundaries(context))
    at_edges = (side.get(question.name) for edge in edges for side in (edge.met, edge.unmet))
    plain = question.type in ("choice", "integer", "number")
    for value in (*question.samples(), *(at_edges if plain else ())):
        if value not in seen:
            seen.append(value)
            yield value


def worth_asking(
    probes: Sequence[Probe], answers: Answers, outcome: Outcome, decide: Decide
) -> tuple[str, ...]:
    """Names of the unanswered optional questions with an answer that changes decision or urgency.

    While none of the criteria that read a question is met, an answer can only add one, and asking those
    criteria is enough; otherwise the whole table decides again.
    """
    rank, urgency, met = outcome
    if (rank, urgency) == TOP:
        return ()
    found = []
    for item in probes:
        present = answers.get(item.question)
        if present is not None and type(present) is not dict:
            continue
        is_met = not item.readers.isdisjoint(met)
        if is_met or item.reach[0] > rank or item.reach[1] > urgency:
            for value in item.candidates if present is None else item.completions(present):
                if is_met:
                    changed = decide({**answers, item.question: value})[:2] != (rank, urgency)
                else:
                    changed = bool(item.raises(answers, rank, urgency, value))
                if changed:
                    found.append(item.question)
                    break
    return tuple(found)
