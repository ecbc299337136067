"""The warnings that escalations are shown as, one row each: a view, in which nothing is stored."""

from django.db import models

from assessments.models.escalation import Escalation


class ShownText(models.Field):  # type: ignore[type-arg]  # no generic at run time
    """Text of a view. It is kept in another table, which is where it is erased."""

    def get_internal_type(self) -> str:
        """Read and compared as any text."""
        return "TextField"


class Flag(models.Model):
    """One reason of one escalation; whoever may see the escalation's row sees it, by the same policies.

    A reason is a criterion of the urgency that the protocol found, or, where a clinician has made it another
    urgency, their decision. The protocol's stay beside it: a warning is never taken back by a louder one.
    """

    id = ShownText(primary_key=True)
    escalation = models.ForeignKey(Escalation, on_delete=models.DO_NOTHING, related_name="flags")
    criterion = ShownText()
    title = ShownText()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"Flag {self.id}"
