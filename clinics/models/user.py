"""The person who signs in."""

from django.contrib.auth.models import AbstractUser

from clinics.models.base import Identified


class User(Identified, AbstractUser):
    """A person; what they may do comes from their membership of a clinic, never from this row."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username
