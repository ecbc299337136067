"""Tell a worker that something is due. A broker that is down delays: beat finds the same rows."""

import structlog
from celery import current_app
from kombu.exceptions import KombuError, OperationalError

logger = structlog.get_logger(__name__)


def nudge_escalations() -> None:
    """Ask for a delivery pass now; a broker that doesn't answer is logged, not raised."""
    try:
        current_app.send_task("assessments.tasks.deliver_due_escalations")
    except (KombuError, OperationalError, OSError) as exc:
        logger.warning("nudge_failed", kind=type(exc).__name__)
