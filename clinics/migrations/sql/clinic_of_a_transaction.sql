-- The clinic of a transaction is bound by what SQL of the runtime role can't forge (docs/adr/0040).

-- The keys of the application's proofs, and the database's own, which never leaves it.
CREATE TABLE clinics_proofkey (
    outer_pad bytea PRIMARY KEY CHECK (length(outer_pad) = 64),
    inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
    replaced_at timestamptz
);
CREATE TABLE clinics_sealkey (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key bytea NOT NULL CHECK (length(key) = 32)
);
INSERT INTO clinics_sealkey (key) SELECT sha256(string_agg(uuid_send(gen_random_uuid()), ''::bytea))
    FROM generate_series(1, 4);
REVOKE ALL ON clinics_proofkey, clinics_sealkey FROM PUBLIC, :runtime_role;

-- Called by the functions below and by nobody else: they run as the owner.
CREATE FUNCTION is_proof(said text, shown text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM clinics_proofkey
        WHERE encode(sha256(outer_pad || sha256(inner_pad || convert_to(said, 'UTF8'))), 'hex') = shown
        AND (replaced_at IS NULL OR replaced_at > now() - interval '1 day')
    )
$$;

CREATE FUNCTION seal_of(clinic uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    said bytea := uuid_send(clinic) || timestamptz_send(transaction_timestamp());
    made text;
BEGIN
    SELECT encode(sha256(key || sha256(key || said)), 'hex') INTO made FROM clinics_sealkey;
    RETURN made;
END $$;

REVOKE ALL ON FUNCTION is_proof, seal_of FROM PUBLIC;

CREATE FUNCTION current_clinic() RETURNS uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    said text := current_setting('app.clinic', true);
    clinic uuid;
BEGIN
    IF said IS NULL OR said = '' THEN
        RETURN NULL;
    END IF;
    IF said ~ '^[0-9a-f-]{36}:[0-9a-f]{64}$' THEN
        clinic := left(said, 36)::uuid;
        IF seal_of(clinic) = substr(said, 38) THEN
            RETURN clinic;
        END IF;
    END IF;
    RAISE EXCEPTION 'the clinic of this transaction was not set by enter_clinic'
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION enter_clinic(clinic uuid, proof text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT is_proof('clinic:' || clinic, proof) THEN
        RAISE EXCEPTION 'no proof that the application asks for this clinic'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('app.clinic', clinic || ':' || seal_of(clinic), true);
END $$;

-- Whose token is this? The one question of a request before its clinic is known; the answer enters the clinic.
CREATE FUNCTION authenticate_token(checksum text, moment timestamptz, proof text)
RETURNS TABLE (client_id uuid, clinic_id uuid, user_id uuid, scope text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT is_proof('token:' || checksum, proof) THEN
        RAISE EXCEPTION 'no proof that somebody showed this token' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT client.id, client.clinic_id, token.user_id, token.scope
    INTO client_id, clinic_id, user_id, scope
    FROM oauth2_provider_accesstoken token JOIN clinics_apiclient client ON client.id = token.application_id
    WHERE token.token_checksum = checksum AND token.expires > moment;
    IF FOUND THEN
        PERFORM set_config('app.clinic', clinic_id || ':' || seal_of(clinic_id), true);
        RETURN NEXT;
    END IF;
END $$;

REVOKE ALL ON FUNCTION current_clinic, enter_clinic, authenticate_token FROM PUBLIC;
GRANT EXECUTE ON FUNCTION current_clinic, enter_clinic, authenticate_token TO :runtime_role;
