"""The four counts, one statement each; PostgreSQL adds up, and no row of a runner leaves it."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.follow_ups.models import FollowUpKind
from assessments.outcomes.services.estimate import Fate, Watched
from assessments.protocol.programme import STAGES, Phase
from assessments.protocol.programme.reaction import SHARE_MAX
from assessments.protocol.vocabulary import Decision
from clinics.identity.models import Clinic

MILESTONES = ("days_to_first_run", "days_to_30_minutes", "days_to_usual_volume")
CONTINUOUS_MINUTES = 30

# A run that wasn't permitted is no step on the way. Whoever is stopped or suspended never goes on in this
# programme (docs/adr/0014), so that is its end.
_MILESTONES = """
WITH cohort AS (
    SELECT programme.id, programme.ended_at,
        (programme.released_at AT TIME ZONE %(zone)s)::date AS day_0
    FROM assessments_programme programme
    WHERE clinic_id = %(clinic)s AND released_at >= %(since)s AND released_at < %(until)s
), came_to AS (
    SELECT cohort.id,
        min(run.ended_at) AS days_to_first_run,
        min(run.ended_at) FILTER (
            WHERE run.minutes >= %(continuous)s
                AND coalesce((run.planned -> 'stage' ->> 'stage')::int, %(last_stage)s) = %(last_stage)s
        ) AS days_to_30_minutes,
        min(run.ended_at) FILTER (
            WHERE event.phase = %(prehab)s OR event.phase = %(build)s AND event.share_percent >= %(whole)s
        ) AS days_to_usual_volume
    FROM cohort
    JOIN assessments_runlog run ON run.programme_id = cohort.id AND run.as_permitted
    LEFT JOIN assessments_programmeevent event
        ON event.programme_id = run.programme_id AND event.kind = 'run' AND event.at = run.created_at
    GROUP BY cohort.id
), stopped AS (
    SELECT cohort.id, min(event.at) AS at
    FROM cohort JOIN assessments_programmeevent event ON event.programme_id = cohort.id
    WHERE event.status IN ('stopped', 'suspended')
    GROUP BY cohort.id
), watched AS (
    SELECT milestone.name, milestone.at AS reached_at, cohort.day_0,
        least(cohort.ended_at, stopped.at) AS over_at
    FROM cohort
    LEFT JOIN came_to ON came_to.id = cohort.id
    LEFT JOIN stopped ON stopped.id = cohort.id
    CROSS JOIN LATERAL (VALUES
        ('days_to_first_run', came_to.days_to_first_run),
        ('days_to_30_minutes', came_to.days_to_30_minutes),
        ('days_to_usual_volume', came_to.days_to_usual_volume)
    ) AS milestone (name, at)
)
SELECT name,
    CASE WHEN reached_at IS NOT NULL THEN 'reached'
        WHEN over_at IS NOT NULL THEN 'ended_before' ELSE 'still_going' END AS fate,
    greatest((coalesce(reached_at, over_at, %(now)s) AT TIME ZONE %(zone)s)::date - day_0, 0) AS days,
    count(*)
FROM watched GROUP BY 1, 2, 3
"""

# What holds of an assessment is its latest override; one that an amendment kept only ever adds caution.
_REFERRED = """
SELECT count(DISTINCT assessment.patient_id),
    count(DISTINCT assessment.patient_id) FILTER (WHERE
        CASE WHEN override.decision IS NULL THEN assessment.decision = ANY (%(referrals)s)
            WHEN override.carried_from_id IS NULL THEN override.decision = ANY (%(referrals)s)
            ELSE assessment.decision = ANY (%(referrals)s) OR override.decision = ANY (%(referrals)s) END
    )
FROM assessments_assessment assessment
LEFT JOIN LATERAL (
    SELECT decision, carried_from_id FROM assessments_override
    WHERE assessment_id = assessment.id ORDER BY created_at DESC, id DESC LIMIT 1
) AS override ON true
WHERE assessment.clinic_id = %(clinic)s
    AND assessment.assessed_at >= %(since)s AND assessment.assessed_at < %(until)s
    AND NOT EXISTS (SELECT FROM assessments_assessment newer WHERE newer.supersedes_id = assessment.id)
"""

# A check that a newer assessment replaced in time asked nothing of anybody; one replaced once it was overdue
# had gone unanswered.
_CHECKS = """
SELECT count(*) FILTER (WHERE state = 'answered' AND answered_at <= overdue_at) AS in_time,
    count(*) FILTER (WHERE state = 'answered' AND answered_at > overdue_at) AS late,
    count(*) FILTER (WHERE state <> 'answered' AND overdue_at <= %(now)s) AS unanswered,
    count(*) FILTER (WHERE state <> 'answered' AND overdue_at > %(now)s) AS open
FROM assessments_followup
WHERE clinic_id = %(clinic)s AND kind = %(check)s AND due_at >= %(since)s AND due_at < %(until)s
    AND NOT (state = 'cancelled' AND updated_at < overdue_at)
"""

_STAGES_LOST = """
WITH moved AS (
    SELECT programme_id, at, phase, stage,
        lag(stage) OVER earlier AS stage_before, lag(phase) OVER earlier AS phase_before
    FROM assessments_programmeevent
    WHERE clinic_id = %(clinic)s AND at < %(until)s
    WINDOW earlier AS (PARTITION BY programme_id ORDER BY at, id)
), lost AS (
    SELECT programme_id, sum(CASE WHEN phase_before = phase THEN greatest(stage_before - stage, 0) ELSE 0 END)
        AS stages
    FROM moved WHERE at >= %(since)s AND phase = %(graded)s GROUP BY programme_id
)
SELECT count(*), count(*) FILTER (WHERE stages > 0), coalesce(sum(stages), 0) FROM lost
"""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first midnight until the last, by the clinic's clocks; ``until`` itself is left out."""

    since: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted, nothing kept back yet."""

    milestones: dict[str, list[Watched]]
    assessed: int
    referred: int
    checks: dict[str, int]
    programmes_in_table: int
    programmes_that_lost: int
    stages_lost: int


def count_outcomes(*, clinic: Clinic, period: Period, now: dt.datetime) -> Counted:
    """Count, inside the clinic's scope: four statements, whatever the number of rows."""
    values = {
        "clinic": clinic.id,
        "zone": clinic.time_zone,
        "since": dt.datetime.combine(period.since, dt.time(), clinic.zone),
        "until": dt.datetime.combine(period.until, dt.time(), clinic.zone),
        "now": now,
        "referrals": [Decision.REFER_URGENT.value, Decision.REFER_EMERGENCY.value],
        "check": FollowUpKind.CHECK_24_HOURS.value,
        "continuous": CONTINUOUS_MINUTES,
        "last_stage": STAGES[-1].number,
        "graded": Phase.GRADED_RETURN.value,
        "build": Phase.BUILD.value,
        "prehab": Phase.PREHAB.value,
        "whole": SHARE_MAX,
    }
    milestones: dict[str, list[Watched]] = defaultdict(list)
    for name, fate, days, count in _rows(_MILESTONES, values):
        milestones[name].append(Watched(days, Fate(fate), count))
    ((assessed, referred),) = _rows(_REFERRED, values)
    ((in_time, late, unanswered, still_open),) = _rows(_CHECKS, values)
    ((in_table, that_lost, stages),) = _rows(_STAGES_LOST, values)
    return Counted(
        milestones={name: milestones[name] for name in MILESTONES},
        assessed=assessed,
        referred=referred,
        checks={"in_time": in_time, "late": late, "unanswered": unanswered, "open": still_open},
        programmes_in_table=in_table,
        programmes_that_lost=that_lost,
        stages_lost=int(stages),
    )


def _rows(statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
