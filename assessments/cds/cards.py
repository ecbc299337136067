"""What an evaluation says to somebody who looks at the runner: one card with its reasons and drafts."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from assessments.cds.calls import Call
from assessments.cds.judged import Judged
from assessments.cds.models import CardFeedback
from assessments.fhir.codes import EXERCISE, codes_of
from assessments.fhir.risk_assessment import labels
from assessments.fhir.service_request import PRIORITIES, referral_urgency, request_concept, request_words
from assessments.protocol import Evaluation
from assessments.protocol.programme import build_programme
from assessments.protocol.vocabulary import Decision, InsufficiencyKind, RunStatus, Urgency
from assessments.records.what_follows import follows_in_words, safety_net_of
from backend.platform.fhir.elements import coding, concept, words
from backend.platform.refusals import shown_pointer
from backend.platform.storage.columns import new_id
from clinics.identity.models import Clinic

Card = dict[str, Any]

MOST_CHARACTERS = 139
#: Places that a card names.
MOST_PLACES = 20
OTHER_VERSION = "The answers are to another version of the form: ask again"
OTHER_FORM = "The answers are to another form that uses our questions: ask again"
UNREAD = "Answers to the form couldn't be read: ask again"
_SUMMARIES = {
    Decision.CONTINUE_RUNNING: "May run on within the present parameters",
    Decision.ADJUST_RUNNING: "May run with the running changed",
    Decision.INSUFFICIENT_INFORMATION: "Not enough answers to decide",
    Decision.STOP_AND_REHAB: "No running for now: rehabilitate",
    Decision.STOP_RUNNING_CLEARANCE_REQUIRED: "No running until somebody has cleared it",
    Decision.REFER_URGENT: "Refer urgently, no running",
    Decision.REFER_EMERGENCY: "Refer to emergency care now",
}
#: What Markdown, or the HTML that it lets through, would read as more than a character inside a line.
_MARKS = re.compile(r"[\\`*_\[\]<~|]|&(?=#?\w+;)")
_CRITICAL = (Urgency.EMERGENCY_NOW, Urgency.SAME_DAY)
_HARMLESS = (Decision.CONTINUE_RUNNING, Decision.ADJUST_RUNNING)
OVERRIDE_REASONS = dict(CardFeedback.Reason.choices)


def card_of_answers(judged: Judged, call: Call, clinic: Clinic) -> Card:
    """The decision, with what must be known about the answers it rests on."""
    evaluation = judged.evaluation
    detail = [*_detail(evaluation, judged.answered, clinic), *_doubts(judged)]
    suggestions = list(_suggestions(evaluation, call.subject, clinic))
    return _card(summary_of(evaluation), indicator_of(evaluation), detail, evaluation, suggestions)


def card_of_doubt(judged: Judged, call: Call, clinic: Clinic) -> Card:
    """There are answers, and what they say isn't known: silence would look like safety."""
    summary = _other(judged) if judged.is_other and not judged.places else UNREAD
    task = {
        "resourceType": "Task",
        "status": "draft",
        "intent": "proposal",
        "priority": "asap",
        "description": summary,
        "for": {"reference": call.subject},
    }
    suggestions = [_suggestion("Note it as a task", task)]
    detail = [*_doubts(judged), _follows(judged.evaluation, clinic)]
    return _card(summary, "warning", detail, judged.evaluation, suggestions)


def _card(
    summary: str, indicator: str, detail: list[str], evaluation: Evaluation, suggestions: list[Card]
) -> Card:
    return {
        "uuid": str(new_id()),
        "summary": summary,
        "detail": "\n\n".join(detail),
        "indicator": indicator,
        "source": {
            "label": f"Return to Run, protocol {evaluation.protocol_version}",
            "url": settings.BASE_URL,
            "topic": coding("decision", evaluation.decision, words(evaluation.decision)),
        },
        "suggestions": suggestions,
        "selectionBehavior": "any",
        "overrideReasons": [coding("override-reason", code, text) for code, text in OVERRIDE_REASONS.items()],
    }


def _doubts(judged: Judged) -> Iterator[str]:
    """What isn't understood, and what to do; places are named as in errors, never what stands there."""
    if judged.is_other:
        yield f"**{_other(judged)}.** The form in force is {judged.evaluation.protocol_version}."
    if judged.places:
        places = list(dict.fromkeys(shown_pointer(place) for place in judged.places))
        named = places[:MOST_PLACES]
        left_out = len(places) - len(named)
        more = f"\n- and {left_out} more" if left_out else ""
        said = "\n".join(f"- `{place}`" for place in named)
        yield f"**{UNREAD}.** What can't be read may be urgent. In the prefetch:\n\n{said}{more}"


def _other(judged: Judged) -> str:
    return OTHER_FORM if judged.other_form else OTHER_VERSION


def summary_of(evaluation: Evaluation) -> str:
    """The decision in fewer than 140 characters, with the first of its reasons as far as there is room."""
    said = _SUMMARIES[evaluation.decision]
    if evaluation.decision == Decision.ADJUST_RUNNING and evaluation.run_status == RunStatus.NO_RUNNING:
        said = "No running yet, then with the running changed"
    if evaluation.insufficiency_kind == InsufficiencyKind.SCREEN:
        said = "The safety screen isn't complete: finish it now"
    reasons = [
        met.texts["clinician"] for met in evaluation.criteria_met if met.text.urgency == evaluation.urgency
    ]
    whole = f"{said}: {reasons[0]}" if reasons and evaluation.urgency != Urgency.NONE else said
    return whole if len(whole) <= MOST_CHARACTERS else said


def indicator_of(evaluation: Evaluation) -> str:
    """How loudly it is said."""
    if evaluation.urgency in _CRITICAL:
        return "critical"
    return "info" if evaluation.decision in _HARMLESS else "warning"


def _plain(text: str) -> str:
    """Return a text for a line of Markdown as it reads, whoever wrote it: never an element or an emphasis."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))


def _follows(evaluation: Evaluation, clinic: Clinic) -> str:
    """What holds for running and activity, and what comes before a run."""
    met = (one.id for one in evaluation.criteria_met)
    said = follows_in_words(evaluation.follows, clinic=clinic, urgency=evaluation.urgency, met=met)
    return "**What follows**\n\n" + "\n".join(f"- {_plain(line)}" for line in said)


def _detail(evaluation: Evaluation, answered: str, clinic: Clinic) -> Iterator[str]:
    """Markdown: what was met, what wasn't asked, and what else must be known."""
    decision, urgency = words(evaluation.decision), words(evaluation.urgency).lower()
    yield f"**{decision}**, urgency: {urgency}. By answers of {_plain(answered)}."
    yield _follows(evaluation, clinic)
    if evaluation.criteria_met:
        met = [f"- {_plain(one.texts['clinician'])}" for one in evaluation.criteria_met]
        yield "**Criteria met**\n\n" + "\n".join(met)
    if evaluation.missing:
        yield "**Not asked or not known**\n\n" + "\n".join(
            f"- {_plain(labels([missing.question]))}" for missing in evaluation.missing
        )
    if evaluation.urgency_is_lower_bound:
        yield "What wasn't answered may raise the urgency."
    for contradiction in evaluation.contradictions:
        yield f"Contradiction: {_plain(contradiction.statement)}"
    if evaluation.provisional:
        yield "Reported by the patient alone: provisional until a clinician has confirmed it."


def _suggestions(evaluation: Evaluation, subject: str, clinic: Clinic) -> Iterator[Card]:
    """Drafts for the caller's own record; each is accepted or left by a person."""
    met = (one.text.urgency for one in evaluation.criteria_met)
    referral = referral_urgency(evaluation.urgency, met)
    if referral is not None and evaluation.decision in (Decision.REFER_EMERGENCY, Decision.REFER_URGENT):
        yield _suggestion(request_words(referral), _request(evaluation, referral, subject))
    if evaluation.decision in _HARMLESS:
        yield _suggestion("Draft a plan", _plan(evaluation, subject, clinic))
    elif evaluation.decision != Decision.REFER_EMERGENCY:
        yield _suggestion("Note the next step as a task", _task(evaluation, subject))


def _suggestion(label: str, resource: dict[str, Any]) -> Card:
    action = {"type": "create", "description": label, "resource": resource}
    return {"label": label, "uuid": str(uuid.uuid4()), "actions": [action]}


def _request(evaluation: Evaluation, urgency: Urgency, subject: str) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "priority": PRIORITIES[urgency],
        "code": request_concept(urgency),
        "subject": {"reference": subject},
        "reasonCode": [
            concept(coding("criterion", met.id, met.text.title), text=met.text.title)
            for met in evaluation.criteria_met
            if met.text.urgency == urgency
        ],
    }


def _task(evaluation: Evaluation, subject: str) -> dict[str, Any]:
    """Outstanding questions by name, or what has to be arranged."""
    missing = labels([missing.question for missing in evaluation.missing])
    asked = f"Ask: {missing}" if missing else _SUMMARIES[evaluation.decision]
    return {
        "resourceType": "Task",
        "status": "draft",
        "intent": "proposal",
        "priority": "asap" if evaluation.urgency in (*_CRITICAL, Urgency.COMPLETE_SCREEN_NOW) else "routine",
        "description": asked,
        "for": {"reference": subject},
    }


def _plan(evaluation: Evaluation, subject: str, clinic: Clinic) -> dict[str, Any]:
    """The programme that a clinician may release, as a draft."""
    plan = build_programme(evaluation, evaluation.answers).as_dict()
    exercises: Any = plan["exercises"]
    advice: Any = plan["advice"]
    exercise = codes_of(EXERCISE)
    lines = [(concept(*exercise, text=one["name"]), f"{one['dose']}. {one['stop']}") for one in exercises]
    lines += [(concept(text="Advice"), one["text"]) for one in advice]
    draft: dict[str, Any] = {
        "resourceType": "CarePlan",
        "status": "draft",
        "intent": "proposal",
        "title": "Return to running",
        "description": safety_net_of(clinic, evaluation.answers).as_text,
        "subject": {"reference": subject},
    }
    activities = [
        {"detail": {"status": "not-started", "code": code, "description": text}} for code, text in lines
    ]
    return {**draft, "activity": activities} if activities else draft
