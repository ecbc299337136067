"""The second wall between clinics."""

from django.db import migrations

from backend.platform.storage.row_level_security import protect


class Migration(migrations.Migration):

    dependencies = [("patients", "0001_initial"), ("clinics", "0002_row_level_security")]

    operations = [protect("patients_patient")]
