"""The second wall between clinics, rows that never change, and the claim of due rows across clinics."""

from django.db import migrations

from backend.platform.storage.row_level_security import append_only, definer_function, protect


def claim_function(name: str, table: str, order: str) -> migrations.RunSQL:
    """Lease the most pressing due row of any clinic; rows another worker holds are skipped."""
    return definer_function(
        f"{name}(moment timestamptz, until timestamptz)",
        "TABLE (row_id uuid, clinic uuid, token uuid)",
        f"""
        UPDATE {table} SET leased_until = until, claim_token = gen_random_uuid()
        WHERE id = (
            SELECT id FROM {table}
            WHERE next_attempt_at <= moment AND (leased_until IS NULL OR leased_until <= moment)
            ORDER BY {order} LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        RETURNING id, clinic_id, claim_token
        """,
        volatility="VOLATILE",
    )


class Migration(migrations.Migration):

    dependencies = [("assessments", "0001_initial"), ("patients", "0002_row_level_security")]

    operations = [
        protect("assessments_assessment"),
        protect("assessments_escalation"),
        protect("assessments_escalationevent"),
        protect("assessments_followup"),
        protect("assessments_delivery"),
        append_only("assessments_assessment"),
        append_only("assessments_escalationevent"),
        claim_function("claim_due_escalation", "assessments_escalation", "urgency_rank DESC, next_attempt_at"),
        claim_function("claim_due_follow_up", "assessments_followup", "next_attempt_at"),
    ]
