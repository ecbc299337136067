"""The SQL of both floors, statement for statement what the service sends for one reassuring assessment.

Written with ``{1}``, ``{2}`` … and made into each driver's own placeholders, so that neither floor has a
better query than the other.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from uuid_utils.compat import uuid7

from assessments.protocol.follow_up import PlannedFollowUp

#: Whose token is it? Also enters the clinic, for row-level security.
AUTHENTICATE = """
SELECT client_id, clinic_id, scope
FROM authenticate_token({1}, {2}, {3}) AS token
"""

CLINIC = """
SELECT clinic.time_zone, clinic.emergency_number, clinic.emergency_destination, clinic.on_call_id,
    clinic.takes_pregnant_runners IS NOT NULL OR clinic.may_answer_later AS says_about_pregnancy
FROM clinics_apiclient client JOIN clinics_clinic clinic ON clinic.id = client.clinic_id
WHERE client.id = {1}
"""

#: Takes turns with another assessment of the same runner.
LOCK_PATIENT = """
SELECT birth_date, erased_at, EXISTS (
    SELECT FROM assessments_programme programme
    WHERE programme.patient_id = patients_patient.id AND programme.state IN ('draft', 'released')
) AS has_programme, EXISTS (
    SELECT FROM clinics_webhookendpoint endpoint
    WHERE endpoint.clinic_id = patients_patient.clinic_id AND endpoint.enabled
) AS somebody_listens, EXISTS (
    SELECT FROM assessments_parameterset WHERE clinic_id = patients_patient.clinic_id
) AS own_parameters
FROM patients_patient
WHERE clinic_id = {1} AND id = {2} AND (archived_at IS NULL OR erased_at IS NOT NULL) FOR NO KEY UPDATE
"""

#: Cancels the earlier schedule, unless a later assessment decides; tells what it found of the runner.
TAKE_OVER = """
WITH later AS (
    SELECT EXISTS (
        SELECT FROM assessments_assessment other
        WHERE other.patient_id = {1} AND other.assessed_at > {2}
        AND NOT EXISTS (SELECT FROM assessments_assessment newer WHERE newer.supersedes_id = other.id)
    ) AS found
), cancelled AS (
    UPDATE assessments_followup
    SET state = 'cancelled', updated_at = {3}, next_attempt_at = NULL, claim_token = NULL, leased_until = NULL
    WHERE patient_id = {1} AND state IN ('scheduled', 'due', 'overdue', 'lapsed')
    AND NOT (SELECT found FROM later) AND urgency = '' AND kind <> 'prehab'
)
SELECT NOT found AS latest, ARRAY(
    SELECT kind::text FROM assessments_followup
    WHERE patient_id = {1} AND state IN ('scheduled', 'due', 'overdue', 'lapsed') AND urgency <> ''
) AS chased, EXISTS (
    SELECT FROM assessments_escalation
    WHERE patient_id = {1} AND urgency IN ('within_2_weeks', 'same_day', 'emergency_now')
    AND (state IN ('open', 'acknowledged') OR resolved_at > {2})
) AS referral_open FROM later
"""

#: One statement for the assessment and any number of follow-ups.
INSERT = """
WITH assessment AS (
    INSERT INTO assessments_assessment (
        id, clinic_id, patient_id, assessed_at, assessor_role, recorded_by_client_id, answers, absent_reasons,
        evaluation, notices, carried, decision, urgency, protocol_version, protocol_hash, created_at,
        updated_at
    ) VALUES (
        {1}, {2}, {3}, {4}, {5}, {6}, {7}::text::jsonb, {8}::text::jsonb,
        {9}::text::jsonb, {10}::text::jsonb, '{}', {11}, {12}, {13}, {14}, {15}, {15}
    )
)
INSERT INTO assessments_followup (
    id, clinic_id, patient_id, assessment_id, kind, state, opens_at, due_at, overdue_at, permission_lapses_at,
    round, next_attempt_at, failures, last_error, created_at, updated_at
)
SELECT planned.id, {2}, {3}, {1}, planned.kind, 'scheduled', planned.opens_at, planned.due_at,
       planned.overdue_at, planned.lapses_at, 0, greatest(planned.due_at, {15}), 0, '', {15}, {15}
FROM unnest(
    {16}::uuid[], {17}::text[], {18}::timestamptz[], {19}::timestamptz[], {20}::timestamptz[],
    {21}::timestamptz[]
) AS planned (id, kind, opens_at, due_at, overdue_at, lapses_at)
"""

#: Types PostgreSQL can't infer where a parameter is only selected.
_CASTS = {1: "uuid", 2: "uuid", 3: "uuid", 15: "timestamptz"}
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def for_asyncpg(statement: str) -> str:
    """The statement with ``$1``, ``$2`` …"""
    return _PLACEHOLDER.sub(lambda found: f"${found[1]}{_cast(statement, found[1])}", statement)


def for_psycopg(statement: str) -> str:
    """The statement with ``%(p1)s``, ``%(p2)s`` … ; see ``named``."""
    return _PLACEHOLDER.sub(lambda found: f"%(p{found[1]})s{_cast(statement, found[1])}", statement)


def named(*values: object) -> dict[str, object]:
    """Positional values under psycopg's names."""
    return {f"p{place}": value for place, value in enumerate(values, 1)}


def _cast(statement: str, place: str) -> str:
    kind = _CASTS.get(int(place)) if statement is INSERT else None
    return f"::{kind}" if kind else ""


def follow_up_columns(planned: Iterable[PlannedFollowUp]) -> list[list[Any]]:
    """New ids and the columns of the planned follow-ups, as the last six values of ``INSERT``."""
    rows = [
        (uuid7(), plan.kind, plan.opens_at, plan.due_at, plan.overdue_at, plan.permission_lapses_at)
        for plan in planned
    ]
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]


def lapse(columns: list[list[Any]]) -> dt.datetime:
    """When the permission to run ends, of ``follow_up_columns``."""
    return min(moment for moment in columns[5] if moment is not None)


def document(
    *,
    identifier: uuid.UUID,
    patient: uuid.UUID,
    client: uuid.UUID,
    assessed_at: dt.datetime,
    created_at: dt.datetime,
    follow_ups: Iterable[uuid.UUID],
    lapses_at: dt.datetime,
    evaluation: Mapping[str, Any],
) -> dict[str, Any]:
    """The part of the answer that is different for every assessment.

    ``lapses_at`` is when the permission to run ends without an answered check; no referral is open.
    """
    return {
        "id": str(identifier),
        "patient": str(patient),
        "assessed_at": _time(assessed_at),
        "assessor_role": "physiotherapist",
        "recorded_by": {"client": str(client), "user": None},
        "escalation": None,
        "follow_ups": [str(follow_up) for follow_up in follow_ups],
        "supersedes": None,
        "amendment_reason": "",
        "superseded_by": None,
        "overrides": [],
        "effective": {name: evaluation[name] for name in ("decision", "urgency", "run_status")},
        "carried": {},
        "attested": [],
        "attested_longstanding": [],
        "run_permission": {
            "state": "holds" if created_at < lapses_at else "lapsed",
            "assessment": str(identifier),
            "run_status": evaluation["run_status"],
            "adjust_level": evaluation["adjust_level"],
            "lapses_at": _time(lapses_at),
        },
        "created_at": _time(created_at),
    }


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
