"""An evaluation as a page a clinician can read."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from assessments.protocol.conditions.base import words
from assessments.protocol.evaluation import CriterionMet, Evaluation
from assessments.protocol.findings import may_be_pregnant, question_label
from assessments.protocol.texts import TEXTS
from assessments.protocol.urgencies import in_words
from assessments.protocol.vocabulary import (
    AdjustLevel,
    Decision,
    InsufficiencyKind,
    PlanRelease,
    RunStatus,
)

WIDTH = 88
DECISIONS = {
    Decision.CONTINUE_RUNNING: "Running may continue within the current limits.",
    Decision.ADJUST_RUNNING: "Running continues in an adjusted form.",
    Decision.STOP_AND_REHAB: "Stop running and rehabilitate.",
    Decision.STOP_RUNNING_CLEARANCE_REQUIRED: "Stop running until a named clinician clears it.",
    Decision.REFER_URGENT: "Refer urgently. No running until reviewed.",
    Decision.REFER_EMERGENCY: "Refer as an emergency. No running.",
}
#: The same of an adjustment that waits for its gate.
ADJUSTED_LATER = "Running in an adjusted form, but not yet."
INSUFFICIENT = {
    InsufficiencyKind.CORE: "Not enough information to decide. No running until it is complete.",
    InsufficiencyKind.SCREEN: "The safety screen is incomplete or not applicable. No running until then.",
}
ADJUSTMENTS = {
    AdjustLevel.MINOR: "a minor adjustment",
    AdjustLevel.MAJOR: "a major adjustment: no running until the pain has been as usual for 24 hours",
    AdjustLevel.GRADED_RETURN: "a graded return: no running until two brisk walks went well",
}
PLANS = {
    PlanRelease.RELEASABLE: "may be released after a clinician signs it off",
    PlanRelease.WITHHELD: "withheld until the record is complete and free of contradictions",
    PlanRelease.REFERRAL_ONLY: "none; the referral comes first",
}


def decided(decision: str, run_status: str) -> str:
    """A decision as a sentence, never one that lets anybody run who may not yet."""
    if decision == Decision.ADJUST_RUNNING and run_status == RunStatus.NO_RUNNING:
        return ADJUSTED_LATER
    return DECISIONS.get(decision, decision)  # type: ignore[call-overload, no-any-return]


def explain(evaluation: Evaluation) -> str:
    """The page: decision, urgency, why with sources, what is missing or was not assessed, safety net."""
    return "\n".join(_lines(evaluation)) + "\n"


def _lines(evaluation: Evaluation) -> Iterator[str]:
    yield from _headline(evaluation)
    yield from _section("Why", [_reason(met) for met in evaluation.criteria_met])
    yield from _section("Contradictions to clarify", [item.statement for item in evaluation.contradictions])
    missing = [f"{question_label(item.question)} ({words(item.screen)})" for item in evaluation.missing]
    yield from _section("Not answered although needed", missing)
    yield from _section("Ask next", [question_label(name) for name in evaluation.next_questions])
    yield from _section("What follows", [TEXTS.column(word).clinician for word in evaluation.follows[:3]])
    yield from _section("Notices", [notice.statement for notice in evaluation.notices])
    yield from _section("Not assessed", [question_label(name) for name in evaluation.not_assessed])
    yield ""
    net = TEXTS.safety_net(emergency_number="", pregnancy=may_be_pregnant(evaluation.answers))
    yield from wrap(net.as_text, WIDTH)
    yield ""
    yield f"Protocol {evaluation.protocol_version}, {evaluation.protocol_hash}"


def _headline(evaluation: Evaluation) -> Iterator[str]:
    kind, level = evaluation.insufficiency_kind, evaluation.adjust_level
    yield f"DECISION  {INSUFFICIENT[kind] if kind else decided(evaluation.decision, evaluation.run_status)}"
    if level:
        yield f"          As {ADJUSTMENTS[level]}."
    at_least = "at least: " if evaluation.urgency_is_lower_bound else ""
    yield f"URGENCY   {at_least}{in_words(evaluation.urgency)}"
    yield f"PLAN      {PLANS[evaluation.plan_release]}"
    if evaluation.provisional:
        yield "          Provisional: the patient answered alone; a clinician confirms the safety screen."


def _section(title: str, items: list[str]) -> Iterator[str]:
    items = [item for item in items if item]
    if items:
        yield ""
        yield f"{title}:"
        for item in items:
            yield from wrap(item, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _reason(met: CriterionMet) -> str:
    return f"{met.id} {met.texts['clinician']} [{', '.join(met.text.sources)}]"
