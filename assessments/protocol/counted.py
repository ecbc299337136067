"""What counts of the answers: one that answers nothing while its question applies is read as none.

"Not applicable" beside a leg symptom, "too early" after weeks, a next-day score two hours after the run: an
unasked question isn't a no, and neither is a choice that passes it by. The compiled form of a protocol reads
the same conditions (`compiler.loads`).
"""

from __future__ import annotations

from collections.abc import Container

from assessments.protocol.conditions import Context
from assessments.protocol.conditions.choices import said
from assessments.protocol.question_types import NOT_ATTESTED
from assessments.protocol.questions.emergency import CES_ITEMS, LONGSTANDING
from assessments.protocol.texts import TEXTS
from assessments.protocol.validation import Notice, ValidAnswers
from assessments.protocol.vocabulary import AssessorRole


def answering_nothing(answers: ValidAnswers, context: Context) -> tuple[str, ...]:
    """Names of the questions whose answer says nothing, in table order."""
    return tuple(
        name
        for name, question in context.questions.items()
        if question.counts_as_unknown is not None
        and name in answers
        and question.counts_as_unknown.evaluate(answers, context) is True
    )


def without(answers: ValidAnswers, names: tuple[str, ...]) -> ValidAnswers:
    """The answers that count: all but these, which are kept under what was said for `Given` alone."""
    if not names:
        return answers
    return ValidAnswers({said(name) if name in names else name: value for name, value in answers.items()})


def notices_of(names: tuple[str, ...], context: Context) -> tuple[Notice, ...]:
    """What the clinician is told about each answer that was read as none."""
    return tuple(_notice(context.questions[name].unknown_notice, name) for name in names)


def not_attested(
    answers: ValidAnswers, assessor_role: str | None, attested: Container[str]
) -> tuple[str, ...]:
    """The long-standing answers that rest on a runner's word alone, in table order.

    Each stands, so that its criteria are met, and stays open until a clinician attests it.
    """
    if assessor_role != AssessorRole.PATIENT_SELF_REPORT:
        return ()
    return tuple(item for item in CES_ITEMS if answers.get(item) == LONGSTANDING and item not in attested)


def notices_not_attested(names: tuple[str, ...]) -> tuple[Notice, ...]:
    """What the clinician is told about each long-standing answer that isn't attested."""
    return tuple(_notice(NOT_ATTESTED, name) for name in names)


def _notice(code: str, name: str) -> Notice:
    return Notice(code, name, TEXTS.notices[code].clinician)
