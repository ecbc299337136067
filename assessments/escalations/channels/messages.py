"""The words of our messages: urgency, clinic and an opaque link, nothing about anybody's health."""

import uuid

from django.conf import settings

from assessments.escalations.models import Escalation
from assessments.follow_ups.models import FollowUp, FollowUpKind
from assessments.protocol.urgencies import meaning_of
from backend.platform.outbound.delivery import Message

#: What a program is told: something calls for a person, and here is its id.
_EVENTS = {"escalation": "escalation.calling", "followup": "follow_up.calling"}
_FOLLOW_UP_HEADLINES = {
    FollowUp.State.DUE: "A follow-up is due",
    FollowUp.State.OVERDUE: "A follow-up is overdue",
    FollowUp.State.LAPSED: "A follow-up was not answered: permission has lapsed",
}


def escalation_message(escalation: Escalation, *, message_id: uuid.UUID, address: str) -> Message:
    """Ask a clinician to acknowledge."""
    headline = meaning_of(escalation.urgency).call
    repeated = f"This is message {escalation.round + 1}. It repeats until a named clinician acknowledges it."
    return _message(
        message_id, address, headline, escalation.clinic.name, "escalation", escalation.id, repeated
    )


def follow_up_message(follow_up: FollowUp, *, message_id: uuid.UUID, address: str) -> Message:
    """Announce a follow-up or chase it."""
    headline = _follow_up_headline(follow_up)
    chased = "It is chased until it is answered; no answer is never read as good news."
    return _message(message_id, address, headline, follow_up.clinic.name, "followup", follow_up.id, chased)


def _follow_up_headline(follow_up: FollowUp) -> str:
    if follow_up.urgency:
        return meaning_of(follow_up.urgency).chase
    if follow_up.kind == FollowUpKind.CLINICIAN_TASK:
        return "A clinician must act: a check is not answered in full"
    return _FOLLOW_UP_HEADLINES[FollowUp.State(follow_up.state)]


def _message(
    message_id: uuid.UUID, address: str, headline: str, clinic: str, page: str, row_id: uuid.UUID, note: str
) -> Message:
    if address in settings.OPERATOR_EMAILS:
        note = f"To the service's operator: the clinic was not reached or did not answer. Ring them. {note}"
    link = f"{settings.BASE_URL}/admin/assessments/{page}/{row_id}/change/"
    body = f"{headline}\n\nClinic: {clinic}\nOpen it: {link}\n\n{note}\n"
    return Message(message_id, address, f"{headline} - {clinic}", body, _EVENTS[page], row_id)
