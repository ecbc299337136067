"""The form's sections: the essential screens in the order they are asked, then the rest by subject."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from assessments.decisions.form.fields import Errors, Field, Option, question_field
from assessments.decisions.form.live_preview import SCREENS
from assessments.decisions.form.typed_values import (
    ATTESTED_SCREENS,
    Typed,
    gather,
    negative,
    none_of_these,
    ruled_out_together,
)
from assessments.protocol import QUESTIONS, CompiledProtocol, InvalidAnswers, Question, validate
from assessments.protocol.findings import question_label
from assessments.protocol.vocabulary import ESSENTIAL_SCREENS, Screen

LEADS = {
    Screen.EMERGENCY: "Ask every one of these. What isn't answered counts as unknown, never as no.",
    Screen.URGENT: "Ask every one of these too.",
    Screen.CORE: "What the decision about running rests on.",
    Screen.RUN_REACTION: "Only for a runner who ran in the last 14 days.",
}
_ASKED = {True: "yes", False: "no", None: "perhaps"}


@dataclass(frozen=True, slots=True)
class Section:
    """One group of questions; ``none_of_these`` rules out what ``findings`` names, all at once."""

    id: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    none_of_these: Option | None = None
    findings: tuple[tuple[str, str, str], ...] = ()


def sections(typed: Typed, errors: Errors, protocol: CompiledProtocol) -> list[Section]:
    """The whole form as typed so far; the clinic's own protocol says what is asked."""
    answers = _readable(gather(typed).answers)

    def fields(questions: list[Question]) -> tuple[Field, ...]:
        return tuple(
            question_field(question, typed, errors, asked=_ASKED[protocol.asks(question, answers)])
            for question in questions
        )

    found = []
    for screen in ESSENTIAL_SCREENS:
        own = fields([question for question in QUESTIONS if question.screen == screen])
        tick = _none_of_these(screen, typed) if screen in ATTESTED_SCREENS else None
        findings = tuple(_findings(screen)) if tick else ()
        found.append(Section(screen.value, SCREENS[screen], LEADS[screen], own, tick, findings))
    optional = [question for question in QUESTIONS if question.screen == Screen.OPTIONAL]
    for group, questions in groupby(optional, key=lambda question: question.group):
        number, _, title = group.partition(" ")
        found.append(Section(f"further-{number}", f"{title}: further answers", "", fields(list(questions))))
    return found


def _readable(answers: Mapping[str, object]) -> Mapping[str, object]:
    """The answers without those that say nothing yet, a duration typed in words, say."""
    try:
        return validate(answers)
    except InvalidAnswers as exc:
        refused = {problem.about for problem in exc.problems}
        return validate({name: value for name, value in answers.items() if name not in refused})


def _none_of_these(screen: Screen, typed: Typed) -> Option:
    name = none_of_these(screen.value)
    return Option("1", name, f"none-{screen.value}", bool(typed.get(name)))


def _findings(screen: Screen) -> Iterator[tuple[str, str, str]]:
    """Name, short words and ruling-out answer of each finding."""
    for question in ruled_out_together(screen):
        yield question.name, question_label(question.name), negative(question) or ""
