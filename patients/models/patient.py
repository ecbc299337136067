"""The runner."""

import datetime as dt

from django.db import models

from clinics.history import recorded
from clinics.models import Clinic, Timestamped


class SexAtBirth(models.TextChoices):
    """Sex recorded at birth, as the question of the same name has it."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    INTERSEX = "intersex", "Intersex"
    UNKNOWN = "unknown", "Unknown"


@recorded()
class Patient(Timestamped):
    """A runner of one clinic; archived, never deleted."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    # Null, not "": several patients without one must not collide in the unique constraint.
    external_id = models.CharField(  # noqa: DJ001
        max_length=100, null=True, blank=True, help_text="The practice system's own id of this person."
    )
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField(null=True, blank=True)
    sex_at_birth = models.CharField(max_length=10, choices=SexAtBirth.choices, default=SexAtBirth.UNKNOWN)
    contact = models.JSONField(default=dict, blank=True)
    running_profile = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "external_id"], name="one_patient_per_external_id")
        ]
        indexes = [models.Index(fields=["clinic", "updated_at", "id"], name="patient_changes")]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def age_on(self, day: dt.date) -> int | None:
        """Completed years on a day; ``None`` when the birth date isn't known or lies after it."""
        if self.birth_date is None or self.birth_date > day:
            return None
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (not had_birthday)
