"""The generated part of a letter: urgency first, findings as they were answered, and what was never asked."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from assessments.decisions.form.typed_values import negative
from assessments.escalations.models import Escalation
from assessments.parameters.services.in_force import parameters_of
from assessments.protocol import QUESTIONS, Question
from assessments.protocol.explain import DECISIONS, FOLLOWS_RUNNING
from assessments.protocol.follows import Running
from assessments.protocol.questions import bone_and_inflammation
from assessments.protocol.vocabulary import RunStatus, Screen
from assessments.records.models import Assessment
from assessments.records.services import Effective, effective_decision
from assessments.records.summary import answer, decision_words, plain, urgency_words
from assessments.records.what_follows import follows_in_words, follows_of, where_to_go
from clinics.identity.models import Clinic

#: Findings: both screens, and what bears on bone and inflammation. Everything else is what else was answered.
SCREENS = (Screen.EMERGENCY, Screen.URGENT)
_DETAIL = frozenset(question.name for question in bone_and_inflammation.QUESTIONS)
NO_FINDING = ("no", "none")
#: The clinician's own words say this better than a line in a table.
_LEFT_OUT = ("clinician_note",)
ASSESSMENTS_SHOWN = 6


def letter_content(escalation: Escalation) -> dict[str, Any]:
    """Everything generated, JSON-ready. The row comes with assessment, patient and clinic."""
    assessment, clinic = escalation.assessment, escalation.clinic
    overrides = list(assessment.overrides.select_related("member__user"))
    effective = effective_decision(assessment, overrides)
    decided = DECISIONS.get(effective.decision) if overrides else None
    positive, negatives, further, not_asked = _sorted(assessment)
    return {
        "clinic": clinic.name,
        "runner": _runner(assessment),
        "urgency": escalation.urgency,
        "urgency_words": urgency_words(escalation.urgency).capitalize(),
        "decision": decided or decision_words(assessment.evaluation),
        "follows": _follows(escalation, effective, decided=bool(overrides)),
        "decided_by": [f"{one.member.shown_name}: {one.reason}" for one in overrides],
        "assessed_at": _time(assessment.assessed_at),
        "assessor": assessment.get_assessor_role_display(),
        "reasons": [f"{met['title']}: {met['statement']}" for met in assessment.evaluation["criteria_met"]],
        "contradictions": [found["statement"] for found in assessment.evaluation["contradictions"]],
        "positive": positive,
        "negative": negatives,
        "not_asked": not_asked,
        "further": further,
        "timeline": [{"at": _time(at), "what": what} for at, what in sorted(_timeline(escalation, clinic))],
        "protocol": assessment.protocol_version,
    }


def _follows(escalation: Escalation, effective: Effective, *, decided: bool) -> list[str]:
    """What the runner was told to do; beside a clinician's decision, only that there is no running."""
    assessment, clinic = escalation.assessment, escalation.clinic
    if not decided:
        return follows_in_words(follows_of(assessment), clinic=clinic, urgency=escalation.urgency)
    running = Running.NONE if effective.run_status == RunStatus.NO_RUNNING else Running.MODIFIED
    where = where_to_go(clinic, effective.urgency)
    return [FOLLOWS_RUNNING[running], *([where] if where else [])]


def _runner(assessment: Assessment) -> dict[str, str]:
    patient = assessment.patient
    born = patient.birth_date.strftime("%-d %B %Y") if patient.birth_date else "not recorded"
    return {"name": str(patient), "born": born, "id": patient.external_id or ""}


Lines = list[dict[str, str]]


def _sorted(assessment: Assessment) -> tuple[Lines, Lines, Lines, Lines]:
    """Positive, negative, further and unasked lines, each in the order of the question table."""
    positive: Lines = []
    negatives: Lines = []
    further: Lines = []
    not_asked: Lines = []
    protocol = parameters_of(assessment).protocol
    for question in QUESTIONS:
        if question.name in _LEFT_OUT:
            continue
        is_finding = question.screen in SCREENS or question.name in _DETAIL
        for title, value in _values(question, assessment):
            if value is None:
                if is_finding and protocol.asks(question, assessment.answers) is not False:
                    not_asked.append({"question": title, "answer": _why(question, assessment)})
                continue
            line = {"question": title, "answer": _said(question, value)}
            if not is_finding or not _is_yes_or_no(question):
                further.append(line)
            else:
                (negatives if value in NO_FINDING or value == [] else positive).append(line)
    return positive, negatives, further, not_asked


def _is_yes_or_no(question: Question) -> bool:
    """Whether one of the answers says that there is nothing."""
    return negative(question) is not None or question.type in ("features", "objects")


def _values(question: Question, assessment: Assessment) -> Iterator[tuple[str, Any]]:
    """The question with its answer, ``None`` without one; the items of a set one by one."""
    value: Any = assessment.answers.get(question.name)
    title = question.phrase[:1].upper() + question.phrase[1:]
    if question.type != "features":
        yield title, value
        return
    for item in question.choices:
        yield f"{title}: {plain(item)}", (value or {}).get(item)


def _said(question: Question, value: Any) -> str:
    if question.type == "features":
        return plain(value)
    return "none" if value == [] else answer(question.name, value)


def _why(question: Question, assessment: Assessment) -> str:
    """Not asked, or what is known about why there is no answer."""
    reason = assessment.absent_reasons.get(question.name)
    return plain(reason.replace("-", " ")) if reason else "not asked"


def _timeline(escalation: Escalation, clinic: Clinic) -> Iterator[tuple[dt.datetime, str]]:
    """The runner's latest assessments, and what became of this escalation."""
    latest = clinic.assessments.filter(patient_id=escalation.patient_id, superseded_by__isnull=True)
    newest = latest.order_by("-assessed_at", "-id")
    for one in newest[:ASSESSMENTS_SHOWN]:
        yield one.assessed_at, f"Assessed: {decision_words(one.evaluation)}"
    if (earlier := newest.count() - ASSESSMENTS_SHOWN) > 0:
        until = newest.values_list("assessed_at", flat=True)[ASSESSMENTS_SHOWN]
        yield until, f"Not listed: {earlier} assessment{'s' if earlier > 1 else ''} up to then"
    yield escalation.opened_at, f"Referral opened: {urgency_words(escalation.urgency)}"
    if escalation.acknowledged_at and escalation.acknowledged_by:
        yield escalation.acknowledged_at, f"Taken on by {escalation.acknowledged_by.shown_name}"
    if escalation.resolved_at:
        yield escalation.resolved_at, f"Outcome: {escalation.get_outcome_code_display()}"


def _time(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%-d %B %Y, %H:%M")
