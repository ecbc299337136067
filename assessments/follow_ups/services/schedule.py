"""The follow-ups of a decision, and how they take the place of an earlier decision's."""

import datetime as dt
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

import structlog
from django.db.models import QuerySet

from assessments.follow_ups.models import OF_A_RUN, CancelledBecause, FollowUp
from assessments.protocol import Evaluation
from assessments.protocol.follow_up import PlannedFollowUp, check_and_task, plan_follow_ups, reach_the_runner
from assessments.protocol.vocabulary import InsufficiencyKind
from assessments.records.models import Assessment

logger = structlog.get_logger(__name__)


def planned_follow_ups(
    assessment: Assessment, evaluation: Evaluation, now: dt.datetime, *, run_check_stays: bool = False
) -> tuple[FollowUp, ...]:
    """Return the follow-ups as unsaved rows; none when planning fails, which no emergency waits for (S14).

    With ``run_check_stays`` there is a check of the run already, with its task, and no second one is planned.
    """
    try:
        planned = plan_follow_ups(
            decision=evaluation.decision,
            run_status=evaluation.run_status,
            answers=_counted(evaluation),
            assessed_at=assessment.assessed_at,
            duration_days=cast("int | None", evaluation.answers.get("episode_duration_days")),
            zone=assessment.clinic.zone,
        )
    except Exception as exc:  # noqa: BLE001 - planning is optional, the referral is not
        logger.error("planning_failed", assessment=str(assessment.id), kind=type(exc).__name__)
        planned = ()
    if run_check_stays:
        planned = tuple(plan for plan in planned if plan.kind not in OF_A_RUN)
    if evaluation.provisional and evaluation.insufficiency_kind is InsufficiencyKind.CORE:
        planned = (*planned, reach_the_runner(now))
    return _rows(assessment, planned, now)


def _counted(evaluation: Evaluation) -> dict[str, object]:
    """The answers but for those that answer nothing: a score given too early is still to come."""
    missing = {item.question for item in evaluation.missing}
    return {name: value for name, value in evaluation.answers.items() if name not in missing}


def plan_check(assessment: Assessment, *, run_at: dt.datetime, now: dt.datetime) -> FollowUp:
    """Store the 24-hour check of a run, and the clinician's task if it stays unanswered; returns the check.

    Where a clinician permits running from now on, ``run_at`` is now: the first run is checked as after any
    decision.
    """
    return FollowUp.objects.bulk_create(_rows(assessment, check_and_task(run_at), now))[0]


def plan_one(assessment: Assessment, plan: PlannedFollowUp, *, now: dt.datetime) -> FollowUp:
    """Store one follow-up."""
    return FollowUp.objects.bulk_create(_rows(assessment, [plan], now))[0]


def _rows(
    assessment: Assessment, planned: Iterable[PlannedFollowUp], now: dt.datetime
) -> tuple[FollowUp, ...]:
    return tuple(
        FollowUp(
            clinic_id=assessment.clinic_id,
            patient_id=assessment.patient_id,
            assessment=assessment,
            kind=plan.kind,
            opens_at=plan.opens_at,
            due_at=plan.due_at,
            overdue_at=plan.overdue_at,
            permission_lapses_at=plan.permission_lapses_at,
            next_attempt_at=max(plan.due_at, now),
        )
        for plan in planned
    )


#: Nothing is outstanding, and whoever is at work on the row finds that it isn't theirs any more.
NO_MORE_ATTEMPTS: Mapping[str, None] = {"next_attempt_at": None, "claim_token": None, "leased_until": None}


def cancel_pending(follow_ups: QuerySet[FollowUp], *, because: CancelledBecause, now: datetime) -> None:
    """Cancel those of ``follow_ups`` that are still pending; each keeps why."""
    pending = follow_ups.filter(state__in=FollowUp.PENDING)
    pending.update(
        state=FollowUp.State.CANCELLED, cancelled_because=because, updated_at=now, **NO_MORE_ATTEMPTS
    )
