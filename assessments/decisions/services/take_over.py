"""The one statement in which a runner's schedule is replaced."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.escalations.models import IN_SOMEBODYS_HANDS, REFERRALS
from assessments.follow_ups.models import OF_A_RUN, FollowUp, FollowUpKind
from assessments.protocol.vocabulary import less_urgent

# By hand: the ORM's UPDATE with a subquery costs more than the database's work (docs/benchmarks.md). One
# statement, so that its snapshot holds what another request committed while we waited for the runner's row.
_TAKE_OVER = """
WITH later AS (
    SELECT EXISTS (
        SELECT FROM assessments_assessment other
        WHERE other.patient_id = %(patient)s AND other.assessed_at > %(assessed_at)s
        AND NOT EXISTS (SELECT FROM assessments_assessment newer WHERE newer.supersedes_id = other.id)
    ) AS found
), cancelled AS (
    UPDATE assessments_followup
    SET state = 'cancelled', cancelled_because = 'assessed_since', updated_at = %(now)s,
        next_attempt_at = NULL, claim_token = NULL, leased_until = NULL
    WHERE patient_id = %(patient)s AND state = ANY(%(pending)s) AND NOT (SELECT found FROM later)
    AND urgency = ANY(%(outdone)s) AND NOT kind = ANY(%(kept)s)
)
SELECT NOT found, ARRAY(
    SELECT kind::text FROM assessments_followup
    WHERE patient_id = %(patient)s AND state = ANY(%(pending)s) AND NOT urgency = ANY(%(outdone)s)
), EXISTS (
    SELECT FROM assessments_escalation
    WHERE patient_id = %(patient)s AND urgency = ANY(%(referrals)s)
    AND (state = ANY(%(in_hands)s) OR resolved_at > %(assessed_at)s)
) FROM later
"""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a newer assessment finds: whether the schedule is its own to plan (``latest``), the kinds of the
    chasers that stay, and whether a referral is open, or has been closed since.
    """

    latest: bool
    chased: frozenset[str]
    referral_open: bool


def take_over_schedule(
    *, patient_id: uuid.UUID, assessed_at: dt.datetime, urgency: str, now: dt.datetime, run_check_stays: bool
) -> Schedule:
    """Cancel the runner's pending follow-ups, because a newer decision has a schedule of its own.

    Reminders of prehab stay: they are the programme's; with ``run_check_stays`` so does the check of its
    run, with its task. Chasers of a referral that is no less urgent than
    ``urgency`` stay too: only a person closes those. Nothing is cancelled, and there is nothing to plan, when
    the runner has been assessed later than ``assessed_at``: a record of the past that comes in late must not
    replace the schedule of today's decision. Call it with the runner's row locked.
    """
    values: dict[str, Any] = {
        "patient": patient_id,
        "assessed_at": assessed_at,
        "now": now,
        "pending": list(FollowUp.PENDING),
        "outdone": ["", *less_urgent(urgency)],
        "kept": [FollowUpKind.PREHAB.value, *(OF_A_RUN if run_check_stays else ())],
        "referrals": list(REFERRALS),
        "in_hands": list(IN_SOMEBODYS_HANDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER, values)
        latest, chased, referral_open = cursor.fetchone()
    return Schedule(latest, frozenset(chased), referral_open)
