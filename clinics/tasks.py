"""Celery's way in: no arguments that could be lost, one service call each."""

from celery import shared_task
from django.utils import timezone

from clinics.services.answer_again import forget_answered_requests as forget


@shared_task(name="clinics.tasks.forget_answered_requests")
def forget_answered_requests() -> None:
    """Forget the Idempotency-Keys older than a day; run by beat."""
    forget(now=timezone.now())
