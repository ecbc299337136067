"""Tell a worker that something of a runner's is due."""

from backend.platform.broker import nudge


def nudge_escalations() -> None:
    """Ask for a delivery pass now; a broker that doesn't answer is logged, not raised."""
    nudge("assessments.tasks.deliver_due_escalations")


def nudge_exports() -> None:
    """Ask for a turn at an export now; a broker that doesn't answer is logged, not raised."""
    nudge("assessments.tasks.write_due_exports")


def nudge_webhooks() -> None:
    """Ask for a pass over the webhooks now; a broker that doesn't answer is logged, not raised."""
    nudge("assessments.tasks.deliver_due_webhooks")
