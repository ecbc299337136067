"""What a runner did of their exercises."""

from django.db import models

from assessments.models.programme import Programme
from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic


@recorded(values_for="programmes:read")
class ExerciseLog(Timestamped):
    """One exercise on one day; said again, it replaces what was said before. Numbers and a code, no words.

    What isn't known stays empty. ``seconds`` are held in each set, ``pain_nrs`` is the worst during it.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="exercise_logs")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="exercise_logs")
    exercise = models.CharField(max_length=40, help_text="An id of the exercise library.")
    done_on = models.DateField()
    sets = models.PositiveSmallIntegerField(null=True, blank=True)
    repetitions = models.PositiveSmallIntegerField(null=True, blank=True)
    seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    pain_nrs = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "exercise", "done_on"], name="one_log_of_a_day")
        ]

    def __str__(self) -> str:
        return f"Exercise {self.id}"
