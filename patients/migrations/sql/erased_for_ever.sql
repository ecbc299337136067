-- Nobody but erasure makes an erased patient, and nothing gives one a name again.
CREATE TRIGGER erased_for_ever BEFORE UPDATE ON patients_patient FOR EACH ROW
    WHEN (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NOT NULL)
    EXECUTE FUNCTION refuse_change(
        external_id, given_name, family_name, birth_date, sex_at_birth, contact, running_profile,
        archived_at, erased_at, updated_at
    );
