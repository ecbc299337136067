-- Every reason of every escalation. By the policies of whoever reads, not of the view's owner.
CREATE VIEW assessments_flag WITH (security_invoker = true) AS
SELECT escalation.id || '.' || reason.criterion AS id, escalation.id AS escalation_id, reason.criterion, reason.title,
    escalation.updated_at
FROM assessments_escalation escalation
JOIN assessments_assessment assessment ON assessment.id = escalation.assessment_id
CROSS JOIN LATERAL (
    SELECT met ->> 'id' AS criterion, met ->> 'title' AS title
    FROM jsonb_array_elements(assessment.evaluation -> 'criteria_met') AS met
    WHERE met ->> 'urgency' IN (escalation.urgency, assessment.urgency) AND met ->> 'urgency' <> 'none'
    UNION ALL
    SELECT 'override', 'A clinician decided that it is this urgent'
    WHERE NOT EXISTS (
        SELECT FROM jsonb_array_elements(assessment.evaluation -> 'criteria_met') AS met
        WHERE met ->> 'urgency' = escalation.urgency
    )
) AS reason;
