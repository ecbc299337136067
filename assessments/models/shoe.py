"""A runner's pair of shoes."""

from django.db import models

from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic
from patients.models import Patient


@recorded(values_for="programmes:read", leaving_out=("name",))
class Shoe(Timestamped):
    """A pair of shoes; its distance is what it had run before, and what its runs add. In km.

    ``name`` is the runner's word for it and goes with an erasure; the history holds none.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="shoes")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="shoes")
    name = models.CharField(max_length=100)
    started_on = models.DateField()
    km_before = models.FloatField(default=0, help_text="Run in it before its runs were logged here.")
    worn = models.BooleanField(default=False, help_text="Visibly worn, or it fits badly.")
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "updated_at", "id"], name="shoes_of_a_runner")]

    def __str__(self) -> str:
        return f"Shoe {self.id}"
