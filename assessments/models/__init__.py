"""Assessments and what they promise: one concept a file."""

from assessments.models.assessment import Assessment, AssessorRole
from assessments.models.delivery import Delivery
from assessments.models.due_work import DueWork
from assessments.models.escalation import Escalation, Urgency
from assessments.models.follow_up import FollowUp, FollowUpKind

__all__ = [
    "Assessment",
    "AssessorRole",
    "Delivery",
    "DueWork",
    "Escalation",
    "FollowUp",
    "FollowUpKind",
    "Urgency",
]
