"""A small algebra of conditions over answers and parameters.

One expression evaluates in three-valued logic, renders itself as a sentence, as JSON and as Python
source, names the questions it reads, and knows the edges where it turns from false to true.
"""

from assessments.protocol.conditions.base import Answers, Boundary, Condition, Context, Setting
from assessments.protocol.conditions.choices import (
    Given,
    HasDiagnosis,
    Known,
    Listed,
    NotAnswered,
    OneOf,
    PartOneOf,
    Unknown,
)
from assessments.protocol.conditions.comparisons import (
    AnswerAbove,
    Compare,
    RatioAbove,
    SettledFor,
    SpaFeaturesAtLeast,
)
from assessments.protocol.conditions.logic import AllOf, AnyOf, Compound, CountAtLeast, SettingIs, Unless
from assessments.protocol.conditions.terms import Answer, OnsetAge, Rise, Term

__all__ = [
    "AllOf",
    "Answer",
    "AnswerAbove",
    "Answers",
    "AnyOf",
    "Boundary",
    "Compare",
    "Compound",
    "Condition",
    "Context",
    "CountAtLeast",
    "Given",
    "HasDiagnosis",
    "Known",
    "Listed",
    "NotAnswered",
    "OneOf",
    "OnsetAge",
    "PartOneOf",
    "RatioAbove",
    "Rise",
    "Setting",
    "SettingIs",
    "SettledFor",
    "SpaFeaturesAtLeast",
    "Term",
    "Unknown",
    "Unless",
    "all_of",
    "any_of",
    "at_least",
    "at_most",
    "less_than",
    "more_than",
    "one_of",
    "rise_above_baseline",
    "unless",
]


def one_of(question: str, *values: str) -> OneOf:
    """The answer is one of the values."""
    return OneOf(question, values)


def all_of(*parts: Condition) -> AllOf:
    """Every part is true."""
    return AllOf(parts)


def any_of(*parts: Condition) -> AnyOf:
    """At least one part is true."""
    return AnyOf(parts)


def unless(part: Condition) -> Unless:
    """The part is not known to be true."""
    return Unless((part,))


def number(term: Term | str) -> Term:
    """A term; a question's name stands for its answer."""
    return Answer(term) if isinstance(term, str) else term


def bound(value: float | str) -> float | Setting:
    """A bound; a parameter's name stands for its value."""
    return Setting(value) if isinstance(value, str) else value


def more_than(term: Term | str, limit: float | str) -> Compare:
    """Strictly above the limit."""
    return Compare(number(term), ">", bound(limit))


def at_least(term: Term | str, limit: float | str) -> Compare:
    """The limit or more."""
    return Compare(number(term), ">=", bound(limit))


def less_than(term: Term | str, limit: float | str) -> Compare:
    """Strictly below the limit."""
    return Compare(number(term), "<", bound(limit))


def at_most(term: Term | str, limit: float | str) -> Compare:
    """The limit or less."""
    return Compare(number(term), "<=", bound(limit))


def rise_above_baseline(question: str, limit: float | str) -> Compare:
    """A pain score is more than `limit` points above baseline."""
    return more_than(Rise(question), limit)
