"""Celery's way in: no arguments that could be lost, one service call each."""

from celery import shared_task
from django.utils import timezone

from clinics.members.services.invitations import send_due_invitations as send
from clinics.sign_in.services.reset_password import send_due_resets


@shared_task(name="clinics.tasks.send_due_invitations")
def send_due_invitations() -> None:
    """Mail the invitations that are due; run by beat and by every invitation's nudge."""
    send(now=timezone.now())


@shared_task(name="clinics.tasks.send_due_password_resets")
def send_due_password_resets() -> None:
    """Mail the links for who has forgotten their password; run by beat and by every request's nudge."""
    send_due_resets(now=timezone.now())
