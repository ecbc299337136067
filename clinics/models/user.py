"""The person who signs in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower

from clinics.models.base import Identified


class User(Identified, AbstractUser):  # type: ignore[django-manager-missing] # django_otp carries no types
    """A person; what they may do comes from their membership of a clinic, never from this row.

    Their address is theirs alone: a link that sets a password goes there.
    """

    browsers_known_since = models.DateTimeField(
        null=True, blank=True, help_text="Browsers of before it count as strangers' again."
    )

    password_reset_due_at = models.DateTimeField(
        null=True, blank=True, help_text="When a mail with the link is to be sent; empty when none is."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="one_person_per_email", condition=~models.Q(email="")
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username
