"""A clinic's data as a file, and its changes in their order."""

from django.db import models
from django.db.models import Q

from backend.platform.storage.columns import LEASE_COLUMNS, DueWork, Identified
from backend.platform.storage.history import recorded
from clinics.identity.models import ApiClient, Clinic, User
from patients.models import Patient

#: What changes with every chunk: no part of an export's history.
PROGRESS_COLUMNS = ("rows_total", "rows_done", "chunks_total", "chunks_done", "size_bytes", "stalled")


@recorded(values_for="exports:read", leaving_out=(*LEASE_COLUMNS, *PROGRESS_COLUMNS))
class Export(DueWork):
    """Everything of a clinic or of one patient, written in the background chunk by chunk.

    Which rows it holds is settled when it begins; ``changes_cursor`` is the place in the list of changes from
    which on a reader may have missed something. Its chunks are gone once it has failed or expired.
    """

    class State(models.TextChoices):
        """The life of an export."""

        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"

    class Failure(models.TextChoices):
        """Why there is no result."""

        NOT_WRITTEN = "not_written", "Writing it failed again and again"
        PATIENT_ERASED = "patient_erased", "A patient was erased meanwhile"

    PENDING = (State.QUEUED, State.RUNNING)
    CLAIM_FUNCTION = "claim_due_export"

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="exports")
    patient = models.ForeignKey(
        Patient,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Null: everybody.",
    )
    updated_since = models.DateTimeField(null=True, blank=True)
    requested_by_client = models.ForeignKey(
        ApiClient, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_by_user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.QUEUED)
    failure = models.CharField(max_length=20, choices=Failure.choices, blank=True)
    changes_cursor = models.BigIntegerField(null=True, blank=True)
    rows_total = models.JSONField(default=dict, help_text="By type.")
    rows_done = models.JSONField(default=dict, help_text="By type.")
    chunks_total = models.PositiveIntegerField(default=0)
    chunks_done = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    stalled = models.PositiveSmallIntegerField(
        default=0, help_text="Attempts since the last that wrote something."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="export_due", condition=Q(next_attempt_at__isnull=False)
            ),
            models.Index(fields=["clinic", "updated_at", "id"], name="export_changes"),
        ]
        constraints = [
            models.CheckConstraint(
                name="ready_export_expires", condition=~Q(state="ready") | Q(expires_at__isnull=False)
            ),
            models.CheckConstraint(
                name="failed_export_says_why", condition=~Q(state="failed") | ~Q(failure="")
            ),
        ]

    def __str__(self) -> str:
        return f"Export {self.id}"


class ExportChunk(Identified):
    """Some rows of an export: first which ones, in order, then their lines.

    ``patients`` are those whose first row of the export is among them, so that over all chunks each patient
    is named once: the access log's side.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="export_chunks")
    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField(help_text="From 0 on.")
    rows = models.JSONField(help_text="[type, id] of each row.")
    patients = models.JSONField(help_text="Their ids.")
    content = models.BinaryField(null=True, help_text="The lines, gzipped; null until they are written.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="one_chunk_per_place_of_an_export")
        ]

    def __str__(self) -> str:
        return f"Chunk {self.number} of {self.export_id}"


class Change(models.Model):
    """One row of a clinic was created, changed or erased. It names the row and holds nothing of it.

    Triggers write it as the last step of a transaction, one transaction of a clinic at a time: whoever has
    read up to a position has missed nothing before it. The service itself can only read it.
    """

    class Kind(models.TextChoices):
        """What happened to the row."""

        CREATED = "created", "Created"
        UPDATED = "updated", "Updated"
        ERASED = "erased", "Erased"

    class Type(models.TextChoices):
        """What the row is."""

        PATIENT = "patient", "Patient"
        ASSESSMENT = "assessment", "Assessment"
        ESCALATION = "escalation", "Escalation"
        FOLLOW_UP = "follow_up", "Follow-up"
        PROGRAMME = "programme", "Programme"

    position = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="changes")
    type = models.CharField(max_length=20, choices=Type.choices)
    row_id = models.UUIDField()
    change = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["clinic", "position"], name="change_feed")]

    def __str__(self) -> str:
        return f"Change {self.position}"


class ForgottenChanges(models.Model):
    """How far a clinic's list of changes has been forgotten: up to ``position``, that one included."""

    clinic = models.OneToOneField(
        Clinic, primary_key=True, on_delete=models.PROTECT, related_name="forgotten_changes"
    )
    position = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "forgotten changes"

    def __str__(self) -> str:
        return f"Forgotten up to {self.position}"
