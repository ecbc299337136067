"""A list of changes that begins anew, so that no cursor from before a restore is taken for one of now."""

from django.db import migrations

from backend.platform.storage.row_level_security import definer_function

# What was forgotten is only ever more: after a new beginning the oldest rows are forgotten too, in their time.
FORGET = """
CREATE OR REPLACE FUNCTION forget_changes(before timestamptz, at_most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH gone AS (
    DELETE FROM assessments_change WHERE position IN (
        SELECT position FROM (
            SELECT position, at FROM assessments_change
            WHERE clinic_id = current_clinic() ORDER BY position LIMIT at_most
        ) oldest WHERE at < before
    ) RETURNING position
), noted AS (
    INSERT INTO assessments_forgottenchanges AS known (clinic_id, position)
    SELECT current_clinic(), max(position) FROM gone HAVING count(*) > 0
    ON CONFLICT (clinic_id) DO UPDATE SET position = {position}
)
SELECT count(*) FROM gone
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("assessments", "0020_why_cancelled"),
    ]

    operations = [
        migrations.RunSQL(
            FORGET.format(position="greatest(known.position, excluded.position)"),
            FORGET.format(position="excluded.position"),
        ),
        # A microsecond is a position: more than any that was given out before now, also by what a backup lacks.
        # The next change of every clinic comes behind it, and of the clinic's own nothing before it is told.
        definer_function(
            "begin_changes_anew()",
            "bigint",
            """
            WITH begun AS (
                SELECT setval(
                    pg_get_serial_sequence('assessments_change', 'position'),
                    greatest(
                        nextval(pg_get_serial_sequence('assessments_change', 'position')),
                        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
                    )
                ) AS position
            )
            INSERT INTO assessments_forgottenchanges AS known (clinic_id, position)
            SELECT current_clinic(), position FROM begun
            ON CONFLICT (clinic_id) DO UPDATE SET position = greatest(known.position, excluded.position)
            RETURNING position
            """,
            volatility="VOLATILE",
        ),
    ]
