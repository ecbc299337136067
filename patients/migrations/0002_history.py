"""The history of patients, written by triggers."""

from django.db import migrations, models
from django.db.migrations import CreateModel

from backend.platform.storage.migration_steps import CreateTables, RecordHistory, history_columns, history_of, noted, noted_key


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_schema")]

    operations = [
        CreateTables(
            CreateModel(
                name="PatientHistory",
                fields=[
                    *history_columns(),
                    noted_key(),
                    ("created_at", models.DateTimeField(auto_now_add=True)),
                    ("external_id", models.CharField(blank=True, help_text="The practice system's own id of this person.", max_length=100, null=True)),
                    ("given_name", models.CharField(max_length=100)),
                    ("family_name", models.CharField(max_length=100)),
                    ("birth_date", models.DateField(blank=True, null=True)),
                    ("sex_at_birth", models.CharField(choices=[("female", "Female"), ("male", "Male"), ("intersex", "Intersex"), ("unknown", "Unknown")], default="unknown", max_length=10)),
                    ("contact", models.JSONField(blank=True, default=dict)),
                    ("running_profile", models.JSONField(blank=True, default=dict)),
                    ("archived_at", models.DateTimeField(blank=True, null=True)),
                    ("clinic", noted("clinics.clinic")),
                    history_of("patients.patient"),
                    ("erased_at", models.DateTimeField(blank=True, null=True)),
                    ("legal_hold_reason", models.CharField(blank=True, choices=[("legal_claim", "Legal claim"), ("investigation", "Investigation or complaint"), ("retention_period", "Statutory retention period")], db_default="", default="", max_length=20)),
                    ("legal_hold_until", models.DateField(blank=True, help_text="The last day of the hold, by the clinic's calendar.", null=True)),
                    ("archive_reason", models.CharField(blank=True, choices=[("deceased", "Deceased"), ("moved_away", "Moved away"), ("care_ended", "Care has ended"), ("duplicate", "Another record is the same person's"), ("registered_in_error", "Registered in error")], db_default="", default="", max_length=20)),
                ],
            ),
        ),
        RecordHistory("patient"),
    ]
