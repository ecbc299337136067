"""What the database does by itself: claims, times, changes, erasure, and counts for monitors."""

from django.db import migrations, models
from django.db.migrations import CreateModel

import assessments.escalations.models
from backend.platform.storage.migration_steps import sql_files


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0002_history"),
        ("clinics", "0003_functions"),
        ("patients", "0003_row_level_security"),
    ]

    operations = [
        *sql_files(
            __file__,
            "claims.sql",
            "times.sql",
            "rows_that_stay.sql",
            "changes.sql",
            "flags.sql",
            "erasure.sql",
            "monitoring.sql",
        ),
        # A view (flags.sql), so that it is read like any table.
        CreateModel(
            name="Flag",
            fields=[
                ("id", assessments.escalations.models.ShownText(primary_key=True, serialize=False)),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=models.DO_NOTHING, related_name="flags", to="assessments.escalation"
                    ),
                ),
                ("criterion", assessments.escalations.models.ShownText()),
                ("title", assessments.escalations.models.ShownText()),
                ("updated_at", models.DateTimeField()),
            ],
            options={"managed": False},
        ),
    ]
