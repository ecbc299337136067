"""The second wall between clinics, and what may never be changed but by erasure."""

from django.db import migrations

from backend.platform.storage.migration_steps import append_only, insert_only, protect, sql_files


class Migration(migrations.Migration):
    dependencies = [("patients", "0002_history"), ("clinics", "0003_functions")]

    operations = [
        *(protect(table) for table in ("patients_patient", "patients_patienthistory", "patients_erasure")),
        append_only(
            "patients_patienthistory",
            "external_id",
            "given_name",
            "family_name",
            "birth_date",
            "sex_at_birth",
            "contact",
            "running_profile",
        ),
        append_only("patients_erasure"),
        *(insert_only(table) for table in ("patients_patienthistory", "patients_erasure")),
        *sql_files(__file__, "erased_for_ever.sql"),
    ]
