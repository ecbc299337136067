"""What keyed requests were answered with, and the lock that lets one of them through."""

import django.db.models.deletion
from django.db import migrations, models

import backend.platform.storage.columns
from backend.platform.storage.row_level_security import protect

# In PL/pgSQL each statement of a volatile function sees what was committed before it began: whoever gets the
# lock second also sees what the first has stored.
CLAIM = """
CREATE FUNCTION claim_request(of_client uuid, of_key text, of_route text)
RETURNS TABLE (running boolean, body_sha256 text, reference uuid, status smallint) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', of_client, of_key, of_route), 0)) THEN
        RETURN QUERY
            SELECT false, answered.body_sha256::text, answered.reference, answered.status
            FROM clinics_answeredrequest answered
            WHERE answered.client_id = of_client AND answered.key = of_key AND answered.route = of_route;
    ELSE
        RETURN QUERY SELECT true, NULL::text, NULL::uuid, NULL::smallint;
    END IF;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("clinics", "0003_access_log")]

    operations = [
        migrations.CreateModel(
            name="AnsweredRequest",
            fields=[
                ("id", models.UUIDField(default=backend.platform.storage.columns.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=255)),
                ("route", models.CharField(max_length=255)),
                ("body_sha256", models.CharField(max_length=64)),
                ("reference", models.UUIDField()),
                ("status", models.PositiveSmallIntegerField()),
                ("created_at", models.DateTimeField()),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="answered_requests", to="clinics.apiclient")),
                ("clinic", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="answered_requests", to="clinics.clinic")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["clinic", "created_at"], name="answered_request_age"),
                    models.Index(fields=["reference"], name="answered_request_reference"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "key", "route"), name="one_answer_per_key_and_route"),
                ],
            },
        ),
        protect("clinics_answeredrequest"),
        migrations.RunSQL(CLAIM, "DROP FUNCTION claim_request;"),
    ]
