"""What a clinic's software publishes to be verified with, as a worker last read it."""

from django.db import models

from backend.platform.storage.columns import Identified
from clinics.identity.models import Clinic


class PublishedKeys(Identified):
    """The JWK Set at one address that the clinic registered.

    A worker looks it up; a request only ever reads this row. Failures are remembered like successes:
    ``looked_at`` is the last try, ``read_at`` the last that brought keys, ``failure`` why a later one didn't.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="published_keys")
    address = models.CharField(max_length=500)
    keys = models.TextField(blank=True, help_text="The JWK Set; empty until it could be read once.")
    read_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(help_text="When it is to be looked up, unless somebody needs it before.")
    leased_until = models.DateTimeField(
        null=True, blank=True, help_text="While a worker looks it up: until then no other does."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "address"], name="published_keys_once_an_address")
        ]
        indexes = [models.Index(fields=["due_at"], name="published_keys_due")]

    def __str__(self) -> str:
        return f"Published keys {self.id}"
