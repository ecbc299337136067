-- Named like every other table's, so that whatever looks for the clinic of a row finds it here too.
ALTER TABLE clinics_clinichistory ADD COLUMN clinic_id uuid NOT NULL;

CREATE FUNCTION own_clinic() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.clinic_id := coalesce(NEW.clinic_id, NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER own_clinic BEFORE INSERT ON clinics_clinichistory FOR EACH ROW EXECUTE FUNCTION own_clinic();
