"""The person who signs in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower

from backend.platform.storage.columns import Identified


class People(UserManager["User"]):
    """Everybody, by their user name or otherwise."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person of a user name, whatever its case: who signs in, and whom a command is about."""
        return self.get(username=self.model.normalize_username(username or ""))


class User(Identified, AbstractUser):  # type: ignore[django-manager-missing] # django_otp carries no types
    """A person; what they may do comes from their membership of a clinic, never from this row.

    Their address is theirs alone: a link that sets a password goes there. So is their user name, which is
    kept in lower case: nobody remembers which letters were capitals, and no two people differ by them.
    """

    objects: ClassVar[People] = People()

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
            ),
            models.CheckConstraint(
                condition=models.Q(username=Lower("username")), name="user_names_have_no_capitals"
            ),
        ]

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """The user name as it is stored and compared: one spelling of each letter, no capitals, no margin."""
        return str(super().normalize_username(username)).strip().lower()

    def __str__(self) -> str:
        return self.get_full_name() or self.username
