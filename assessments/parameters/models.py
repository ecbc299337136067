"""A clinic's own thresholds, and the replay that was looked at before they changed."""

from django.db import models
from django.db.models import Q

from backend.platform.storage.columns import Identified
from clinics.identity.models import ApiClient, Clinic, Membership


class ParameterPreview(Identified):
    """What a change would have done to stored decisions, as somebody was shown it. Append-only.

    ``values`` are all of the clinic's own values after the change, ``changes`` what it changes of those in
    force, the set ``based_on`` (0: the protocol's defaults). ``report`` holds decisions, counts and ids.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="parameter_previews")
    based_on = models.PositiveIntegerField()
    values = models.JSONField()
    changes = models.JSONField()
    report = models.JSONField()
    protocol_version = models.CharField(max_length=20)
    protocol_hash = models.CharField(max_length=80)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Preview {self.id}"


class ParameterSet(Identified):
    """A clinic's own values from ``created_at`` on, until the next number. Append-only.

    ``values`` are those that differ from the protocol's defaults; ``lead`` answers for a looser one.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="parameter_sets")
    number = models.PositiveIntegerField(help_text="1 for the clinic's first, and no gaps.")
    values = models.JSONField()
    protocol_version = models.CharField(max_length=20)
    protocol_hash = models.CharField(max_length=80)
    preview = models.OneToOneField(ParameterPreview, on_delete=models.PROTECT, related_name="became")
    looser = models.BooleanField(help_text="Some value is less cautious than what held before.")
    reason = models.TextField()
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "number"], name="one_parameter_set_per_number"),
            models.CheckConstraint(name="parameter_set_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="looser_parameters_have_a_lead", condition=Q(looser=False) | Q(lead__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Parameters {self.number}"
