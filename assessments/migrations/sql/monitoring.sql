-- What the sweep and the monitors ask across clinics: ids to repair, counts and ages, nothing clinical.

-- These hold next to nothing: what they list is an exception that lasts seconds, is rare, or must not be.
CREATE INDEX follow_up_idle ON assessments_followup (id)
    WHERE next_attempt_at IS NULL AND state IN ('scheduled', 'due', 'overdue', 'lapsed');
CREATE INDEX delivery_unfinished ON assessments_delivery (updated_at) WHERE state = 'sending';
CREATE INDEX webhook_given_up ON assessments_webhookdelivery (updated_at) WHERE state = 'given_up';

-- Both refuse every table but those of due work, whose columns are the same whatever they are about. Claims happen to
-- rows that are due, so the index on the time of the next attempt serves both.
CREATE FUNCTION late_work(kind text, due_by timestamptz, moment timestamptz)
RETURNS TABLE (rows bigint, oldest timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   WHERE c.relname = kind AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                   AND a.attname = 'claim_token' AND NOT a.attisdropped) THEN
        RAISE EXCEPTION '% holds no due work', kind;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT count(*), min(next_attempt_at) FROM public.%I
         WHERE next_attempt_at <= $1 AND (leased_until IS NULL OR leased_until <= $2)', kind)
    USING due_by, moment;
END $$;

CREATE FUNCTION stuck_work(kind text, moment timestamptz, longest timestamptz)
RETURNS TABLE (row_id uuid, clinic uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   WHERE c.relname = kind AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                   AND a.attname = 'claim_token' AND NOT a.attisdropped) THEN
        RAISE EXCEPTION '% holds no due work', kind;
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT id, clinic_id FROM public.%I WHERE next_attempt_at <= $1 AND leased_until > $2 LIMIT 100', kind)
    USING moment, longest;
END $$;

-- `since` is a UUIDv7: ids are in order of time, so the primary key finds what was recorded lately.
CREATE FUNCTION faults(moment timestamptz, stale timestamptz, since uuid, ranks jsonb)
RETURNS TABLE (fault text, row_id uuid, clinic uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    (SELECT 'follow_up_idle', id, clinic_id FROM assessments_followup
     WHERE next_attempt_at IS NULL AND state IN ('scheduled', 'due', 'overdue', 'lapsed') LIMIT 100)
    UNION ALL
    (SELECT 'escalation_beyond_deadline', id, clinic_id FROM assessments_escalation
     WHERE state = 'open' AND acknowledge_by > moment AND next_attempt_at > acknowledge_by LIMIT 100)
    UNION ALL
    (SELECT 'assessment_not_escalated', a.id, a.clinic_id FROM assessments_assessment a
     WHERE a.id >= since AND a.urgency <> 'none' AND NOT EXISTS (
        SELECT FROM assessments_escalation e WHERE e.patient_id = a.patient_id AND (
            e.assessment_id = a.id OR e.urgency_rank >= (ranks ->> a.urgency)::int
            AND (e.state = 'open' OR e.opened_at >= a.created_at OR e.acknowledged_at >= a.created_at))
     ) LIMIT 100)
    UNION ALL
    (SELECT 'delivery_unfinished', d.id, d.clinic_id FROM assessments_delivery d
     LEFT JOIN assessments_escalation e ON e.id = d.escalation_id
     LEFT JOIN assessments_followup f ON f.id = d.follow_up_id
     WHERE d.state = 'sending' AND d.updated_at <= stale AND (
        coalesce(e.next_attempt_at, f.next_attempt_at) IS NULL OR coalesce(e.round, f.round) <> d.round
     ) LIMIT 100)
$$;

-- Nobody was told although the time to tell somebody has come. Quiet hours hold back what is less urgent than these
-- two, until the next attempt; what was tried and reached nobody was not held back.
CREATE FUNCTION open_escalations(moment timestamptz, told_by timestamptz)
RETURNS TABLE (
    urgency text, open bigint, past_deadline bigint, untold bigint, opened_at timestamptz,
    acknowledge_by timestamptz, due_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT urgency::text, count(*),
        count(*) FILTER (WHERE acknowledge_by <= moment),
        count(*) FILTER (WHERE notified_at IS NULL AND called_since <= told_by
            AND (next_attempt_at <= told_by OR last_error <> '' OR urgency IN ('emergency_now', 'complete_screen_now')
                 OR EXISTS (SELECT FROM assessments_delivery d
                            WHERE d.escalation_id = e.id AND d.created_at >= e.called_since))),
        min(opened_at), min(acknowledge_by), min(next_attempt_at)
    FROM assessments_escalation e WHERE state = 'open' AND next_attempt_at IS NOT NULL GROUP BY urgency
$$;

CREATE FUNCTION recent_deliveries(since uuid) RETURNS TABLE (channel text, state text, rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT channel::text, state::text, count(*) FROM assessments_delivery WHERE id >= since GROUP BY channel, state
$$;

CREATE FUNCTION recent_acknowledgements(since uuid)
RETURNS TABLE (urgency text, rows bigint, late bigint, seconds float[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT urgency, count(*), count(*) FILTER (WHERE late), percentile_cont(ARRAY[0.5, 0.9, 0.99])
        WITHIN GROUP (ORDER BY waited)
    FROM (
        SELECT e.urgency::text, event.at > e.acknowledge_by AS late,
            extract(epoch FROM event.at - e.opened_at)::float AS waited
        FROM assessments_escalationevent event JOIN assessments_escalation e ON e.id = event.escalation_id
        WHERE event.id >= since AND event.kind = 'acknowledged'
    ) answered GROUP BY urgency
$$;

-- Over all clinics and without naming any.
CREATE FUNCTION webhook_figures(moment timestamptz, since uuid, retried_for interval)
RETURNS TABLE (figure text, label text, rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'pending', CASE
            WHEN waited < interval '1 minute' THEN 'minute'
            WHEN waited < interval '1 hour' THEN 'hour'
            WHEN waited < interval '1 day' THEN 'day'
            ELSE 'longer' END, count(*)
    FROM (
        SELECT moment - (retry_until - retried_for) AS waited
        FROM assessments_webhookdelivery WHERE next_attempt_at IS NOT NULL
    ) waiting GROUP BY 2
    UNION ALL
    SELECT 'tries', result::text, count(*) FROM assessments_webhookattempt WHERE id >= since GROUP BY result
    UNION ALL
    SELECT 'given_up', '', count(*) FROM assessments_webhookdelivery
    WHERE state = 'given_up' AND updated_at > moment - interval '1 day'
    UNION ALL
    SELECT 'endpoints', CASE
            WHEN NOT enabled THEN 'off'
            WHEN rests_until > moment THEN 'resting'
            WHEN failures > 0 THEN 'failing'
            ELSE 'well' END, count(*)
    FROM clinics_webhookendpoint GROUP BY 2
$$;

REVOKE ALL ON FUNCTION late_work, stuck_work, faults, open_escalations, recent_deliveries, recent_acknowledgements,
    webhook_figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION late_work, stuck_work, faults, open_escalations, recent_deliveries, recent_acknowledgements,
    webhook_figures TO :runtime_role;
