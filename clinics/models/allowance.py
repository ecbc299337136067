"""How often something was sent to one destination today."""

from django.db import models


class Allowance(models.Model):
    """How many messages of one kind went to a destination on one day (UTC), over all clinics.

    The destination is kept as a keyed hash: the row says nothing about whom a clinic knows.
    """

    kind = models.CharField(max_length=40)
    destination = models.CharField(max_length=64, help_text="A keyed hash of it.")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "destination", "day"], name="one_allowance_per_day")
        ]
        indexes = [models.Index(fields=["day"], name="allowance_age")]

    def __str__(self) -> str:
        return f"Allowance {self.pk}"
