"""A stored evaluation in words, for whoever reads it in the dashboard."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from assessments.protocol.explain import (
    ADJUSTMENTS,
    DECISIONS,
    INSUFFICIENT,
    PLANS,
    decided,
)
from assessments.protocol.findings import answer_words, question_label
from assessments.protocol.questions import QUESTIONS
from assessments.protocol.texts import TEXTS
from assessments.protocol.urgencies import in_words
from assessments.protocol.vocabulary import RunStatus, Urgency
from assessments.records.models import Assessment, Override
from assessments.records.services import GATED, effective_decision
from assessments.records.what_follows import (
    follows_in_words,
    follows_of,
    met_of,
    safety_net_of,
    sentences_of,
    where_of,
)


def standing(assessment: Assessment) -> dict[str, Any]:
    """``decision`` and ``urgency`` as sentences when a clinician decided otherwise, else empty.

    ``superseded_by`` is the id of the assessment that took its place; ``overrides`` are texts, oldest first.
    """
    overrides = sorted(assessment.overrides.all(), key=lambda override: (override.created_at, override.id))
    effective = effective_decision(assessment, overrides)
    return {
        "decision": DECISIONS.get(effective.decision, "") if overrides else "",
        "urgency": in_words(effective.urgency) if overrides else "",
        "superseded_by": _superseded_by(assessment),
        "overrides": [" ".join(_sentences(override)) for override in overrides],
        "amendment_reason": assessment.amendment_reason,
    }


def _superseded_by(assessment: Assessment) -> uuid.UUID | None:
    if hasattr(assessment, "superseded_by_id"):
        found: uuid.UUID | None = assessment.superseded_by_id
        return found
    successor = assessment.clinic.assessments.filter(supersedes=assessment).only("id").first()
    return successor.id if successor else None


def _sentences(override: Override) -> Iterator[str]:
    role = f" ({override.get_role_display()})" if override.role else ""
    yield f"{_time(override.created_at)}, {override.member.shown_name}{role}:"
    yield f"{DECISIONS.get(override.decision, '')} Urgency: {in_words(override.urgency)}."  # type: ignore[call-overload]
    yield f"Reason: {override.reason}."
    if override.finding_text:
        yield f"{override.get_finding_kind_display()}: {override.finding_text}."
    if override.handover_at:
        yield f"Handed over to {override.handover_to} on {_time(override.handover_at)}."
    if override.exclusion_at:
        yield f"Excluded by {override.exclusion_by} on {_time(override.exclusion_at)}:"
        yield f"{override.exclusion_text}."
    if override.carried_from_id:
        yield "Carried over from the superseded assessment."


def _time(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


#: Repeated contacts within this time are a warning in themselves.
RECENT = timedelta(days=14)


def decision_words(evaluation: Mapping[str, Any]) -> str:
    """The decision as a sentence."""
    kind, decision = evaluation["insufficiency_kind"], evaluation["decision"]
    level = evaluation["adjust_level"]
    waits = RunStatus.NO_RUNNING if level in GATED else ""  # what a preview keeps says no more
    sentence: str = INSUFFICIENT.get(kind) or decided(decision, evaluation.get("run_status", waits))
    return f"{sentence} As {ADJUSTMENTS.get(level, level)}." if level else sentence


def urgency_words(urgency: str, *, at_least: bool = False) -> str:
    """The urgency in words; a lower bound says so."""
    words = in_words(urgency) if urgency in set(Urgency) else plain(urgency)
    return f"at least: {words}" if at_least else words


def decision_page(assessment: Assessment) -> dict[str, Any]:
    """Everything a clinician needs to see why, and what was never asked."""
    evaluation = assessment.evaluation
    return {
        "decision": decision_words(evaluation),
        "urgency": urgency_words(evaluation["urgency"], at_least=evaluation["urgency_is_lower_bound"]),
        "plan": PLANS.get(evaluation["plan_release"], evaluation["plan_release"]),
        "provisional": evaluation["provisional"],
        "standing": standing(assessment),
        "send_to": where_of(assessment) if evaluation["urgency"] == Urgency.EMERGENCY_NOW else None,
        "criteria": [
            {
                "id": met["id"],
                "words": sentences_of(met).clinician,
                "answers": [(label(name), answer(name, value)) for name, value in met["answers"].items()],
                "sources": met["sources"],
            }
            for met in evaluation["criteria_met"]
        ],
        "follows": follows_in_words(
            follows_of(assessment),
            clinic=assessment.clinic,
            urgency=evaluation["urgency"],
            met=met_of(evaluation),
        ),
        "contradictions": [found["statement"] for found in evaluation["contradictions"]],
        "missing": [label(item["question"]) for item in evaluation["missing"]],
        "next_questions": [label(name) for name in evaluation["next_questions"]],
        "not_assessed": [label(name) for name in evaluation["not_assessed"]],
        "notices": [f"{label(notice['question'])}: {notice['statement']}" for notice in assessment.notices],
        "answers": [
            _dated_answer(assessment, question.name)
            for question in QUESTIONS
            if question.name in assessment.answers
        ],
        "recent_contacts": _recent_contacts(assessment),
        "safety_net": safety_net_of(assessment.clinic, assessment.answers),
    }


def _dated_answer(assessment: Assessment, name: str) -> tuple[str, str, str]:
    """Question, answer, and the date it was carried from."""
    carried = assessment.carried.get(name, {}).get("assessed_at", "")
    return label(name), answer(name, assessment.answers[name]), carried[:10]


def _recent_contacts(assessment: Assessment) -> int:
    """How often this runner was assessed in the fortnight up to this assessment, itself included."""
    since = assessment.assessed_at - RECENT
    same_runner = assessment.clinic.assessments.filter(patient_id=assessment.patient_id)
    return same_runner.filter(assessed_at__gt=since, assessed_at__lte=assessment.assessed_at).count()


def label(name: str) -> str:
    """The question as a form names it; one feature of a set after a colon."""
    name, _, item = name.partition(".")
    if name not in TEXTS.questions:
        return plain(name).capitalize()  # of another version
    return question_label(f"{name}.{item}" if item else name)


def answer(name: str, value: object) -> str:
    """The answer in words, with its unit."""
    try:
        return answer_words(name, value)
    except KeyError:
        return plain(value)  # of another version


def plain(value: object) -> str:
    """An answer as words rather than codes."""
    match value:
        case Mapping():
            return "; ".join(f"{plain(key)}: {plain(item)}" for key, item in value.items())
        case list():
            return ", ".join(plain(item) for item in value) or "none"
        case str():
            return value.replace("_", " ")
        case _:
            return str(value)
