"""Small errors planted in a copy of the tables: what a slip of the hand would do to a condition or a row."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from assessments.protocol import Criterion
from assessments.protocol.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Compound,
    Condition,
    Context,
    CountAtLeast,
    Given,
    HasDiagnosis,
    Known,
    NotAnswered,
    OneOf,
    PartOneOf,
    RatioAbove,
    SettingIs,
    SpaFeaturesAtLeast,
    Unknown,
    Unless,
)
from assessments.protocol.conditions.choices import CLEARANCES, DIAGNOSIS_STATUSES
from assessments.protocol.vocabulary import RANKS, URGENCIES

OTHER_SIDE = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}


class Planted(NamedTuple):
    """One error: what was done, and the condition with it."""

    error: str
    condition: Condition


def planted_in(condition: Condition, context: Context) -> Iterator[Planted]:
    """Every error of one slip in a condition, at whatever depth."""
    if isinstance(condition, Compound):
        yield from in_compound(condition, context)
    elif isinstance(condition, OneOf | NotAnswered):
        yield from in_choice(condition, context)
    elif isinstance(condition, HasDiagnosis):
        yield from in_diagnosis(condition, context)
    elif isinstance(condition, Compare):
        yield from in_comparison(condition, context)
    elif isinstance(condition, RatioAbove):
        for change in (-0.05, 0.05, -2e-9):  # the last makes "more than" an "at least"
            ratio = context.value(condition.bound) + change
            yield Planted(f"ratio {change:+}", replace(condition, bound=ratio))
        yield Planted(
            "ratio upside down", RatioAbove(condition.denominator, condition.numerator, condition.bound)
        )
    elif isinstance(condition, SpaFeaturesAtLeast):
        for change in (-1, 1):
            yield Planted(f"features {change:+}", SpaFeaturesAtLeast(context.value(condition.least) + change))
    else:
        yield from in_what_is_known(condition)


def in_what_is_known(condition: Condition) -> Iterator[Planted]:
    """A setting not read, a part that counts whatever it says, known and unknown swapped."""
    if isinstance(condition, SettingIs):
        yield Planted("setting not read", Given("age_years"))
    elif isinstance(condition, PartOneOf):
        yield Planted("any part counts", Known(condition.question))
    elif isinstance(condition, Given):
        yield Planted("given read as known", Known(condition.question))
    elif isinstance(condition, Known | Unknown):
        opposite = Unknown if isinstance(condition, Known) else Known
        yield Planted("known and unknown swapped", opposite(condition.question))


def in_compound(condition: Compound, context: Context) -> Iterator[Planted]:
    """And and or swapped, a count moved, a part lost, or an error in a part."""
    parts = condition.parts
    if isinstance(condition, CountAtLeast):
        for change in (-1, 1):
            least = context.value(condition.least) + change
            yield Planted(f"count {change:+}", replace(condition, least=least))
    elif isinstance(condition, Unless):
        yield Planted("exception turned round", parts[0])
    elif len(parts) > 1:
        yield Planted("and/or swapped", AnyOf(parts) if isinstance(condition, AllOf) else AllOf(parts))
    for place, part in enumerate(parts):
        before, after = parts[:place], parts[place + 1 :]
        if len(parts) > 1:
            yield Planted(f"part {place} lost", replace(condition, parts=before + after))
        for error, changed in planted_in(part, context):
            yield Planted(f"part {place}: {error}", replace(condition, parts=(*before, changed, *after)))


def in_choice(condition: OneOf | NotAnswered, context: Context) -> Iterator[Planted]:
    """A value lost, added or replaced; an unanswered question read as answered, or the reverse."""
    values = condition.values
    others = tuple(item for item in context.questions[condition.question].choices if item not in values)
    for value in values:
        rest = tuple(item for item in values if item != value)
        if rest:
            yield Planted(f"{value} lost", replace(condition, values=rest))
        for other in others:
            yield Planted(f"{other} instead of {value}", replace(condition, values=(*rest, other)))
    for other in others:
        yield Planted(f"{other} added", replace(condition, values=(*values, other)))
    opposite = OneOf if isinstance(condition, NotAnswered) else NotAnswered
    yield Planted("unanswered counts otherwise", opposite(condition.question, others))


def in_diagnosis(condition: HasDiagnosis, context: Context) -> Iterator[Planted]:
    """A code lost or added, another status, a clearance lost or added."""
    for code in context.questions["diagnoses"].choices:
        codes = tuple(item for item in condition.codes if item != code)
        if code not in condition.codes:
            yield Planted(f"{code} added", replace(condition, codes=(*codes, code)))
        elif codes:
            yield Planted(f"{code} lost", replace(condition, codes=codes))
    for status in DIAGNOSIS_STATUSES:
        if status != condition.status:
            yield Planted(f"status {status}", replace(condition, status=status))
    for clearance in CLEARANCES:
        rest = tuple(item for item in condition.clearances if item != clearance)
        if clearance not in condition.clearances:
            yield Planted(f"clearance {clearance} added", replace(condition, clearances=(*rest, clearance)))
        elif rest:
            yield Planted(f"clearance {clearance} lost", replace(condition, clearances=rest))


def in_comparison(condition: Compare, context: Context) -> Iterator[Planted]:
    """The threshold one step off, the strictness flipped, the direction turned round."""
    bound, step = context.value(condition.bound), condition.term.step(context)
    for change in (-step, step):
        yield Planted(f"threshold {change:+.3g}", replace(condition, bound=bound + change))
    flipped = OTHER_SIDE[condition.comparison]
    yield Planted(f"{condition.comparison} read as {flipped}", replace(condition, comparison=flipped))
    turned = condition.comparison.translate(str.maketrans("<>", "><"))
    yield Planted(f"{condition.comparison} turned round", replace(condition, comparison=turned))


def planted_in_row(criterion: Criterion) -> Iterator[tuple[str, Criterion]]:
    """A decision or urgency one step lower or higher, or lost."""
    if criterion.decision and criterion.rank:
        decision, kind = RANKS[criterion.rank - 1]
        yield "decision lower", replace(criterion, decision=decision, insufficiency_kind=kind)
        yield "decision lost", replace(criterion, decision=None, insufficiency_kind=None)
    if criterion.rank + 1 < len(RANKS):
        decision, kind = RANKS[criterion.rank + 1]
        yield "decision higher", replace(criterion, decision=decision, insufficiency_kind=kind)
    order = URGENCIES.index(criterion.urgency)
    for word, place in (("lower", order - 1), ("higher", order + 1)):
        if 0 <= place < len(URGENCIES):
            yield f"urgency {word}", replace(criterion, urgency=URGENCIES[place])
