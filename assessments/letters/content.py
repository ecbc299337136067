"""The generated part of a letter: the suspicion first, then what was found, excluded and never asked."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from assessments.escalations.models import Escalation
from assessments.parameters.services.in_force import parameters_of
from assessments.protocol import CRITERIA, QUESTIONS, Question, ValidAnswers
from assessments.protocol.explain import DECISIONS
from assessments.protocol.findings import (
    absent,
    answer_words,
    may_be_pregnant,
    not_asked,
    present,
    question_label,
)
from assessments.protocol.follows import Running
from assessments.protocol.questions import bone_and_inflammation
from assessments.protocol.texts import TEXTS
from assessments.protocol.vocabulary import RunStatus, Screen, Urgency
from assessments.records.models import Assessment
from assessments.records.services import Effective, effective_decision
from assessments.records.summary import decision_words, urgency_words
from assessments.records.what_follows import (
    follows_in_words,
    follows_of,
    met_of,
    sentences_of,
    suspicions,
    where_to_go,
)
from clinics.identity.models import Clinic

#: Findings: both screens, and what bears on bone and inflammation. Everything else is what else was answered.
SCREENS = (Screen.EMERGENCY, Screen.URGENT)
_DETAIL = frozenset(question.name for question in bone_and_inflammation.QUESTIONS)
#: How long it has been there and how it goes.
_COURSE = (
    "onset_date",
    "episode_duration_days",
    "trend",
    "leg_symptom_progression",
    "leg_symptom_duration_days",
)
#: The clinician's own words say this better than a line in a list.
_LEFT_OUT = ("clinician_note",)
ASSESSMENTS_SHOWN = 6
REVIEWED_WITHIN = dt.timedelta(days=14)


def letter_content(escalation: Escalation) -> dict[str, Any]:
    """Everything generated, JSON-ready. The row comes with assessment, patient and clinic."""
    assessment, clinic = escalation.assessment, escalation.clinic
    overrides = list(assessment.overrides.select_related("member__user"))
    effective = effective_decision(assessment, overrides)
    decided = DECISIONS.get(effective.decision) if overrides else None
    said = _Said(assessment)
    urgent = suspicions(assessment.evaluation, urgency=escalation.urgency)
    letters = [sentences_of(met).letter for met in assessment.evaluation["criteria_met"]]
    return {
        "clinic": clinic.name,
        "runner": _runner(assessment),
        "urgency": escalation.urgency,
        "urgency_words": urgency_words(escalation.urgency).capitalize(),
        "opening": urgent,
        "asked_for": _asked_for(escalation),
        "decision": decided or decision_words(assessment.evaluation),
        "follows": _follows(escalation, effective, decided=bool(overrides)),
        "decided_by": [f"{one.member.shown_name}: {one.reason}" for one in overrides],
        "handed_over": [
            f"Handed over to {one.handover_to} on {_time(one.handover_at)}."
            for one in overrides
            if one.handover_at
        ],
        "assessed_at": _time(assessment.assessed_at),
        "assessor": answer_words("assessor_role", assessment.assessor_role),
        "reasons": [words for words in dict.fromkeys(letters) if words not in urgent],
        "contradictions": [found["statement"] for found in assessment.evaluation["contradictions"]],
        "findings": said.findings,
        "course": said.course,
        "excluded": said.excluded,
        "not_asked": said.not_asked,
        "further": said.further,
        "safety_net": TEXTS.safety_net_given(pregnancy=may_be_pregnant(assessment.answers)),
        "timeline": [{"at": _time(at), "what": what} for at, what in sorted(_timeline(escalation, clinic))],
        "protocol": assessment.protocol_version,
    }


def _asked_for(escalation: Escalation) -> str:
    """What the letter asks for, and by when."""
    words = urgency_words(escalation.urgency)
    opened = timezone.localtime(escalation.opened_at)
    if escalation.urgency == Urgency.SAME_DAY:
        return f"Asked for: {words}, {_day(opened)}."
    if escalation.urgency == Urgency.WITHIN_2_WEEKS:
        return f"Asked for: {words}, by {_day(opened + REVIEWED_WITHIN)}."
    return f"Asked for: {words}."


def _follows(escalation: Escalation, effective: Effective, *, decided: bool) -> list[str]:
    """What the runner was told to do; beside a clinician's decision, only that there is no running."""
    assessment, clinic = escalation.assessment, escalation.clinic
    met = met_of(assessment.evaluation)
    if not decided:
        return follows_in_words(
            follows_of(assessment), clinic=clinic, urgency=escalation.urgency, met=met, reader="letter"
        )
    running = Running.NONE if effective.run_status == RunStatus.NO_RUNNING else Running.MODIFIED
    where = where_to_go(clinic, effective.urgency, met)
    return [TEXTS.column(running).letter, *([where] if where else [])]


def _runner(assessment: Assessment) -> dict[str, str]:
    patient = assessment.patient
    born = patient.birth_date.strftime("%-d %B %Y") if patient.birth_date else "not recorded"
    return {"name": str(patient), "born": born, "id": patient.external_id or ""}


class _Said:
    """What was answered, in the letter's sentences, each list in the order of the question table.

    A finding is printed only where it was answered and is there. An answer that answers nothing is not asked.
    """

    def __init__(self, assessment: Assessment) -> None:
        self.findings: list[str] = []
        self.course: list[str] = []
        self.excluded: list[str] = []
        self.further: list[str] = []
        self.not_asked: list[str] = []
        protocol = parameters_of(assessment).protocol
        counted = protocol.counted(ValidAnswers(assessment.answers))
        met = {one["id"] for one in assessment.evaluation["criteria_met"]}
        read = {name for one in CRITERIA if one.id in met for name in one.condition.reads()}
        missing = {one["question"] for one in assessment.evaluation["missing"]}
        for question in QUESTIONS:
            if question.name in _LEFT_OUT:
                continue
            if question.name in counted:
                self._answered(question, counted[question.name])
            elif question.name in missing or (
                (question.screen in SCREENS or question.name in read)
                and protocol.asks(question, counted) is True
            ):
                self.not_asked.append(_why(question, assessment))

    def _answered(self, question: Question, value: Any) -> None:
        found = present(question.name, value)
        sentence = found or absent(question.name, value)
        if not sentence:
            return
        if question.name in _COURSE:
            self.course.append(sentence)
        elif found and (question.screen in SCREENS or question.name in _DETAIL):
            self.findings.append(sentence)
        elif not found and question.screen == Screen.EMERGENCY:
            self.excluded.append(sentence)
        else:
            self.further.append(sentence)


def _why(question: Question, assessment: Assessment) -> str:
    """The question's own sentence, and what is known about why there is no answer."""
    sentence = not_asked(question.name)
    reason = assessment.absent_reasons.get(question.name)
    if reason in (None, "not-asked"):
        return sentence
    words = TEXTS.questions["absent_reason"].choice(reason).clinician
    return f"{question_label(question.name)}: {words[:1].lower()}{words[1:]}."


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


def _day(moment: dt.datetime) -> str:
    return moment.strftime("%-d %B %Y")


def _time(moment: dt.datetime) -> str:
    return timezone.localtime(moment).strftime("%-d %B %Y, %H:%M")
