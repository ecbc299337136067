-- Narrow questions that are asked before a clinic is known, answered as the owner.

-- Whose client is this? Asked by the token endpoint, which then checks the secret inside that clinic.
CREATE FUNCTION clinic_of_client(public_id text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT clinic_id FROM clinics_apiclient WHERE client_id = public_id
$$;

-- Where does this person work? Asked when somebody signs in to the dashboard. Who has left, or hasn't followed the
-- link of an invitation, works nowhere.
CREATE FUNCTION clinics_of_person(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT clinic_id FROM clinics_membership WHERE user_id = person AND active AND accepted ORDER BY clinic_id
$$;

-- Every clinic there is, for the sweeps and commands that go through all of them one by one.
CREATE FUNCTION all_clinics() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM clinics_clinic ORDER BY id
$$;

-- Whose software issued this token? Asked before its signature is checked, for the keys to check it with.
CREATE FUNCTION clients_of_issuer(issuer text, tenant text)
RETURNS TABLE (
    client_id uuid, clinic_id uuid, jwks text, jwks_uri text, published_id uuid, published text,
    read_at timestamptz, looked_at timestamptz, proven_keys text, proven_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT client.id, client.clinic_id, client.client_jwks, client.client_jwks_uri::text, kept.id, kept.keys,
        kept.read_at, kept.looked_at, client.cds_proven_keys, client.cds_proven_at
    FROM clinics_apiclient client LEFT JOIN clinics_publishedkeys kept
        ON kept.clinic_id = client.clinic_id AND kept.address = client.client_jwks_uri
    WHERE issuer <> '' AND client.cds_issuer = issuer AND client.cds_tenant = tenant
        AND client.cds_proven_at IS NOT NULL AND client.allowed_scopes <> ''
        AND client.token_endpoint_auth_method = 'private_key_jwt'
    ORDER BY client.cds_proven_at DESC
$$;

-- Whoever claims sees what everybody before has claimed: an address is asked once at a time and once a minute, a
-- clinic has two of the eight that are asked together, so that its own servers hold back nobody else's.
CREATE FUNCTION claim_key_look_up(moment timestamptz, until timestamptz, wanted uuid[])
RETURNS TABLE (row_id uuid, clinic uuid, place text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claim_key_look_up', 0));
    IF (SELECT count(*) FROM clinics_publishedkeys held WHERE held.leased_until > moment) >= 8 THEN
        RETURN;
    END IF;
    RETURN QUERY UPDATE clinics_publishedkeys AS claimed SET leased_until = until WHERE claimed.id = (
        SELECT due.id FROM clinics_publishedkeys due
        WHERE (due.due_at <= moment OR due.id = ANY (wanted))
        AND (due.leased_until IS NULL OR due.leased_until <= moment)
        AND (due.looked_at IS NULL OR due.looked_at <= moment - interval '60 seconds')
        AND NOT EXISTS (
            SELECT FROM clinics_publishedkeys held
            WHERE held.address = due.address AND held.leased_until > moment
        )
        AND (
            SELECT count(*) FROM clinics_publishedkeys held
            WHERE held.clinic_id = due.clinic_id AND held.leased_until > moment
        ) < 2
        ORDER BY due.due_at LIMIT 1
    )
    RETURNING claimed.id, claimed.clinic_id, claimed.address::text;
END $$;

REVOKE ALL ON FUNCTION clinic_of_client, clinics_of_person, all_clinics, clients_of_issuer, claim_key_look_up
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clinic_of_client, clinics_of_person, all_clinics, clients_of_issuer, claim_key_look_up
    TO :runtime_role;
