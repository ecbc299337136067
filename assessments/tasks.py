"""Celery's way in: no arguments that could be lost, one service call each."""

from celery import shared_task
from django.utils import timezone

from assessments.notify.email import EmailChannel
from assessments.services.announce import announce_due_follow_ups as announce
from assessments.services.deliver import deliver_due_escalations as deliver


@shared_task(name="assessments.tasks.deliver_due_escalations")
def deliver_due_escalations() -> None:
    """Attempt the escalations that are due; run by beat and by every new escalation's nudge."""
    deliver(clock=timezone.now, channel=EmailChannel())


@shared_task(name="assessments.tasks.announce_due_follow_ups")
def announce_due_follow_ups() -> None:
    """Announce and chase the follow-ups that are due; run by beat."""
    announce(clock=timezone.now, channel=EmailChannel())
