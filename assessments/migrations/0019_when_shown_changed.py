"""When what is shown of a row last changed, also where other rows change it; warnings as rows of their own."""

import assessments.escalations.models
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

# Both never change but for the words that erasure takes, and for the time, which goes forward only.
NEVER_CHANGED = """
CREATE TRIGGER append_only BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN (NEW.updated_at < OLD.updated_at
        OR to_jsonb(OLD) - 'updated_at'::text IS DISTINCT FROM to_jsonb(NEW) - 'updated_at'::text)
    EXECUTE FUNCTION refuse_change({words}, updated_at);
CREATE TRIGGER never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER words_taken BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN (OLD.updated_at = NEW.updated_at AND OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION note_time();
"""
MAY_CHANGE = """
DROP TRIGGER words_taken ON {table};
DROP TRIGGER never_deleted ON {table};
DROP TRIGGER append_only ON {table};
"""
BEFORE = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change({words});
"""
WORDS = {
    "assessments_assessment": "answers, evaluation, amendment_reason",
    "assessments_override": "reason, finding_text, handover_to, exclusion_by, exclusion_text",
}

# A time is always later than the one before, whatever the clocks say: equal times would hide a change.
TIMES = """
CREATE FUNCTION later_than(before timestamptz, moment timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
    $$ SELECT greatest(moment, before + interval '1 microsecond') $$;

CREATE FUNCTION note_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := later_than(OLD.updated_at, clock_timestamp());
    RETURN NEW;
END $$;

-- An amendment withdraws what it supersedes, and an override is told of in what it overrides.
CREATE FUNCTION move_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assessments_assessment SET updated_at = later_than(
        updated_at, CASE TG_OP WHEN 'INSERT' THEN NEW.created_at ELSE clock_timestamp() END
    ) WHERE clinic_id = NEW.clinic_id AND id = CASE TG_TABLE_NAME
        WHEN 'assessments_override' THEN (to_jsonb(NEW) ->> 'assessment_id')::uuid
        ELSE (to_jsonb(NEW) ->> 'supersedes_id')::uuid
    END;
    RETURN NULL;
END $$;
CREATE TRIGGER withdraws AFTER INSERT ON assessments_assessment
    FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION move_assessment();
CREATE TRIGGER overrides AFTER INSERT OR UPDATE ON assessments_override
    FOR EACH ROW EXECUTE FUNCTION move_assessment();

-- Whatever shows somebody's name changes with it.
CREATE FUNCTION move_what_shows_a_name() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    people uuid[];
    moment timestamptz := clock_timestamp();
BEGIN
    IF TG_TABLE_NAME = 'clinics_membership' THEN
        people := ARRAY[NEW.id];
    ELSE
        people := ARRAY(SELECT id FROM clinics_membership WHERE user_id = NEW.id AND name = '');
    END IF;
    UPDATE assessments_override SET updated_at = later_than(updated_at, moment) WHERE member_id = ANY (people);
    UPDATE assessments_programme SET updated_at = later_than(updated_at, moment)
        WHERE released_by_id = ANY (people) OR cleared_by_id = ANY (people);
    UPDATE assessments_followup SET updated_at = later_than(updated_at, moment) WHERE result_by_id = ANY (people);
    UPDATE assessments_escalation SET updated_at = later_than(updated_at, moment)
        WHERE acknowledged_by_id = ANY (people) OR resolved_by_id = ANY (people);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION move_what_shows_a_name() FROM PUBLIC;
CREATE TRIGGER renamed AFTER UPDATE OF name ON clinics_membership
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION move_what_shows_a_name();
CREATE TRIGGER renamed AFTER UPDATE OF first_name, last_name, username ON clinics_user FOR EACH ROW
    WHEN ((OLD.first_name, OLD.last_name, OLD.username) IS DISTINCT FROM (NEW.first_name, NEW.last_name, NEW.username))
    EXECUTE FUNCTION move_what_shows_a_name();
"""
NO_TIMES = """
DROP TRIGGER renamed ON clinics_user;
DROP TRIGGER renamed ON clinics_membership;
DROP TRIGGER overrides ON assessments_override;
DROP TRIGGER withdraws ON assessments_assessment;
DROP FUNCTION move_what_shows_a_name();
DROP FUNCTION move_assessment();
DROP FUNCTION note_time();
DROP FUNCTION later_than(timestamptz, timestamptz);
"""

#: What there was before there was the column.
BACKFILL = """
UPDATE assessments_override SET updated_at = created_at;
UPDATE assessments_assessment told SET updated_at = greatest(
    told.created_at,
    (SELECT created_at FROM assessments_assessment newer WHERE newer.supersedes_id = told.id),
    (SELECT max(created_at) FROM assessments_override WHERE assessment_id = told.id)
);
"""

# One entry of /changes for each time the row moves; what moved it stands in the triggers above.
NOTED = """
CREATE CONSTRAINT TRIGGER note_assessment_updated AFTER UPDATE ON assessments_assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at)
    EXECUTE FUNCTION note_change('assessment', 'id', 'updated');
"""
NOT_NOTED = "DROP TRIGGER note_assessment_updated ON assessments_assessment;"
NOTED_BEFORE = """
CREATE CONSTRAINT TRIGGER note_assessment_superseded AFTER INSERT ON assessments_assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.supersedes_id IS NOT NULL)
    EXECUTE FUNCTION note_change('assessment', 'supersedes_id', 'updated');
CREATE CONSTRAINT TRIGGER note_assessment_overridden AFTER INSERT ON assessments_override
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION note_change('assessment', 'assessment_id', 'updated');
CREATE CONSTRAINT TRIGGER note_assessment_blanked AFTER UPDATE ON assessments_assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('assessment', 'id', 'updated');
CREATE CONSTRAINT TRIGGER note_override_blanked AFTER UPDATE ON assessments_override
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION note_change('assessment', 'assessment_id', 'updated');
"""
NOT_NOTED_AS_BEFORE = """
DROP TRIGGER note_override_blanked ON assessments_override;
DROP TRIGGER note_assessment_blanked ON assessments_assessment;
DROP TRIGGER note_assessment_overridden ON assessments_override;
DROP TRIGGER note_assessment_superseded ON assessments_assessment;
"""

# By the policies of whoever reads, not of the view's owner.
FLAGS = """
CREATE VIEW assessments_flag WITH (security_invoker = true) AS
SELECT escalation.id || '.' || reason.criterion AS id, escalation.id AS escalation_id, reason.criterion, reason.title,
    escalation.updated_at
FROM assessments_escalation escalation
JOIN assessments_assessment assessment ON assessment.id = escalation.assessment_id
CROSS JOIN LATERAL (
    SELECT met ->> 'id' AS criterion, met ->> 'title' AS title
    FROM jsonb_array_elements(assessment.evaluation -> 'criteria_met') AS met
    WHERE met ->> 'urgency' IN (escalation.urgency, assessment.urgency) AND met ->> 'urgency' <> 'none'
    UNION ALL
    SELECT 'override', 'A clinician decided that it is this urgent'
    WHERE NOT EXISTS (
        SELECT FROM jsonb_array_elements(assessment.evaluation -> 'criteria_met') AS met
        WHERE met ->> 'urgency' = escalation.urgency
    )
) AS reason;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("assessments", "0018_cards"),
        ("clinics", "0012_cds_patient_system"),
    ]

    operations = [
        migrations.RunSQL(NOT_NOTED_AS_BEFORE, NOTED_BEFORE),
        *(
            migrations.RunSQL(f"DROP TRIGGER append_only ON {table};", BEFORE.format(table=table, words=words))
            for table, words in WORDS.items()
        ),
        *(
            migrations.AddField(
                model_name=model,
                name="updated_at",
                field=models.DateTimeField(default=django.utils.timezone.now, help_text=said),
            )
            for model, said in (
                ("assessment", "When what is shown of it last changed: by itself, its successor or an override."),
                ("override", "When what is shown of it last changed: erased, or the member renamed."),
            )
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="assessment", name="assessment_changes"),
        migrations.AddIndex(
            model_name="assessment",
            index=models.Index(fields=["clinic", "updated_at", "id"], name="assessment_changes"),
        ),
        migrations.RunSQL(TIMES, NO_TIMES),
        *(
            migrations.RunSQL(
                NEVER_CHANGED.format(table=table, words=words),
                MAY_CHANGE.format(table=table),
            )
            for table, words in WORDS.items()
        ),
        migrations.RunSQL(NOTED, NOT_NOTED),
        migrations.RunSQL(FLAGS, "DROP VIEW assessments_flag;"),
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("id", assessments.escalations.models.ShownText(primary_key=True, serialize=False)),
                ("criterion", assessments.escalations.models.ShownText()),
                ("title", assessments.escalations.models.ShownText()),
                ("updated_at", models.DateTimeField()),
                ("escalation", models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name="flags", to="assessments.escalation")),
            ],
            options={"managed": False},
        ),
    ]
