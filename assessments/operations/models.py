"""How often something happened, and when last."""

from django.db import models


class Tally(models.Model):
    """One line of the service's own logbook: a pass of a worker, a repair, a ping. It is about no clinic."""

    name = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField(help_text="When it happened last.")
    total = models.PositiveBigIntegerField()

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return self.name
