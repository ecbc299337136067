-- What changed, in the order it was committed: the list that /changes reads.

-- Deferred to the end of the transaction, and then one transaction of a clinic at a time until it has committed: so
-- positions rise in the order in which changes become visible, and a reader who saw one saw all before it.
CREATE FUNCTION note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION note_change FROM PUBLIC;
REVOKE INSERT, UPDATE, DELETE ON assessments_change, assessments_forgottenchanges FROM :runtime_role;

-- One entry for each time a row moves. `updated_at` moves with everything the API shows (times.sql) and stays with a
-- worker's leases. An erased patient is told as such, and not as changed.
CREATE CONSTRAINT TRIGGER note_patient_created AFTER INSERT ON patients_patient
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('patient', 'id', 'created');
CREATE CONSTRAINT TRIGGER note_patient_updated AFTER UPDATE ON patients_patient
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at AND NEW.erased_at IS NULL)
    EXECUTE FUNCTION note_change('patient', 'id', 'updated');
CREATE CONSTRAINT TRIGGER note_patient_erased AFTER UPDATE ON patients_patient
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION note_change('patient', 'id', 'erased');
CREATE CONSTRAINT TRIGGER note_assessment_created AFTER INSERT ON assessments_assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('assessment', 'id', 'created');
CREATE CONSTRAINT TRIGGER note_assessment_updated AFTER UPDATE ON assessments_assessment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at)
    EXECUTE FUNCTION note_change('assessment', 'id', 'updated');
CREATE CONSTRAINT TRIGGER note_escalation_created AFTER INSERT ON assessments_escalation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('escalation', 'id', 'created');
CREATE CONSTRAINT TRIGGER note_escalation_updated AFTER UPDATE ON assessments_escalation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at)
    EXECUTE FUNCTION note_change('escalation', 'id', 'updated');
CREATE CONSTRAINT TRIGGER note_follow_up_created AFTER INSERT ON assessments_followup
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('follow_up', 'id', 'created');
CREATE CONSTRAINT TRIGGER note_follow_up_updated AFTER UPDATE ON assessments_followup
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at)
    EXECUTE FUNCTION note_change('follow_up', 'id', 'updated');
CREATE CONSTRAINT TRIGGER note_programme_created AFTER INSERT ON assessments_programme
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change('programme', 'id', 'created');
CREATE CONSTRAINT TRIGGER note_programme_updated AFTER UPDATE ON assessments_programme
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at)
    EXECUTE FUNCTION note_change('programme', 'id', 'updated');

-- The clinic's oldest changes before a time, at most so many; remembers how far they went. What was forgotten is only
-- ever more: after a new beginning the oldest rows are forgotten too, in their time.
CREATE FUNCTION forget_changes(before timestamptz, at_most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
        ON CONFLICT (clinic_id) DO UPDATE SET position = greatest(known.position, excluded.position)
    )
    SELECT count(*) FROM gone
$$;

-- A list that begins anew, so that no cursor from before a restore is taken for one of now. A microsecond is a
-- position: more than any that was given out before now, also by what a backup lacks. The next change of every clinic
-- comes behind it, and of the clinic's own nothing before it is told.
CREATE FUNCTION begin_changes_anew() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
$$;

REVOKE ALL ON FUNCTION forget_changes, begin_changes_anew FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_changes, begin_changes_anew TO :runtime_role;
