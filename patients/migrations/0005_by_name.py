"""The list of patients by name is read from an index, however many there are."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("patients", "0004_erasure")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["clinic", "family_name", "given_name", "id"], name="patient_by_name"),
        ),
    ]
