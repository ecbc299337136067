"""Celery's way in: no arguments that could be lost, one service call each."""

from celery import shared_task
from django.utils import timezone

from clinics.services.send_invitations import send_due_invitations as send


@shared_task(name="clinics.tasks.send_due_invitations")
def send_due_invitations() -> None:
    """Mail the invitations that are due; run by beat and by every invitation's nudge."""
    send(now=timezone.now())
