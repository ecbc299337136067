"""The three texts of a met criterion with their placeholders filled, prepared once per criterion.

What a placeholder needs is looked for when a protocol is compiled: an unknown one, or one whose answer the
criterion doesn't read, is an error then and never on a printed page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from assessments.protocol.conditions import (
    AllOf,
    Answers,
    AnyOf,
    Condition,
    Context,
    CountAtLeast,
    HasDiagnosis,
    Rise,
    SpaFeaturesAtLeast,
    Unknown,
    Unless,
)
from assessments.protocol.conditions.choices import matches
from assessments.protocol.criteria.table import Contradicted, ScreenIncomplete
from assessments.protocol.findings import lower_first, not_yet_settled, present
from assessments.protocol.texts import TEXTS, IncompleteTextsError, Sentences, placeholders, template

if TYPE_CHECKING:
    from assessments.protocol.criteria.criterion import Criterion

RISES = {
    "rise_run": "pain_run_peak_nrs",
    "rise_after": "pain_post_run_peak_nrs",
    "rise_next_day": "pain_next_day_nrs",
}
#: Says to whom a criterion applies, and is no finding of theirs.
NO_FINDING = frozenset({"sex_at_birth"})


@dataclass(frozen=True, slots=True)
class Told:
    """What an evaluation found, for the texts of its criteria: answers, open questions, contradictions."""

    answers: Answers
    missing: Sequence[tuple[str, str]]
    contradictions: Sequence[str]


#: Stands for who cleared a runner; the answer itself says who it was.
NAMED_CLINICIAN = "a named clinician"
Value = Callable[[Told, Mapping[str, object]], object]


class CriterionSentences:
    """The texts of one criterion under one set of parameter values.

    Raises IncompleteTextsError where there are none, or where a placeholder can't be filled.
    """

    __slots__ = ("_templates", "_texts", "_values", "constant")

    def __init__(self, criterion: Criterion, context: Context) -> None:
        texts = TEXTS.criteria.get(criterion.id)
        if texts is None:
            raise IncompleteTextsError(f"criterion {criterion.id}: no texts")
        self._texts = texts
        self._templates = {
            reader: template(text, TEXTS) for reader, text in texts.as_dict().items() if placeholders(text)
        }
        names = sorted({name for one in self._templates.values() for name in one.names})
        self._values = {name: _value(name, criterion, context) for name in names}
        #: The texts as JSON where no record changes them.
        self.constant = None if names else texts.as_dict()

    def filled(self, told: Told, figures: Mapping[str, object] | None) -> dict[str, str]:
        """The texts for one record, as JSON-ready data."""
        if self.constant is not None:
            return self.constant
        values = {name: value(told, figures or {}) for name, value in self._values.items()}
        texts = self._texts.as_dict()
        for reader, one in self._templates.items():
            texts[reader] = one.filled(values)
        if not_yet_settled("hours_to_settle", values.get("hours_to_settle")):
            texts["letter"] = str(TEXTS.words["not_yet_settled"])
        return texts

    def without_a_record(self, context: Context) -> Sentences:
        """The texts of the protocol itself: its settings filled in, an ellipsis for what a record says."""
        values = {name: context.values.get(name, "…") for name in self._values}
        texts = self._texts.as_dict()
        for reader, one in self._templates.items():
            texts[reader] = one.filled(values)
        return Sentences(**texts)


def _value(name: str, criterion: Criterion, context: Context) -> Value:  # noqa: C901 - one rule each
    """How a placeholder is filled. Raises IncompleteTextsError where it can't be."""
    parts = list(_parts(criterion.condition))
    if name == "findings":
        found = Findings(criterion.condition, context)
        return lambda told, _: found.of(told.answers)
    if name in context.values:
        value = context.values[name]
        return lambda *_: value
    if name in RISES and any(Rise(RISES[name]) == getattr(part, "term", None) for part in parts):
        rise = Rise(RISES[name])
        return lambda told, _: rise.value(told.answers)
    if name == "missing":
        screens = [part.screen.value for part in parts if isinstance(part, ScreenIncomplete)]
        if screens:
            return lambda told, _: "; ".join(
                lower_first(TEXTS.questions[question].clinician.label)
                for question, screen in told.missing
                if screen in screens
            )
    if name == "contradiction" and any(isinstance(part, Contradicted) for part in parts):
        return lambda told, _: " ".join(
            TEXTS.contradictions[identifier].clinician for identifier in told.contradictions
        ).rstrip(".")
    diagnoses = [part for part in parts if isinstance(part, HasDiagnosis)]
    if name == "diagnosis" and diagnoses:
        return lambda told, _: _diagnoses(diagnoses, told.answers)
    if name in context.questions and name in _surely_answered(criterion.condition, context):
        return lambda told, _: told.answers[name]
    if criterion.figures and any(isinstance(part, SpaFeaturesAtLeast) for part in parts):
        if name == "action":
            return lambda _, figures: TEXTS.words["actions"][str(figures["action"])]
        if name in criterion.figures({}):
            return lambda _, figures: figures[name]
    raise IncompleteTextsError(f"criterion {criterion.id}: {{{name}}} can't be filled")


class Findings:
    """The `present` sentences of the answers that met a condition, and of no others, in table order."""

    def __init__(self, condition: Condition, context: Context) -> None:
        self.condition, self.context = condition, context
        read = condition.reads() - NO_FINDING
        self._names = tuple(name for name in context.questions if name in read)
        self._diagnoses = [part for part in _parts(condition) if isinstance(part, HasDiagnosis)]

    def of(self, answers: Answers) -> str:
        """The sentences for answers that meet the condition."""
        met: set[str] = set()
        _add_met(self.condition, answers, self.context, met)
        sentences = [self._present(name, answers) for name in self._names if name in met and name in answers]
        return " ".join(filter(None, sentences))

    def _present(self, name: str, answers: Answers) -> str:
        """The sentence of an answer, of diagnoses about those alone that the condition is about."""
        if name == "diagnoses":
            return present(name, [_unnamed(one) for one in _matching(self._diagnoses, answers)])
        answer = answers[name]
        return present(name, _unnamed(answer) if isinstance(answer, dict) else answer)


def _unnamed(cleared: Mapping[str, object]) -> dict[str, object]:
    """Without the name of who cleared: a stored sentence names nobody, and outlives an erasure."""
    named = {"cleared_by": NAMED_CLINICIAN} if "cleared_by" in cleared else {}
    return {**cleared, **named}


def _matching(wanted: Sequence[HasDiagnosis], answers: Answers) -> Iterator[dict[str, str]]:
    for diagnosis in cast("list[dict[str, str]]", answers.get("diagnoses", [])):
        if any(matches([diagnosis], one.codes, one.status, one.clearances) for one in wanted):
            yield diagnosis


def _diagnoses(wanted: Sequence[HasDiagnosis], answers: Answers) -> str:
    choices = TEXTS.questions["diagnoses"].choices
    names = dict.fromkeys(lower_first(choices[one["code"]].clinician) for one in _matching(wanted, answers))
    return f" {TEXTS.words['and']} ".join(names)


def _add_met(condition: Condition, answers: Answers, context: Context, met: set[str]) -> None:
    """Add the questions whose answers make a condition true that is known to be true."""
    if isinstance(condition, AllOf):
        for part in condition.parts:
            _add_met(part, answers, context, met)
    elif isinstance(condition, AnyOf | CountAtLeast):
        for part in condition.parts:
            if part.evaluate(answers, context) is True:
                _add_met(part, answers, context, met)
    elif not isinstance(condition, Unless | Unknown):
        met |= condition.reads()


def _surely_answered(condition: Condition, context: Context) -> frozenset[str]:
    """Questions without whose answer the condition can't be true."""
    if isinstance(condition, AllOf):
        return frozenset().union(*(_surely_answered(part, context) for part in condition.parts))
    if isinstance(condition, AnyOf):
        first, *others = (_surely_answered(part, context) for part in condition.parts)
        return first.intersection(*others)
    # A comparison and a choice are unknown without their answers; what is about the unknown reads it, too.
    if condition.evaluate({}, context) is not None:
        return frozenset()
    term = getattr(condition, "term", None)
    return frozenset({term.question}) if isinstance(term, Rise) else condition.reads()


def _parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    for part in getattr(condition, "parts", ()):
        yield from _parts(part)
