-- The one narrow way past rows that never change: erasure.
--
-- What stands where somebody's words stood is "[erased]": that something was said remains, what it was does not. The
-- columns of a patient are those of `patients.models.ERASED`; tests compare the two.

-- The questions and parts of questions that take text; a test compares them with the protocol's question table.
-- Dates, codes and scores stay, so that the decision can be formed again and gives the same bytes; for that the
-- diagnoses come in the order in which the protocol puts them.
CREATE FUNCTION blanked(document jsonb, parts text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        jsonb_object_agg(key, CASE WHEN key = ANY (parts) THEN '"[erased]"' ELSE value END), '{}'
    ) FROM jsonb_each(document)
$$;

CREATE FUNCTION without_words(answers jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
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
        ELSE '"[erased]"'
    END), '{}')
    FROM jsonb_each(answers) LEFT JOIN (VALUES
        ('clinician_note', '{}'::text[]),
        ('goal_event', '{type}'),
        ('adjustments_tried', '{detail}'),
        ('diagnoses', '{cleared_by}'),
        ('spinal_surgery_clearance', '{cleared_by}')
    ) AS words (question, parts) ON question = key
$$;

CREATE FUNCTION explained_without_words(evaluation jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_set(evaluation, '{criteria_met}', coalesce(
        jsonb_agg(jsonb_set(met, '{answers}', without_words(met -> 'answers')) ORDER BY place), '[]'
    )) FROM jsonb_array_elements(evaluation -> 'criteria_met') WITH ORDINALITY AS one (met, place)
$$;

-- All of it or nothing, whoever calls it: a patient of the transaction's own clinic, once, past no legal hold and with
-- nobody still called. Returns how many rows lost something, and how many there are.
CREATE FUNCTION erase_patient(of_patient uuid, moment timestamptz)
RETURNS TABLE (kind text, pseudonymised bigint, kept bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
        birth_date = NULL, sex_at_birth = 'unknown', contact = '{}', running_profile = '{}',
        archived_at = coalesce(archived_at, moment), erased_at = moment, updated_at = moment
    WHERE id = of_patient RETURNING * INTO person;
    RETURN QUERY SELECT 'patient', 1::bigint, 1::bigint;

    RETURN QUERY WITH blank AS (
        UPDATE patients_patienthistory SET
            given_name = person.given_name, family_name = person.family_name, external_id = NULL,
            birth_date = NULL, sex_at_birth = 'unknown', contact = '{}', running_profile = '{}'
        WHERE id = of_patient RETURNING 1
    ) SELECT 'patient_history', count(*), count(*) FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_assessment SET
            answers = without_words(answers), evaluation = explained_without_words(evaluation),
            amendment_reason = CASE amendment_reason WHEN '' THEN '' ELSE '[erased]' END
        WHERE patient_id = of_patient AND (answers <> without_words(answers) OR amendment_reason <> '')
        RETURNING 1
    ) SELECT 'assessment', count(*), (SELECT count(*) FROM assessments_assessment WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_override SET
            reason = '[erased]',
            finding_text = CASE finding_text WHEN '' THEN '' ELSE '[erased]' END,
            handover_to = CASE handover_to WHEN '' THEN '' ELSE '[erased]' END,
            exclusion_by = CASE exclusion_by WHEN '' THEN '' ELSE '[erased]' END,
            exclusion_text = CASE exclusion_text WHEN '' THEN '' ELSE '[erased]' END
        WHERE assessment_id IN (SELECT id FROM assessments_assessment WHERE patient_id = of_patient)
        RETURNING 1
    ) SELECT 'override', count(*), count(*) FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_escalation SET outcome = '[erased]', updated_at = moment
        WHERE patient_id = of_patient AND outcome <> '' RETURNING 1
    ) SELECT 'escalation', count(*), (SELECT count(*) FROM assessments_escalation WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH blank AS (
        UPDATE assessments_escalationhistory SET outcome = '[erased]'
        WHERE patient_id = of_patient AND outcome NOT IN ('', '[erased]') RETURNING 1
    ) SELECT 'escalation_history', count(*),
        (SELECT count(*) FROM assessments_escalationhistory WHERE patient_id = of_patient)
    FROM blank;

    RETURN QUERY WITH of_patients AS (
        SELECT event.id FROM assessments_escalationevent event
        JOIN assessments_escalation escalation ON escalation.id = event.escalation_id
        WHERE escalation.patient_id = of_patient
    ), blank AS (
        UPDATE assessments_escalationevent SET note = '[erased]'
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
END $$;

-- The rest of erase_patient, in its transaction: only for a patient of the transaction's own clinic who is erased.
CREATE FUNCTION erase_letters(of_patient uuid, moment timestamptz)
RETURNS TABLE (pseudonymised bigint, kept bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (
        SELECT FROM patients_patient
        WHERE id = of_patient AND clinic_id = current_clinic() AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'no such erased patient' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM set_config('app.erasing', 'yes', true);
    RETURN QUERY WITH blank AS (
        UPDATE assessments_letter SET
            recipient = CASE recipient WHEN '' THEN '' ELSE '[erased]' END,
            call_back = CASE call_back WHEN '' THEN '' ELSE '[erased]' END,
            words = CASE words WHEN '' THEN '' ELSE '[erased]' END,
            content = '{}', updated_at = moment
        WHERE patient_id = of_patient AND (content <> '{}' OR concat(recipient, call_back, words) <> '')
        RETURNING 1
    ) SELECT count(*), (SELECT count(*) FROM assessments_letter WHERE patient_id = of_patient) FROM blank;
    PERFORM set_config('app.erasing', '', true);
END $$;

CREATE FUNCTION erase_card_feedback(of_patient uuid) RETURNS TABLE (pseudonymised bigint, kept bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (
        SELECT FROM patients_patient
        WHERE id = of_patient AND clinic_id = current_clinic() AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'no such erased patient' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM set_config('app.erasing', 'yes', true);
    RETURN QUERY WITH theirs AS (
        SELECT feedback.id FROM assessments_cardfeedback feedback
        JOIN assessments_card card ON card.id = feedback.card_id WHERE card.patient_id = of_patient
    ), blank AS (
        UPDATE assessments_cardfeedback SET comment = '[erased]'
        WHERE id IN (SELECT id FROM theirs) AND comment <> '' RETURNING 1
    ) SELECT count(*), (SELECT count(*) FROM theirs) FROM blank;
    PERFORM set_config('app.erasing', '', true);
END $$;

REVOKE ALL ON FUNCTION erase_patient, erase_letters, erase_card_feedback FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_patient, erase_letters, erase_card_feedback TO :runtime_role;
