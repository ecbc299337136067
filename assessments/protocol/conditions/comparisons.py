"""Numeric conditions: a term against a bound, a load ratio, a count of inflammatory features."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from assessments.protocol.conditions.base import (
    OFF,
    Answers,
    Bound,
    Boundary,
    Condition,
    Context,
    Json,
    bound_json,
)
from assessments.protocol.conditions.terms import OnsetAge, Term

COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
COMPARE_WORDS = {">": "more than {}", ">=": "{} or more", "<": "less than {}", "<=": "{} or less"}


@dataclass(frozen=True)
class Compare(Condition):
    """A number is beyond a bound; unknown when the number is."""

    term: Term
    comparison: str
    bound: Bound

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        number = self.term.value(answers)
        return None if number is None else COMPARE[self.comparison](number, context.value(self.bound))

    def sentence(self, context: Context) -> str:
        bound = context.value(self.bound)
        amount = "a limit that is switched off" if bound == OFF else self.term.amount(bound, context)
        return f"{self.term.words(context)} is {COMPARE_WORDS[self.comparison].format(amount)}"

    def as_json(self) -> Json:
        return {"compare": self.term.as_json(), "is": self.comparison, "bound": bound_json(self.bound)}

    def reads(self) -> frozenset[str]:
        return self.term.reads()

    def prelude(self, context: Context) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        return self.term.prelude()

    def source(self, context: Context) -> str:
        local, bound = self.term.local, context.value(self.bound)
        known = f"{local} is not None"
        if bound == OFF:
            return f"({known} and {self.comparison in ('<', '<=')})"
        return f"({known} and {local} {self.comparison} {bound!r})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        """The bound itself on its own side, and one step across it on the other."""
        bound, step = context.value(self.bound), self.term.step(context)
        if bound == OFF:
            return
        beyond = bound + step if self.comparison in (">", "<=") else bound - step
        pairs = zip(self.term.settings(bound, context), self.term.settings(beyond, context), strict=False)
        for at_bound, past in pairs:
            inclusive = self.comparison in (">=", "<=")
            boundary = Boundary(at_bound, past) if inclusive else Boundary(past, at_bound)
            if self.holds_at(boundary, context):
                yield boundary


@dataclass(frozen=True)
class AnswerAbove(Condition):
    """One number is more than another, both in one unit; unknown when either is."""

    question: str
    other: str

    def evaluate(self, answers: Answers, context: Context) -> bool | None:  # noqa: ARG002
        one, other = answers.get(self.question), answers.get(self.other)
        return None if one is None or other is None else cast("float", one) > cast("float", other)

    def sentence(self, context: Context) -> str:
        one, other = (context.questions[name].phrase for name in (self.question, self.other))
        return f"{one} is more than {other}"

    def as_json(self) -> Json:
        return {"answer": self.question, "is_above": self.other}

    def reads(self) -> frozenset[str]:
        return frozenset({self.question, self.other})

    def source(self, context: Context) -> str:  # noqa: ARG002
        known = f"{self.question} is not None and {self.other} is not None"
        return f"({known} and {self.question} > {self.other})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        """Both in the middle and at the end of the range, and the first one step above."""
        question = context.questions[self.question]
        step = 1 if question.type == "integer" else 0.1
        low, high = cast("float", question.low), cast("float", question.high)
        for same in ((low + high) // 2, low):
            met: Answers = {self.question: same + step, self.other: same}
            yield Boundary(met, {self.question: same, self.other: same})


@dataclass(frozen=True)
class SettledFor(Condition):
    """The back has been as usual for so many hours since it settled; unknown with either time."""

    hours: int

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        since, settle = (answers.get(name) for name in ("hours_since_run", "hours_to_settle"))
        if since is None or settle is None:
            return None
        longest = context.questions["hours_to_settle"].high or 0  # as long as that, or not yet
        return cast("float", settle) < longest and cast("float", since) - cast("float", settle) >= self.hours

    def sentence(self, context: Context) -> str:  # noqa: ARG002
        return f"the pain after the run has been back to usual for {self.hours} h or more"

    def as_json(self) -> Json:
        return {"settled_for_h": self.hours}

    def reads(self) -> frozenset[str]:
        return frozenset({"hours_since_run", "hours_to_settle"})

    def source(self, context: Context) -> str:
        longest = context.questions["hours_to_settle"].high
        known = "hours_since_run is not None and hours_to_settle is not None"
        settled = f"hours_to_settle < {longest} and hours_since_run - hours_to_settle >= {self.hours}"
        return f"({known} and {settled})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        longest = context.questions["hours_to_settle"].high or 0
        for settle in (4, longest - 1):
            since = settle + self.hours
            met: Answers = {"hours_to_settle": settle, "hours_since_run": since}
            yield Boundary(met, {**met, "hours_since_run": since - 1})
        yield Boundary({**met, "hours_since_run": 200}, {"hours_to_settle": longest, "hours_since_run": 200})


# Quotients of decimal distances are binary fractions: 1.1 km over 1 km must not exceed a ratio of 1.1.
RATIO_TOLERANCE = 1e-9


@dataclass(frozen=True)
class RatioAbove(Condition):
    """One distance is more than so many times another; any distance at all is, when the other is zero."""

    numerator: str
    denominator: str
    bound: Bound

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        part, whole = answers.get(self.numerator), answers.get(self.denominator)
        if part is None or whole is None:
            return None
        return exceeds(cast("float", part), cast("float", whole), context.value(self.bound))

    def sentence(self, context: Context) -> str:
        part, whole = (context.questions[name].phrase for name in (self.numerator, self.denominator))
        return f"{part} is more than {context.value(self.bound)} times the {whole}"

    def as_json(self) -> Json:
        return {"ratio_of": self.numerator, "to": self.denominator, "is_above": bound_json(self.bound)}

    def reads(self) -> frozenset[str]:
        return frozenset({self.numerator, self.denominator})

    def source(self, context: Context) -> str:
        known = f"{self.numerator} is not None and {self.denominator} is not None"
        ratio = f"exceeds({self.numerator}, {self.denominator}, {context.value(self.bound)!r})"
        return f"({known} and {ratio})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        at_bound = round(100 * context.value(self.bound), 6)
        for part, whole, below in ((at_bound + 1, 100, at_bound), (0.1, 0, 0)):
            met: Answers = {self.numerator: part, self.denominator: whole}
            boundary = Boundary(met, {self.numerator: below, self.denominator: whole})
            if self.holds_at(boundary, context):
                yield boundary


def exceeds(part: float, whole: float, ratio: float) -> bool:
    """Whether part/whole is above the ratio; a part of nothing exceeds every ratio."""
    return part > 0 if whole == 0 else part / whole > ratio + RATIO_TOLERANCE


EARLY_ONSET_YEARS = 35  # onset before this age is itself a feature of axial spondyloarthritis (NICE NG65)


@dataclass(frozen=True)
class SpaFeaturesAtLeast(Condition):
    """So many features of axial spondyloarthritis are present; onset before 35 counts as one.

    A feature not asked is not counted: while enough are unasked to matter, the answer is unknown.
    """

    least: Bound

    def evaluate(self, answers: Answers, context: Context) -> bool | None:
        onset = OnsetAge().value(answers)
        features = cast("dict[str, str]", answers.get("spa_features", {}))
        present = count_spa_features(features, onset)
        least = context.value(self.least)
        if present >= least:
            return True
        unasked = len(context.questions["spa_features"].choices) - len(features) + (onset is None)
        return None if present + unasked >= least else False

    def sentence(self, context: Context) -> str:
        count = context.value(self.least)
        return f"at least {count} features of axial spondyloarthritis (onset before 35 counts as one)"

    def as_json(self) -> Json:
        return {"spa_features_at_least": bound_json(self.least)}

    def reads(self) -> frozenset[str]:
        return OnsetAge().reads() | {"spa_features"}

    def prelude(self, context: Context) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        return OnsetAge().prelude()

    def source(self, context: Context) -> str:
        return f"(count_spa_features(spa_features, onset_age) >= {context.value(self.least)!r})"

    def boundaries(self, context: Context) -> Iterator[Boundary]:
        items, least = context.questions["spa_features"].choices, int(context.value(self.least))

        def features(present: int) -> dict[str, str]:
            return {item: "yes" if index < present else "no" for index, item in enumerate(items)}

        late: Answers = {"age_years": 40, "episode_duration_days": 100}
        early: Answers = {"age_years": EARLY_ONSET_YEARS + 1, "episode_duration_days": 366}
        just_late: Answers = {"age_years": EARLY_ONSET_YEARS + 1, "episode_duration_days": 365}
        for index in range(len(items)):  # each item counts, and it is the last one that tips the count
            rotated = items[index:] + items[:index]
            met = {item: "yes" if place < least else "no" for place, item in enumerate(rotated)}
            yield Boundary({"spa_features": met}, {"spa_features": {**met, rotated[0]: "no"}}).over(late)
        fewer = {"spa_features": features(least - 1)}
        yield Boundary({**early, **fewer}, {**just_late, **fewer})


def count_spa_features(features: Mapping[str, str] | None, onset_age: float | None) -> int:
    """Features known to be present, plus one for an onset before 35."""
    present = sum(answer == "yes" for answer in features.values()) if features else 0
    return present + (onset_age is not None and onset_age < EARLY_ONSET_YEARS)
