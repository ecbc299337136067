"""Celery's way in: no arguments that could be lost, one service call each."""

from celery import shared_task
from django.utils import timezone

from assessments.check_ins.services.announce import announce_due_follow_ups as announce
from assessments.escalations.services.deliver import deliver_due_escalations as deliver
from assessments.exports.services.exports import nudge_exports
from assessments.exports.services.write import write_due_exports as write
from assessments.operations.services.counters import CRITICAL, WEBHOOKS, note
from assessments.operations.services.watchdog import keep_watch
from assessments.privacy.services.retention import forget_what_is_past as forget
from assessments.webhooks.services.deliver import deliver_due_webhooks as deliver_webhooks
from assessments.webhooks.services.notices import send_due_notices
from clinics.clients.services.look_up_keys import look_up_due_keys


@shared_task(name="assessments.tasks.deliver_due_escalations")
def deliver_due_escalations() -> None:
    """Attempt the escalations that are due; run by beat and by every new escalation's nudge."""
    deliver(clock=timezone.now)
    note(CRITICAL, now=timezone.now())


@shared_task(name="assessments.tasks.announce_due_follow_ups")
def announce_due_follow_ups() -> None:
    """Announce and chase the follow-ups that are due; run by beat."""
    announce(clock=timezone.now)


@shared_task(name="assessments.tasks.deliver_due_webhooks")
def deliver_due_webhooks() -> None:
    """Tell endpoints what happened; run by beat and by every event's nudge."""
    deliver_webhooks(clock=timezone.now)
    note(WEBHOOKS, now=timezone.now())


@shared_task(name="assessments.tasks.look_up_keys")
def look_up_keys() -> None:
    """Read the keys that clinics' software publishes; run by beat and by every request that needs them."""
    look_up_due_keys(clock=timezone.now)


@shared_task(name="assessments.tasks.send_webhook_notices")
def send_webhook_notices() -> None:
    """Mail clinics about endpoints that are gone or have been failing; run by beat."""
    send_due_notices(clock=timezone.now)


@shared_task(name="assessments.tasks.sweep")
def sweep() -> None:
    """Repair what must not be, and ping the dead man's switch when nothing is overdue; run by beat."""
    keep_watch(clock=timezone.now)


@shared_task(name="assessments.tasks.write_due_exports")
def write_due_exports() -> None:
    """Give one export its turn and ask for the next; run by beat and by every new export's nudge."""
    if write(clock=timezone.now):
        nudge_exports()


@shared_task(name="assessments.tasks.forget_what_is_past")
def forget_what_is_past() -> None:
    """Delete what is kept for a time only; run by beat."""
    forget(now=timezone.now())
