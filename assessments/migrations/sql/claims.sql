-- A worker leases the most pressing due row of any clinic; rows that another worker holds are skipped.

CREATE FUNCTION claim_due_escalation(moment timestamptz, until timestamptz)
RETURNS TABLE (row_id uuid, clinic uuid, token uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE assessments_escalation SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT id FROM assessments_escalation
        WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
        ORDER BY urgency_rank DESC, next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, clinic_id, claim_token
$$;

CREATE FUNCTION claim_due_follow_up(moment timestamptz, until timestamptz)
RETURNS TABLE (row_id uuid, clinic uuid, token uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE assessments_followup SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT id FROM assessments_followup
        WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
        ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, clinic_id, claim_token
$$;

CREATE FUNCTION claim_due_export(moment timestamptz, until timestamptz)
RETURNS TABLE (row_id uuid, clinic uuid, token uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE assessments_export SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT id FROM assessments_export
        WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
        ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, clinic_id, claim_token
$$;

-- Whoever claims sees what everybody before has claimed, so that an endpoint never has two messages in hand: one that
-- hangs keeps one sender busy and no more. Of the endpoints that are free, the one that has waited longest is next.
CREATE FUNCTION claim_due_webhook(moment timestamptz, until timestamptz)
RETURNS TABLE (row_id uuid, clinic uuid, token uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('claim_due_webhook', 0));
    RETURN QUERY UPDATE assessments_webhookdelivery SET leased_until = until, claim_token = gen_random_uuid()
    WHERE id = (
        SELECT due.id FROM clinics_webhookendpoint e CROSS JOIN LATERAL (
            SELECT d.id, d.next_attempt_at FROM assessments_webhookdelivery d
            WHERE d.endpoint_id = e.id AND d.next_attempt_at <= moment ORDER BY d.next_attempt_at LIMIT 1
        ) due
        WHERE e.enabled AND NOT EXISTS (
            SELECT FROM assessments_webhookdelivery held
            WHERE held.endpoint_id = e.id AND held.leased_until > moment
        )
        ORDER BY due.next_attempt_at LIMIT 1
    )
    RETURNING id, clinic_id, claim_token;
END $$;

-- Whose link is this? Asked by its hash, before the clinic is known.
CREATE FUNCTION clinic_of_check_in_link(hash text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT clinic_id FROM assessments_checkinlink WHERE token_hash = hash
$$;

REVOKE ALL ON FUNCTION claim_due_escalation, claim_due_follow_up, claim_due_export, claim_due_webhook,
    clinic_of_check_in_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_due_escalation, claim_due_follow_up, claim_due_export, claim_due_webhook,
    clinic_of_check_in_link TO :runtime_role;
