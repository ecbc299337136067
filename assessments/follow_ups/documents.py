"""A follow-up as JSON."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from assessments.follow_ups.models import CHASERS, FollowUp
from assessments.follow_ups.services.state import state_now
from assessments.protocol.follow_up import CARRIED_QUESTIONS
from assessments.protocol.questions import QUESTIONS
from backend.platform.api.fields import id_text, timestamp
from clinics.api.clinicians import member_document

#: What a check must ask afresh, in the order of the question table.
FRESH_QUESTIONS = [
    question.name
    for question in QUESTIONS
    if question.screen != "optional" and question.name not in CARRIED_QUESTIONS
]


def readable_follow_ups(follow_ups: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """Rows with what their documents show, in one statement."""
    return follow_ups.select_related("result_by__user")


def follow_up_order(follow_up: FollowUp) -> tuple[bool, dt.datetime, str]:
    """What the runner is asked, soonest first, and then the chasers."""
    return follow_up.kind in CHASERS, follow_up.due_at, follow_up.kind


def follow_up_document(follow_up: FollowUp) -> dict[str, Any]:
    """One follow-up; ``questions`` are those a check must ask afresh (F.8), none for a chaser."""
    return {
        "id": str(follow_up.id),
        "patient": str(follow_up.patient_id),
        "assessment": str(follow_up.assessment_id),
        "kind": follow_up.kind,
        "urgency": follow_up.urgency or None,
        "state": state_now(follow_up, timezone.now()),
        "opens_at": timestamp(follow_up.opens_at),
        "due_at": timestamp(follow_up.due_at),
        "overdue_at": timestamp(follow_up.overdue_at),
        "permission_lapses_at": timestamp(follow_up.permission_lapses_at),
        "questions": [] if follow_up.kind in CHASERS else FRESH_QUESTIONS,
        "cancelled_because": follow_up.cancelled_because or None,
        "answered_at": timestamp(follow_up.answered_at),
        "answer": id_text(follow_up.answer_id),
        "result": follow_up.result or None,
        "result_at": timestamp(follow_up.result_at),
        "result_by": member_document(follow_up.result_by),
        "created_at": timestamp(follow_up.created_at),
        "updated_at": timestamp(follow_up.updated_at),
    }
