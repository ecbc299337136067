"""docs/protocol.md: the whole protocol in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from assessments.protocol import (
    ADMINISTRATIVE,
    CONTRADICTIONS,
    CRITERIA,
    PARAMETERS,
    PROTOCOL_VERSION,
    QUESTIONS,
    Criterion,
    Parameter,
    Question,
    protocol_for,
    protocol_hash,
)
from assessments.protocol.evidence import EVIDENCE
from assessments.protocol.filling import CriterionSentences
from assessments.protocol.vocabulary import RANKS, URGENCIES, Screen
from tools.docs.holding import held_by
from tools.docs.markdown import code, page, table
from tools.docs.safety_properties import PROPERTIES

CONTEXT = protocol_for().context
SCREENS = {
    Screen.EMERGENCY: "Emergency screen: every item must be answered",
    Screen.URGENT: "Urgent screen: every item must be answered",
    Screen.CORE: "Core answers: a decision needs them",
    Screen.RUN_REACTION: "Reaction to the run: needed when there was a run in the last 14 days",
    Screen.OPTIONAL: "Optional: unanswered, they are listed as not assessed",
}
FAMILIES = {
    "RF-E": "Emergency referral",
    "RF-S": "Urgent referral, the same day",
    "RF-W": "Urgent referral, within two weeks",
    "CL": "Stop running until cleared",
    "SR": "Stop and rehabilitate",
    "AD": "Adjust the running",
    "RT": "Routine referral: urgency alone",
    "IN": "Insufficient information",
    "OK": "Continue",
}
HOW = """\
Every criterion is evaluated, always. Each one that is met contributes a decision, an urgency or both.
The most cautious decision and the most urgent urgency stand, and all met criteria are reported in the order
of this page. Absent, null and "unknown" are the same and never meet a criterion, except where a criterion
says that silence counts. An answer that fails validation is refused, never read as unknown or as no.

Baseline is the lower of usual pain and pain before the run, whichever are known; a rise is a score less
baseline, in points. A plan may be released only on a complete record without contradiction or referral, and
then only after a clinician's sign-off."""


def protocol_page() -> str:
    """The page."""
    return page(
        f"# The decision protocol, version {PROTOCOL_VERSION}",
        f"Identity with default parameters: {code(protocol_hash())}.",
        "## How a decision is formed",
        HOW,
        "Decisions, least to most cautious:",
        table(("rank", "decision", "kind"), decisions()),
        f"Urgencies, least to most urgent: {', '.join(code(urgency) for urgency in URGENCIES)}.",
        "## Questions",
        *questions(),
        "## Parameters",
        "A clinic may set a parameter within its allowed range. All values but the ends named under sign-off "
        "are at least as cautious as the default.",
        table(
            ("parameter", "default", "allowed", "cautious", "sign-off", "wording it settles", "why"),
            map(parameter_row, PARAMETERS),
        ),
        "## Contradictions",
        table(
            ("id", "contradiction", "reading that stands"),
            ((item.id, item.statement, item.cautious_reading) for item in CONTRADICTIONS),
        ),
        "## Criteria",
        "With the default parameters.",
        *criteria(),
        "## Safety properties",
        *properties(),
        "## Evidence",
        "EH-, HH- and AA- are statements of the source articles, in [traceability](traceability.md). "
        "What was "
        "not seen in full is to be checked by a person before the protocol is relied on.",
        table(("id", "reference", "seen"), ((item.id, item.reference, item.seen) for item in EVIDENCE)),
    )


def decisions() -> Iterator[tuple[str, ...]]:
    """Rows of the order of caution."""
    for place, (decision, kind) in enumerate(RANKS):
        yield str(place), code(decision), kind.value if kind else ""


def questions() -> Iterator[str]:
    """One table for each screen."""
    for screen, heading in SCREENS.items():
        yield f"### {heading}"
        rows = [question_row(item) for item in QUESTIONS if item.screen == screen]
        yield table(("question", "what is asked", "answers", "note", "if unknown"), rows)
    yield "### Administrative: about the assessment, never among its answers"
    yield table(
        ("name", "what it is", "values", "note", "if unknown"),
        [question_row(item) for item in ADMINISTRATIVE],
    )


def question_row(question: Question) -> tuple[str, ...]:
    """One question; when it is conditional, the note says on what."""
    notes = [question.note] if question.note else []
    if question.applies_when:
        notes.append(f"only if {question.applies_when.sentence(CONTEXT)}")
    return code(question.name), question.label, answers(question), "; ".join(notes), question.if_unknown


def answers(question: Question) -> str:
    """What may be answered, in words."""
    if question.low is not None:
        unit = "" if question.unit == "{score}" else f" {question.unit}"
        whole = "whole number" if question.type == "integer" else "number"
        others = [other for other, _ in question.units if other not in (question.unit, "days")]
        converted = f" (or in {', '.join(others)})" if others else ""
        return f"{whole} {question.low} to {question.high}{unit}{converted}"
    choices = ", ".join(question.choices)
    kind = {"choices": "several of: ", "features": "yes or no each: ", "objects": "a list; "}
    if question.fields:
        fields = ", ".join(field.name for field in question.fields)
        return f"{kind.get(question.type, '')}each with {fields}" + (f"; {choices}" if choices else "")
    return f"{kind.get(question.type, '')}{choices}" if choices else question.type.replace("_", " ")


def parameter_row(parameter: Parameter) -> tuple[str, ...]:
    """One parameter."""
    fixed = parameter.cautious == "fixed"
    return (
        code(parameter.name),
        f"{parameter.default} {parameter.unit}",
        "fixed" if fixed else parameter.allowed,
        "" if fixed else parameter.cautious,
        {None: "", "any": "any but the default"}.get(parameter.sign_off, f"{parameter.sign_off} end"),
        parameter.source_words,
        parameter.justification,
    )


def family(criterion: Criterion) -> str:
    """The family of a criterion, from its id."""
    return next(prefix for prefix in FAMILIES if criterion.id.startswith(prefix))


def criteria() -> Iterator[str]:
    """One table for each family."""
    for prefix, members in groupby(CRITERIA, family):
        yield f"### {FAMILIES[prefix]}"
        yield table(("id", "met when", "contributes", "why", "sources"), map(criterion_row, members))


def criterion_row(criterion: Criterion) -> tuple[str, ...]:
    """One criterion in words."""
    decision = code(criterion.decision) if criterion.decision else "no decision"
    details = [item.value for item in (criterion.insufficiency_kind, criterion.adjust_level) if item]
    contributes = f"{decision}{' (' + ', '.join(details) + ')' if details else ''}, {code(criterion.urgency)}"
    words = CriterionSentences(criterion, CONTEXT).without_a_record(CONTEXT)
    why = f"**{criterion.title}.** {words.clinician} {criterion.rationale}"
    return criterion.id, criterion.statement(CONTEXT), contributes, why, ", ".join(criterion.sources)


def properties() -> Iterator[str]:
    """What holds for every record, with the tests and the limits."""
    for item in PROPERTIES:
        tests = "\n".join(f"- {code(test)}" for test in held_by(item.id))
        limits = f"\n\nKnown limit: {item.limits}" if item.limits else ""
        yield f"**{item.id}.** {item.holds}{limits}\n\n{tests}"
