-- When what is shown of a row last changed, also where other rows change it.

-- A time is always later than the one before, whatever the clocks say: equal times would hide a change.
CREATE FUNCTION later_than(before timestamptz, moment timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(moment, before + interval '1 microsecond')
$$;

CREATE FUNCTION note_time() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := later_than(OLD.updated_at, clock_timestamp());
    RETURN NEW;
END $$;

-- An amendment withdraws what it supersedes, and an override is told of in what it overrides.
CREATE FUNCTION move_assessment() RETURNS trigger
LANGUAGE plpgsql AS $$
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
CREATE FUNCTION move_what_shows_a_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION move_what_shows_a_name FROM PUBLIC;
CREATE TRIGGER renamed AFTER UPDATE OF name ON clinics_membership
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION move_what_shows_a_name();
CREATE TRIGGER renamed AFTER UPDATE OF first_name, last_name, username ON clinics_user FOR EACH ROW
    WHEN ((OLD.first_name, OLD.last_name, OLD.username) IS DISTINCT FROM (NEW.first_name, NEW.last_name, NEW.username))
    EXECUTE FUNCTION move_what_shows_a_name();
