"""What lets a person in who has lost their authenticator."""

from django.conf import settings
from django.db import models

from backend.platform.storage.columns import Identified


class RecoveryCode(Identified):
    """One code of a person, good once in place of a one-time code; only its hash is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="one_row_per_recovery_code")]

    def __str__(self) -> str:
        return f"Recovery code {self.id}"
