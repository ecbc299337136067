"""Tell a worker that something is due. A broker that is down delays: beat finds the same rows."""

import structlog
from celery import current_app
from kombu.exceptions import KombuError, OperationalError

logger = structlog.get_logger(__name__)


def nudge(task: str) -> None:
    """Ask for a pass of the task now; a broker that doesn't answer is logged, not raised."""
    try:
        current_app.send_task(task)
    except (KombuError, OperationalError, OSError) as exc:
        logger.warning("nudge_failed", kind=type(exc).__name__)
