"""What monitors count of webhooks, over all clinics and without naming any."""

from django.db import migrations

from backend.platform.storage.row_level_security import definer_function

FIGURES = """
SELECT 'pending', CASE
        WHEN waited < interval '1 minute' THEN 'minute'
        WHEN waited < interval '1 hour' THEN 'hour'
        WHEN waited < interval '1 day' THEN 'day'
        ELSE 'longer' END, count(*)
FROM (
    SELECT moment - (retry_until - retried_for) AS waited
    FROM assessments_webhookdelivery WHERE next_attempt_at IS NOT NULL
) waiting GROUP BY 2
UNION ALL
SELECT 'tries', result::text, count(*) FROM assessments_webhookattempt WHERE id >= since GROUP BY result
UNION ALL
SELECT 'given_up', '', count(*) FROM assessments_webhookdelivery
WHERE state = 'given_up' AND updated_at > moment - interval '1 day'
UNION ALL
SELECT 'endpoints', CASE
        WHEN NOT enabled THEN 'off'
        WHEN rests_until > moment THEN 'resting'
        WHEN failures > 0 THEN 'failing'
        ELSE 'well' END, count(*)
FROM clinics_webhookendpoint GROUP BY 2
"""


class Migration(migrations.Migration):

    dependencies = [("assessments", "0016_parameters")]

    operations = [
        # What is given up is rare, and the rest of a table of thirty days needn't be read for it.
        migrations.RunSQL(
            "CREATE INDEX webhook_given_up ON assessments_webhookdelivery (updated_at) WHERE state = 'given_up';",
            "DROP INDEX webhook_given_up;",
        ),
        definer_function(
            "webhook_figures(moment timestamptz, since uuid, retried_for interval)",
            "TABLE (figure text, label text, rows bigint)", FIGURES,
        ),
    ]  # fmt: skip
