"""Runners, and the erasure of one."""

from django.conf import settings
from django.db import migrations, models
from django.db.migrations import CreateModel

from backend.platform.storage.migration_steps import CreateTables, key


class Migration(migrations.Migration):
    initial = True
    dependencies = [("clinics", "0001_schema"), migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        CreateTables(
            CreateModel(
                name="Patient",
                fields=[
                    key(),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("updated_at", models.DateTimeField(auto_now=True)),
                    ("external_id", models.CharField(blank=True, help_text="The practice system's own id of this person.", max_length=100, null=True)),
                    ("given_name", models.CharField(max_length=100)),
                    ("family_name", models.CharField(max_length=100)),
                    ("birth_date", models.DateField(blank=True, null=True)),
                    ("sex_at_birth", models.CharField(choices=[("female", "Female"), ("male", "Male"), ("intersex", "Intersex"), ("unknown", "Unknown")], default="unknown", max_length=10)),
                    ("contact", models.JSONField(blank=True, default=dict)),
                    ("running_profile", models.JSONField(blank=True, default=dict)),
                    ("archived_at", models.DateTimeField(blank=True, null=True)),
                    ("clinic", models.ForeignKey(on_delete=models.PROTECT, related_name="patients", to="clinics.clinic")),
                    ("erased_at", models.DateTimeField(blank=True, null=True)),
                    ("legal_hold_reason", models.CharField(blank=True, choices=[("legal_claim", "Legal claim"), ("investigation", "Investigation or complaint"), ("retention_period", "Statutory retention period")], db_default="", default="", max_length=20)),
                    ("legal_hold_until", models.DateField(blank=True, help_text="The last day of the hold, by the clinic's calendar.", null=True)),
                    ("archive_reason", models.CharField(blank=True, choices=[("deceased", "Deceased"), ("moved_away", "Moved away"), ("care_ended", "Care has ended"), ("duplicate", "Another record is the same person's"), ("registered_in_error", "Registered in error")], db_default="", default="", max_length=20)),
                ],
                options={
                    "indexes": [models.Index(fields=["clinic", "updated_at", "id"], name="patient_changes"), models.Index(fields=["clinic", "family_name", "given_name", "id"], name="patient_by_name")],
                    "constraints": [
                        models.UniqueConstraint(fields=("clinic", "external_id"), name="one_patient_per_external_id"),
                        models.CheckConstraint(condition=models.Q(models.Q(("legal_hold_reason", ""), ("legal_hold_until__isnull", True)), models.Q(models.Q(("legal_hold_reason", ""), _negated=True), ("legal_hold_until__isnull", False)), _connector="OR"), name="legal_hold_has_reason_and_end"),
                        models.CheckConstraint(condition=models.Q(("archive_reason", ""), ("archived_at__isnull", False), _connector="OR"), name="archive_reason_is_of_an_archived_patient"),
                        models.CheckConstraint(condition=models.Q(("erased_at__isnull", True), models.Q(("archived_at__isnull", False), ("birth_date__isnull", True), ("contact", {}), ("external_id__isnull", True), ("running_profile", {}), ("sex_at_birth", "unknown")), _connector="OR"), name="erased_patient_is_nobody"),
                    ],
                },
            ),
            CreateModel(
                name="Erasure",
                fields=[
                    key(),
                    (
                        "reason",
                        models.CharField(
                            choices=[("patient_request", "The patient asked for it"), ("consent_withdrawn", "Consent was withdrawn"), ("no_longer_needed", "The data are no longer needed"), ("unlawful", "The data should not have been recorded"), ("legal_obligation", "A law or court demands it")], max_length=20
                        ),
                    ),
                    ("erased_at", models.DateTimeField()),
                    ("records", models.JSONField()),
                    ("client", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                    ("clinic", models.ForeignKey(on_delete=models.PROTECT, related_name="erasures", to="clinics.clinic")),
                    ("patient", models.OneToOneField(on_delete=models.PROTECT, related_name="erasure", to="patients.patient")),
                    ("user", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ],
            ),
        ),
    ]
