"""Tell a worker that something is due. A broker that is down delays: beat finds the same rows."""

import structlog
from celery import current_app
from kombu.exceptions import KombuError, OperationalError

logger = structlog.get_logger(__name__)


def nudge_escalations() -> None:
    """Ask for a delivery pass now; a broker that doesn't answer is logged, not raised."""
    _nudge("assessments.tasks.deliver_due_escalations")


def nudge_exports() -> None:
    """Ask for a turn at an export now; a broker that doesn't answer is logged, not raised."""
    _nudge("assessments.tasks.write_due_exports")


def _nudge(task: str) -> None:
    try:
        current_app.send_task(task)
    except (KombuError, OperationalError, OSError) as exc:
        logger.warning("nudge_failed", kind=type(exc).__name__)
