-- The access log: one function writes it, so that the entries of a clinic take turns and form one chain.
--
-- The head's row is the lock; each statement here sees what was committed while it waited. The text that is hashed is
-- that of clinics.access_log.services.entry_hash, a line for each field.
CREATE FUNCTION log_access(
    of_clinic uuid, moment timestamptz, patients uuid[], of_user uuid, of_client uuid, of_action text,
    of_purpose text, of_request text
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    head clinics_accessloghead;
    one uuid;
    link text;
BEGIN
    SELECT * INTO head FROM clinics_accessloghead WHERE clinic_id = of_clinic FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO clinics_accessloghead (clinic_id, sequence, hash) VALUES (of_clinic, 0, '')
            ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM clinics_accessloghead WHERE clinic_id = of_clinic FOR UPDATE;
    END IF;
    FOREACH one IN ARRAY patients LOOP
        head.sequence := head.sequence + 1;
        link := encode(sha256(convert_to(concat_ws(E'\n',
            head.hash, head.sequence, of_clinic,
            to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            one, coalesce(of_user::text, ''), coalesce(of_client::text, ''),
            of_action, of_purpose, of_request
        ), 'UTF8')), 'hex');
        INSERT INTO clinics_accesslogentry (
            id, clinic_id, sequence, at, patient_id, user_id, client_id, action, purpose, request_id,
            previous_hash, hash
        ) VALUES (
            gen_random_uuid(), of_clinic, head.sequence, moment, one, of_user, of_client, of_action, of_purpose,
            of_request, head.hash, link
        );
        head.hash := link;
    END LOOP;
    UPDATE clinics_accessloghead SET sequence = head.sequence, hash = head.hash WHERE clinic_id = of_clinic;
END $$;

-- What a keyed request was answered with, for the one of several at once that gets through. In PL/pgSQL each
-- statement of a volatile function sees what was committed before it began: whoever gets the lock second also sees
-- what the first has stored.
CREATE FUNCTION claim_request(of_client uuid, of_key text, of_route text)
RETURNS TABLE (running boolean, body_sha256 text, reference uuid, status smallint)
LANGUAGE plpgsql AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', of_client, of_key, of_route), 0)) THEN
        RETURN QUERY
            SELECT false, answered.body_sha256::text, answered.reference, answered.status
            FROM clinics_answeredrequest answered
            WHERE answered.client_id = of_client AND answered.key = of_key AND answered.route = of_route;
    ELSE
        RETURN QUERY SELECT true, NULL::text, NULL::uuid, NULL::smallint;
    END IF;
END $$;
