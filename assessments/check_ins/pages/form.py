"""What a check asks this runner, and what they answered: nothing is preselected, nothing typed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.check_ins.pages.words import DONT_KNOW, HOURS, SECTIONS, UNKNOWN
from assessments.check_ins.services.answer import of_a_walk
from assessments.follow_ups.documents import FRESH_QUESTIONS
from assessments.follow_ups.models import FollowUp
from assessments.protocol import protocol_for
from assessments.protocol.follow_up import CARRIED_QUESTIONS, LONGEST_EPISODE_DAYS, carry_forward
from assessments.protocol.parameters import default_number
from assessments.protocol.questions import QUESTIONS_BY_NAME
from assessments.protocol.texts import TEXTS

PREGNANCY = ("pregnancy_status", "weeks_postpartum", "pregnancy_warning_signs")
#: Left empty without a word when nobody has run.
OF_A_RUN = frozenset(
    {
        "pain_run_peak_nrs",
        "pain_post_run_peak_nrs",
        "hours_to_settle",
        "pain_next_day_nrs",
        "analgesic_before_run",
    }
)
MISSING = "Choose an answer. “I don't know” is one, too."


@dataclass(frozen=True, slots=True)
class Field:
    """One question on the page with what was chosen; ``number``: a list to choose from."""

    name: str
    question: str
    hint: str
    choices: list[tuple[str, str]]
    chosen: str
    error: str
    number: bool


@dataclass(frozen=True, slots=True)
class Form:
    """The page's sections with their fields."""

    sections: list[tuple[str, list[Field]]]

    @property
    def fields(self) -> list[Field]:
        """Every field in the order of the page."""
        return [field for _, fields in self.sections for field in fields]

    @property
    def errors(self) -> list[Field]:
        """What has no answer yet."""
        return [field for field in self.fields if field.error]

    def answers(self) -> dict[str, object]:
        """The answers as the protocol reads them; what nobody knows is left out."""
        return {
            field.name: _value(field) for field in self.fields if field.chosen and field.chosen != UNKNOWN
        }

    def absent_reasons(self) -> dict[str, str]:
        """Why an answer isn't there: the runner didn't know, or left it open."""
        unknown = [field.name for field in self.fields if field.chosen == UNKNOWN]
        return dict.fromkeys(unknown, "asked-unknown")


def form_for(follow_up: FollowUp, sent: Mapping[str, Any] | None = None, *, now: datetime) -> Form:
    """The form of a follow-up; with what was ``sent``, checked."""
    asked = _asked(follow_up)
    early = _first_week(follow_up, now)
    offered = {name: choices_of(name, first_week=early) for name in asked}
    chosen = {name: _chosen(offered[name], (sent or {}).get(name)) for name in asked}
    needed = _needed(chosen) if sent is not None else frozenset()
    return Form(
        [
            (title, [_field(name, offered[name], chosen[name], needed) for name in names if name in asked])
            for title, names in SECTIONS.items()
            if any(name in asked for name in names)
        ]
    )


def _asked(follow_up: FollowUp) -> set[str]:
    """The follow-up's fresh questions; those about pregnancy only where it was answered with one.

    And those that this runner's history makes essential: without the hop no check of theirs is ever complete.
    """
    before = follow_up.assessment.answers
    status = before.get("pregnancy_status")
    asked = set(FRESH_QUESTIONS) - set(PREGNANCY) | _essential_for(before)
    if of_a_walk(follow_up):
        asked.discard("ran_last_14d")
    return asked | set(PREGNANCY) if status in {"pregnant", "postpartum"} else asked


def _essential_for(before: Mapping[str, object]) -> set[str]:
    """Optional questions that what is carried makes essential, whatever is answered afresh."""
    carried = {name: value for name, value in before.items() if name in CARRIED_QUESTIONS}
    context = protocol_for().context
    return {
        question.name
        for question in QUESTIONS_BY_NAME.values()
        if question.essential_when and question.essential_when[1].evaluate(carried, context) is True
    }


def _first_week(follow_up: FollowUp, now: datetime) -> bool:
    """Whether the episode is still too young to have a course: only then is that an answer."""
    linked = follow_up.assessment
    days = carry_forward(
        linked.answers,
        answered_at=linked.assessed_at,
        dated={},
        assessed_at=now,
        days_max=LONGEST_EPISODE_DAYS,
        zone=linked.clinic.zone,
    ).get("episode_duration_days")
    return isinstance(days, int) and days < default_number("too_early_days_lt")


def _chosen(offered: list[tuple[str, str]], sent: object) -> str:
    """What was chosen, if it is one of the choices."""
    return str(sent) if str(sent) in dict(offered) else ""


def _needed(chosen: Mapping[str, str]) -> frozenset[str]:
    """What must have been answered, were it with "I don't know": all that applies to this runner."""
    told = {"ran_last_14d": "yes"} if "ran_last_14d" not in chosen else {}
    told |= {name: value for name, value in chosen.items() if value and value != UNKNOWN}
    protocol = protocol_for()
    return frozenset(
        name
        for name, value in chosen.items()
        if not value
        and protocol.asks(QUESTIONS_BY_NAME[name], told) in ((True, None) if name in OF_A_RUN else (True,))
    )


def _field(name: str, offered: list[tuple[str, str]], chosen: str, needed: frozenset[str]) -> Field:
    words = TEXTS.questions[name].runner
    if words is None:
        raise TypeError(f"no runner is asked: {name}")
    number = QUESTIONS_BY_NAME[name].type in {"integer", "number"}
    error = MISSING if name in needed else ""
    return Field(name, words.label, words.hint, offered, chosen, error, number)


def choices_of(name: str, *, first_week: bool = False) -> list[tuple[str, str]]:
    """Code and words of each answer that can apply; not to know is always one of them."""
    codes = [(code, words) for code, words in _codes(name) if first_week or code != "too_early"]
    return [*codes, (UNKNOWN, DONT_KNOW)]


def _codes(name: str) -> Iterator[tuple[str, str]]:
    question = QUESTIONS_BY_NAME[name]
    if name == "hours_to_settle":
        yield from HOURS.items()
    elif question.type == "choice":
        text = TEXTS.questions[name]
        yield from ((code, text.choice(code).runner) for code in question.offered)
    else:
        numbers = range(int(question.low or 0), int(question.high or 0) + 1)
        yield from ((str(number), str(number)) for number in numbers)


def _value(field: Field) -> object:
    return int(field.chosen) if field.number else field.chosen
