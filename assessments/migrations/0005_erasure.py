"""The one narrow way past rows that never change: erasure."""

from django.db import migrations

from backend.platform.storage.row_level_security import definer_function, erasable

#: What stands where somebody's words stood: that something was said remains, what it was does not.
BLANK = "[erased]"

# The questions and parts of questions that take text; a test compares them with the protocol's question table.
# Dates, codes and scores stay, so that the decision can be formed again and gives the same bytes; for that the
# diagnoses come in the order in which the protocol puts them.
WITHOUT_WORDS = f"""
CREATE FUNCTION blanked(document jsonb, parts text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        jsonb_object_agg(key, CASE WHEN key = ANY (parts) THEN '"{BLANK}"' ELSE value END), '{{}}'
    ) FROM jsonb_each(document)
$$;
CREATE FUNCTION without_words(answers jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE
        WHEN parts IS NULL THEN value
        WHEN jsonb_typeof(value) = 'object' THEN blanked(value, parts)
        WHEN jsonb_typeof(value) = 'array' THEN (
            SELECT coalesce(jsonb_agg(item ORDER BY
                CASE WHEN key = 'diagnoses' THEN concat_ws(
                    chr(1), item ->> 'code', item ->> 'status', item ->> 'clearance',
                    coalesce(item ->> 'cleared_by', ''), coalesce(item ->> 'cleared_at', '')
                ) END COLLATE "C",
                place
            ), '[]')
            FROM jsonb_array_elements(value) WITH ORDINALITY AS one (whole, place), blanked(whole, parts) AS item
        )
        ELSE '"{BLANK}"'
    END), '{{}}')
    FROM jsonb_each(answers) LEFT JOIN (VALUES
        ('clinician_note', '{{}}'::text[]),
        ('goal_event', '{{type}}'),
        ('adjustments_tried', '{{detail}}'),
        ('diagnoses', '{{cleared_by}}')
    ) AS words (question, parts) ON question = key
$$;
CREATE FUNCTION explained_without_words(evaluation jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_set(evaluation, '{{criteria_met}}', coalesce(
        jsonb_agg(jsonb_set(met, '{{answers}}', without_words(met -> 'answers')) ORDER BY place), '[]'
    )) FROM jsonb_array_elements(evaluation -> 'criteria_met') WITH ORDINALITY AS one (met, place)
$$;
"""

# All of it or nothing, whoever calls it: a patient of the transaction's own clinic, once, past no legal hold and
# with nobody still called. Returns how many rows lost something, and how many there are.
ERASE = f"""
#variable_conflict use_column
DECLARE
    person patients_patient;
BEGIN
    SELECT * INTO person FROM patients_patient
        WHERE id = of_patient AND clinic_id = current_clinic() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such patient' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM FROM assessments_escalation WHERE patient_id = of_patient FOR UPDATE;
    IF person.erased_at IS NOT NULL
        OR person.legal_hold_until >= (
            SELECT (least(moment, now()) AT TIME ZONE time_zone)::date FROM clinics_clinic WHERE id = person.clinic_id
        )
        OR EXISTS (
            SELECT FROM assessments_escalation
            WHERE patient_id = of_patient AND state NOT IN ('resolved', 'superseded')
        )
    THEN
        RAISE EXCEPTION 'the patient is erased, held or called for' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('app.erasing', 'yes', true);

    UPDATE patients_patient SET
        given_name = 'Erased', family_name = 'patient ' || right(id::text, 8), external_id = NULL,
        birth_date = NULL, sex_at_birth = 'unknown', contact = '{{}}', running_profile = '{{}}',
        archived_at = coalesce(archived_at, moment), erased_at = moment, updated_at = moment
    WHERE id = of_patient RETURNING * INTO person;
    RETURN QUERY SELECT 'patient', 1::bigint, 1::bigint;

    RETURN QUERY WITH blank AS (
        UPDATE patients_patienthistory SET
            given_name = person.given_name, family_name = person.family_name, external_id = NULL,
            birth_date = NULL, sex_at_birth = 'unknown', contact = '{{}}', running_profile = '{{}}'
        WHERE id = of_patient RETURNING 1
    ) SELECT 'patient_history', count(*), count(*) FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_assessment SET
            answers = without_words(answers), evaluation = explained_without_words(evaluation),
            amendment_reason = CASE amendment_reason WHEN '' THEN '' ELSE '{BLANK}' END
        WHERE patient_id = of_patient AND (answers <> without_words(answers) OR amendment_reason <> '')
        RETURNING 1
    ) SELECT 'assessment', count(*), (SELECT count(*) FROM assessments_assessment WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_override SET
            reason = '{BLANK}',
            finding_text = CASE finding_text WHEN '' THEN '' ELSE '{BLANK}' END,
            handover_to = CASE handover_to WHEN '' THEN '' ELSE '{BLANK}' END,
            exclusion_by = CASE exclusion_by WHEN '' THEN '' ELSE '{BLANK}' END,
            exclusion_text = CASE exclusion_text WHEN '' THEN '' ELSE '{BLANK}' END
        WHERE assessment_id IN (SELECT id FROM assessments_assessment WHERE patient_id = of_patient)
        RETURNING 1
    ) SELECT 'override', count(*), count(*) FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_escalation SET outcome = '{BLANK}', updated_at = moment
        WHERE patient_id = of_patient AND outcome <> '' RETURNING 1
    ) SELECT 'escalation', count(*), (SELECT count(*) FROM assessments_escalation WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_escalationhistory SET outcome = '{BLANK}'
        WHERE patient_id = of_patient AND outcome NOT IN ('', '{BLANK}') RETURNING 1
    ) SELECT 'escalation_history', count(*),
        (SELECT count(*) FROM assessments_escalationhistory WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH of_patients AS (
        SELECT event.id FROM assessments_escalationevent event
        JOIN assessments_escalation escalation ON escalation.id = event.escalation_id
        WHERE escalation.patient_id = of_patient
    ), blank AS (
        UPDATE assessments_escalationevent SET note = '{BLANK}'
        WHERE id IN (SELECT id FROM of_patients) AND note <> '' AND kind NOT IN ('raised', 'superseded') RETURNING 1
    ) SELECT 'escalation_event', count(*), (SELECT count(*) FROM of_patients) FROM blank;

    RETURN QUERY WITH gone AS (
        DELETE FROM clinics_answeredrequest WHERE reference = of_patient
            OR reference IN (SELECT id FROM assessments_assessment WHERE patient_id = of_patient)
            OR reference IN (SELECT id FROM assessments_escalation WHERE patient_id = of_patient)
            OR reference IN (SELECT id FROM assessments_followup WHERE patient_id = of_patient)
        RETURNING 1
    ) SELECT 'answered_request', count(*), 0::bigint FROM gone;

    PERFORM set_config('app.erasing', '', true);
END
"""

# What a reader of /changes must read again. An erased patient is told as such, and not as changed.
CHANGES = """
DROP TRIGGER note_patient_updated ON patients_patient;
CREATE CONSTRAINT TRIGGER note_patient_updated AFTER UPDATE ON patients_patient DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at AND NEW.erased_at IS NULL)
    EXECUTE FUNCTION note_change('patient', 'id', 'updated');
CREATE CONSTRAINT TRIGGER note_patient_erased AFTER UPDATE ON patients_patient DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION note_change('patient', 'id', 'erased');
CREATE CONSTRAINT TRIGGER note_assessment_blanked AFTER UPDATE ON assessments_assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('assessment', 'id', 'updated');
CREATE CONSTRAINT TRIGGER note_override_blanked AFTER UPDATE ON assessments_override
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION note_change('assessment', 'assessment_id', 'updated');
"""
CHANGES_BEFORE = """
DROP TRIGGER note_override_blanked ON assessments_override;
DROP TRIGGER note_assessment_blanked ON assessments_assessment;
DROP TRIGGER note_patient_erased ON patients_patient;
DROP TRIGGER note_patient_updated ON patients_patient;
CREATE CONSTRAINT TRIGGER note_patient_updated AFTER UPDATE ON patients_patient DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at)
    EXECUTE FUNCTION note_change('patient', 'id', 'updated');
"""


class Migration(migrations.Migration):

    dependencies = [("assessments", "0004_changes"), ("patients", "0004_erasure")]

    operations = [
        erasable("assessments_assessment", "answers", "evaluation", "amendment_reason"),
        erasable(
            "assessments_override", "reason", "finding_text", "handover_to", "exclusion_by", "exclusion_text"
        ),
        erasable("assessments_escalationevent", "note"),
        erasable("assessments_escalationhistory", "outcome"),
        migrations.RunSQL(
            WITHOUT_WORDS,
            "DROP FUNCTION explained_without_words; DROP FUNCTION without_words; DROP FUNCTION blanked;",
        ),
        definer_function(
            "erase_patient(of_patient uuid, moment timestamptz)",
            "TABLE (kind text, pseudonymised bigint, kept bigint)",
            ERASE,
            volatility="VOLATILE",
            language="plpgsql",
        ),
        migrations.RunSQL(CHANGES, CHANGES_BEFORE),
    ]
