"""What a keyed request was answered with."""

from django.db import models

from backend.platform.storage.columns import Identified
from clinics.identity.models import ApiClient, Clinic


class AnsweredRequest(Identified):
    """A POST with an ``Idempotency-Key`` that succeeded, kept for a day.

    It refers to what was created and holds no copy of it: a repeated request is answered from the record
    itself, so erasure and permissions hold there too. ``body_sha256`` tells the same request from another one
    under the same key.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="answered_requests")
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="answered_requests")
    key = models.CharField(max_length=255)
    route = models.CharField(max_length=255)
    body_sha256 = models.CharField(max_length=64)
    reference = models.UUIDField()
    status = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key", "route"], name="one_answer_per_key_and_route")
        ]
        indexes = [
            models.Index(fields=["clinic", "created_at"], name="answered_request_age"),
            models.Index(fields=["reference"], name="answered_request_reference"),
        ]

    def __str__(self) -> str:
        return f"Answered request {self.id}"
