"""Every table of the app, where Django looks for them; code imports the packages that hold them."""

from assessments.cds.models import Card, CardFeedback
from assessments.check_ins.models import CheckInLink
from assessments.escalations.channels.models import Delivery, DeliveryAttempt, OnCallService
from assessments.escalations.models import Escalation, EscalationEvent, Flag, Outcome
from assessments.escalations.on_call.models import OnCallPlan
from assessments.exports.models import Change, Export, ExportChunk, ForgottenChanges
from assessments.follow_ups.models import FollowUp, FollowUpKind, FollowUpResult
from assessments.letters.models import Letter
from assessments.operations.models import Tally
from assessments.parameters.models import ParameterPreview, ParameterSet
from assessments.programmes.models import ExerciseLog, Programme, ProgrammeEvent, RunLog, Shoe
from assessments.records.models import Assessment, Override
from assessments.webhooks.models import (
    EventType,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from backend.platform.storage.columns import DueWork

__all__ = [
    "Assessment",
    "Card",
    "CardFeedback",
    "Change",
    "CheckInLink",
    "Delivery",
    "DeliveryAttempt",
    "DueWork",
    "Escalation",
    "EscalationEvent",
    "EventType",
    "ExerciseLog",
    "Export",
    "ExportChunk",
    "Flag",
    "FollowUp",
    "FollowUpKind",
    "FollowUpResult",
    "ForgottenChanges",
    "Letter",
    "OnCallPlan",
    "OnCallService",
    "Outcome",
    "Override",
    "ParameterPreview",
    "ParameterSet",
    "Programme",
    "ProgrammeEvent",
    "RunLog",
    "Shoe",
    "Tally",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
