"""What changed, in the order it was committed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from backend.platform.storage.row_level_security import append_only, protect

# Deferred to the end of the transaction, and then one transaction of a clinic at a time until it has committed:
# so positions rise in the order in which changes become visible, and a reader who saw one saw all before it.
NOTE_CHANGE = """
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    about uuid;
BEGIN
    IF TG_ARGV[1] = 'id' THEN
        about := NEW.id;
    ELSIF TG_ARGV[1] = 'assessment_id' THEN
        about := NEW.assessment_id;
    ELSE
        about := NEW.supersedes_id;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('changes of ' || NEW.clinic_id, 0));
    INSERT INTO assessments_change (clinic_id, type, row_id, change, at)
    VALUES (NEW.clinic_id, TG_ARGV[0], about, TG_ARGV[2], clock_timestamp());
    RETURN NULL;
END $$;
"""

#: Name, event, table, condition, and then: type, column with the row's id, kind of change. ``updated_at`` moves
#: with everything the API shows and stays with a worker's leases.
TRIGGERS = [
    ("patient_created", "INSERT", "patients_patient", "", "patient", "id", "created"),
    ("assessment_created", "INSERT", "assessments_assessment", "", "assessment", "id", "created"),
    (
        "assessment_superseded", "INSERT", "assessments_assessment", "NEW.supersedes_id IS NOT NULL",
        "assessment", "supersedes_id", "updated",
    ),
    ("assessment_overridden", "INSERT", "assessments_override", "", "assessment", "assessment_id", "updated"),
    ("escalation_created", "INSERT", "assessments_escalation", "", "escalation", "id", "created"),
    ("follow_up_created", "INSERT", "assessments_followup", "", "follow_up", "id", "created"),
    *(
        (f"{name}_updated", "UPDATE", table, "OLD.updated_at <> NEW.updated_at", name, "id", "updated")
        for name, table in (
            ("patient", "patients_patient"),
            ("escalation", "assessments_escalation"),
            ("follow_up", "assessments_followup"),
        )
    ),
]  # fmt: skip

#: What was there before there was this list.
BACKFILL = """
INSERT INTO assessments_change (clinic_id, type, row_id, change, at)
SELECT clinic_id, type, id, 'created', created_at FROM (
    SELECT clinic_id, 'patient' AS type, id, created_at FROM patients_patient
    UNION ALL SELECT clinic_id, 'assessment', id, created_at FROM assessments_assessment
    UNION ALL SELECT clinic_id, 'escalation', id, created_at FROM assessments_escalation
    UNION ALL SELECT clinic_id, 'follow_up', id, created_at FROM assessments_followup
) existing ORDER BY created_at, id;
"""


def trigger(name: str, event: str, table: str, condition: str, *arguments: str) -> migrations.RunSQL:
    """Note one kind of change at the end of the transaction."""
    when = f"WHEN ({condition})" if condition else ""
    quoted = ", ".join(f"'{argument}'" for argument in arguments)
    return migrations.RunSQL(
        f"""
        CREATE CONSTRAINT TRIGGER note_{name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW {when} EXECUTE FUNCTION note_change({quoted});
        """,
        f"DROP TRIGGER note_{name} ON {table};",
    )


class Migration(migrations.Migration):

    dependencies = [
        ("assessments", "0003_history"),
        ("patients", "0002_row_level_security"),
        ("clinics", "0004_answered_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("position", models.BigAutoField(primary_key=True, serialize=False)),
                ("type", models.CharField(choices=[("patient", "Patient"), ("assessment", "Assessment"), ("escalation", "Escalation"), ("follow_up", "Follow-up")], max_length=20)),
                ("row_id", models.UUIDField()),
                ("change", models.CharField(choices=[("created", "Created"), ("updated", "Updated"), ("erased", "Erased")], max_length=10)),
                ("at", models.DateTimeField()),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="clinics.clinic")),
            ],
            options={"indexes": [models.Index(fields=["clinic", "position"], name="change_feed")]},
        ),
        protect("assessments_change"),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        append_only("assessments_change"),
        migrations.RunSQL(
            f"""
            DO $do$ BEGIN
                IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{settings.DATABASE_APP_ROLE}') THEN
                    REVOKE INSERT, UPDATE, DELETE ON assessments_change FROM {settings.DATABASE_APP_ROLE};
                END IF;
            END $do$;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(NOTE_CHANGE + "REVOKE ALL ON FUNCTION note_change() FROM PUBLIC;", "DROP FUNCTION note_change();"),
        *(trigger(*parts) for parts in TRIGGERS),
    ]
