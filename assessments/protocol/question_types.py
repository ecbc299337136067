"""What a question is, and short ways to write one down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypedDict, Unpack

from assessments.protocol.conditions import Condition
from assessments.protocol.vocabulary import Screen

Number = int | float


class Carried(StrEnum):
    """How an earlier answer is carried into a check of the same episode."""

    ALWAYS = "always"  # what a day does not change
    WHILE_YES = "while_yes"  # a finding stands until somebody examines; its absence never carries
    UNLESS_IT_CHANGES = "unless_it_changes"  # not while pregnant or after a birth: that changes daily


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an assessment, or (`fields`) one part of a structured answer.

    `type` is one of choice, choices (several), integer, number, date, date_or_time, text, features
    (an object of yes/no items), object, objects (a list of objects). `choices` never contains
    "unknown": unknown is not a value but the absence of one, for every type. For `objects` the
    choices are those of the first field. `phrase` names the answer inside a sentence.
    `units` are further units a number may be given in, with the factor into `unit`.
    `applies_when`: the question is asked only while this is definitely true.
    `essential_when`: an optional question is essential while this is true, in the screen named beside it.
    `asked_when`: while this is true an optional question is worth asking whatever else it could change.
    `counts_as_unknown`: while this is true of the answers, the answer given says nothing and is read as
    none; `unknown_notice` is the code of what the clinician is told then. `never_offered` are choices that
    answer nothing wherever the question is asked, so that no form offers them. `carried` says whether a
    check may rest on the earlier answer (F.8); without it the question is asked afresh, or stays unknown.
    """

    name: str
    label: str
    phrase: str
    group: str
    type: str
    screen: Screen
    unit: str = ""
    choices: tuple[str, ...] = ()
    low: Number | None = None
    high: Number | None = None
    units: tuple[tuple[str, float], ...] = ()
    max_length: int | None = None
    max_items: int | None = None
    fields: tuple[Question, ...] = ()
    required: bool = False
    applies_when: Condition | None = None
    essential_when: tuple[Screen, Condition] | None = None
    asked_when: Condition | None = None
    counts_as_unknown: Condition | None = None
    unknown_notice: str = ""
    never_offered: tuple[str, ...] = ()
    carried: Carried | None = None
    note: str = ""
    if_unknown: str = ""

    @property
    def offered(self) -> tuple[str, ...]:
        """The choices that a form, a page or a Questionnaire may offer."""
        return tuple(choice for choice in self.choices if choice not in self.never_offered)

    @property
    def essential(self) -> bool:
        """Whether leaving it unanswered always blocks reassurance."""
        return self.screen not in (Screen.OPTIONAL, Screen.ADMINISTRATIVE)

    def needed(self, screen: Screen) -> tuple[Condition, ...] | None:
        """The conditions under which a screen needs it, all of them; None where it never does."""
        if self.screen == screen:
            return (self.applies_when,) if self.applies_when else ()
        if self.essential_when and self.essential_when[0] == screen:
            return (self.essential_when[1],)
        return None

    def samples(self) -> tuple[object, ...]:
        """Valid answers that span the range: every choice, or both ends of a number."""
        if self.type == "choice":
            return self.choices
        if self.type in ("integer", "number"):
            return (self.low, self.high)
        if self.type == "features":
            return tuple(dict.fromkeys(self.choices, answer) for answer in ("no", "yes"))
        if self.type == "object" and self.fields and self.fields[0].type == "choice":
            return tuple({self.fields[0].name: choice} for choice in self.fields[0].choices)
        return ([],) if self.type in ("choices", "objects") else ()

    def as_json(self) -> dict[str, object]:
        """The question as plain data."""
        plain: dict[str, object] = {
            name: getattr(self, name)
            for name in ("name", "label", "phrase", "group", "type", "unit", "low", "high", "required")
        }
        return plain | {
            "screen": self.screen.value,
            "choices": list(self.choices),
            "units": dict(self.units),
            "max_length": self.max_length,
            "max_items": self.max_items,
            "fields": [field.as_json() for field in self.fields],
            "applies_when": self.applies_when.as_json() if self.applies_when else None,
            "essential_when": self.essential_when and self.essential_when[1].as_json(),
            "counts_as_unknown": self.counts_as_unknown.as_json() if self.counts_as_unknown else None,
        }


NO_YES = ("no", "yes")
NOT_APPLICABLE = "not_applicable"
#: Notice codes of answers that answer nothing.
#: Of a runner's own word that stands and stays open until a clinician attests it.
NOT_ATTESTED = "longstanding_not_attested"
THOUGH_IT_APPLIES = "not_applicable_though_it_applies"
NOT_TOO_EARLY = "not_too_early_any_more"
TOO_EARLY_TO_KNOW = "too_early_to_know"
MILES_TO_KM = 1.609344
KM_UNITS = (("km", 1.0), ("mi", MILES_TO_KM))
DAY_UNITS = (("days", 1.0), ("weeks", 7.0), ("months", 30.44))


class Details(TypedDict, total=False):
    """The fields of a question that not every question has."""

    phrase: str
    unit: str
    choices: tuple[str, ...]
    low: Number
    high: Number
    units: tuple[tuple[str, float], ...]
    max_length: int
    max_items: int
    fields: tuple[Question, ...]
    required: bool
    applies_when: Condition
    essential_when: tuple[Screen, Condition]
    asked_when: Condition
    counts_as_unknown: Condition
    unknown_notice: str
    never_offered: tuple[str, ...]
    carried: Carried
    note: str
    if_unknown: str


class Ask(Protocol):
    """Writes one question of a group."""

    def __call__(
        self, name: str, label: str, kind: str, screen: Screen, /, **details: Unpack[Details]
    ) -> Question: ...


def section(group: str) -> Ask:
    """A writer of the questions of one group; the phrase defaults to the name in words."""

    def ask(name: str, label: str, kind: str, screen: Screen, /, **details: Unpack[Details]) -> Question:
        details.setdefault("phrase", name.replace("_", " "))
        if kind == "choice":
            details.setdefault("choices", NO_YES)
        return Question(name=name, label=label, group=group, type=kind, screen=screen, **details)

    return ask
