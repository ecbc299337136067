"""Why somebody does otherwise than a card says: a code system of our own, in its words."""

from django.db.models import TextChoices


class OverrideReason(TextChoices):
    """Why somebody does otherwise. "Not applicable" is none: a finding is referred, excluded or wrong."""

    ALREADY_REFERRED = "already-referred-today", "Already referred today"
    EXCLUDED = "excluded-by-imaging", "Excluded by imaging"
    IN_ERROR = "recorded-in-error", "Recorded in error"
