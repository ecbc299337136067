"""The table of criteria becomes Python functions, once, at import.

The conditions render themselves as source, so that a decision costs one pass over local variables
instead of a walk through objects. The source comes from our own tables alone, never from input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from assessments.protocol.conditions import Condition, Context
from assessments.protocol.conditions.choices import count_listed, matches, part_of, said
from assessments.protocol.conditions.comparisons import count_spa_features, exceeds

Answers = Mapping[str, object]
# rank of the decision, order of the urgency, positions of the met criteria in the table
Outcome = tuple[int, int, list[int]]
Decide = Callable[[Answers], Outcome]
Holding = Callable[[Answers], list[str]]
HELPERS: Mapping[str, object] = MappingProxyType(
    {
        "matches": matches,
        "count_listed": count_listed,
        "part_of": part_of,
        "count_spa_features": count_spa_features,
        "exceeds": exceeds,
    }
)


def decide_source(context: Context) -> str:
    """Source of `decide(answers)`: every criterion, no early exit."""
    lines = ["met = []", "rank = urgency = 0"]
    for place, criterion in enumerate(context.criteria):
        lines += [f"if {criterion.condition.source(context)}:", f"    met.append({place})"]
        if criterion.rank:
            lines.append(f"    if rank < {criterion.rank}: rank = {criterion.rank}")
        if criterion.urgency_rank:
            lines.append(f"    if urgency < {criterion.urgency_rank}: urgency = {criterion.urgency_rank}")
    taken, computed = loads([criterion.condition for criterion in context.criteria], context)
    lines = ["get = answers.get", *taken, *computed, *lines, "return rank, urgency, met"]
    return "\n    ".join(["def decide(answers):", *lines]) + "\n"


def holding_source(name: str, conditions: Mapping[str, Condition], context: Context) -> str:
    """Source of a function from answers to the unanswered questions whose condition is true, in order."""
    taken, computed = loads(conditions.values(), context)
    tests = {
        question: f"get({question!r}) is None and {condition.source(context)}"
        for question, condition in conditions.items()
    }
    return _naming(name, [*taken, *computed], tests)


def void_source(context: Context) -> str:
    """Source of `answering_nothing(answers)`: the questions whose answer says nothing, in table order."""
    void = {
        name: question.counts_as_unknown
        for name, question in context.questions.items()
        if question.counts_as_unknown is not None
    }
    read = frozenset(void).union(*(condition.reads() for condition in void.values()))
    # As they were given: none of them is read as unknown here.
    taken = [f"{name} = get({name!r})" for name in context.questions if name in read]
    tests = {name: f"{name} is not None and {condition.source(context)}" for name, condition in void.items()}
    return _naming("answering_nothing", taken, tests)


def _naming(name: str, taken: list[str], tests: Mapping[str, str]) -> str:
    """Source of a function from answers to the questions whose test is true, in order."""
    lines = ["get = answers.get", "found = []", *taken]
    for question, test in tests.items():
        lines += [f"if {test}:", f"    found.append({question!r})"]
    return "\n    ".join([f"def {name}(answers):", *lines, "return found"]) + "\n"


def loads(
    conditions: Iterable[Condition], context: Context, *, without: str = ""
) -> tuple[list[str], list[str]]:
    """Lines that take what conditions use into locals (None = unknown), but for one question's answer, and
    lines that compute from those: what answers nothing is read as unknown, then the derived numbers.
    """
    conditions = list(conditions)
    derived = prelude(conditions, context)
    text = "\n".join([*derived.values(), *(condition.source(context) for condition in conditions)])
    void = {
        name: question.counts_as_unknown
        for name, question in context.questions.items()
        if question.counts_as_unknown is not None and name in text
    }
    text = "\n".join([text, *(condition.source(context) for condition in void.values())])
    used = [question for question in context.questions if question in text and question != without]
    taken = [f"{question} = get({question!r})" for question in used]
    taken += [f"{said(name)} = {name}" for name in void]
    computed = [f"{name} = {said(name)}" for name in void]  # a loop may have read it as unknown before
    computed += [f"if {condition.source(context)}: {name} = None" for name, condition in void.items()]
    return taken, [*computed, *(f"{local} = {expression}" for local, expression in derived.items())]


def prelude(conditions: Iterable[Condition], context: Context) -> dict[str, str]:
    """The locals computed from answers that conditions use, each once, in order."""
    return dict(line for condition in conditions for line in condition.prelude(context))


def build(source: str, name: str) -> Callable[..., object]:
    """The function a source defines."""
    namespace: dict[str, object] = dict(HELPERS)
    exec(compile(source, f"<protocol {name}>", "exec"), namespace)  # noqa: S102 - our own tables' source
    built = namespace[name]
    if not callable(built):
        raise TypeError(name)
    return built
