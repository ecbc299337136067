"""A way for the runner to answer one follow-up without signing in."""

from django.db import models
from django.db.models import Q

from assessments.follow_ups.models import FollowUp
from backend.platform.storage.columns import Identified
from backend.platform.storage.history import recorded
from clinics.identity.models import ApiClient, Clinic, User


@recorded(values_for="follow-ups:read", leaving_out=("token_hash",))
class CheckInLink(Identified):
    """A link that opens one follow-up, for a while and until it is answered. The database keeps a hash of
    its token.

    ``used_at``: when answers came last. ``ended_at``: the follow-up was answered by it, it was revoked, or
    another one took its place.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="check_in_links")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="check_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up"], condition=Q(ended_at__isnull=True), name="one_check_in_link"
            ),
        ]

    def __str__(self) -> str:
        return f"Check-in link {self.id}"
