"""A run is logged, and its check is scheduled with it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.models import FollowUp, FollowUpKind, Programme, RunLog
from assessments.protocol.programme import after_run
from assessments.services.cancel import cancel_pending
from assessments.services.programmes.session import session_of
from assessments.services.programmes.standing import (
    Kind,
    NotNowError,
    lock_released,
    move,
    note,
    standing_of,
)
from assessments.services.schedule import plan_check
from assessments.services.submit import lock_patient
from clinics.actor import NamedClinician
from clinics.models import Clinic
from clinics.tenancy import clinic_scope

CLOCK_SKEW = timedelta(minutes=5)
#: A run older than this has no 24-hour check left to answer.
OLDEST_RUN = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Run:
    """What was done: when it ended, km, minutes, surface, and what was changed about it."""

    ended_at: datetime
    distance_km: float | None = None
    minutes: float | None = None
    surface: str = ""
    levers: tuple[str, ...] = ()


def log_run(
    *, clinic: Clinic, programme_id: uuid.UUID, run: Run, by: NamedClinician | None, now: datetime
) -> RunLog:
    """Log a run with its 24-hour check, in one transaction.

    A run that wasn't permitted is logged as such and checked like any other. Raises
    ``ProgrammeNotFoundError`` or ``NotNowError`` ("not_released", "in_the_future", "too_long_ago",
    "before_the_last_run").
    """
    with clinic_scope(clinic.id):
        programme = lock_released(clinic, programme_id)
        lock_patient(clinic, programme.patient_id)
        _refuse_untimely(programme, run, now)
        planned = session_of(programme, now=run.ended_at)
        check = _schedule_check(programme, run.ended_at, now)
        move(programme, after_run(standing_of(programme), run_at=run.ended_at))
        note(
            programme,
            Kind.RUN,
            now=now,
            by=by,
            figures={"distance_km": run.distance_km, "minutes": run.minutes, "permitted": planned.permitted},
        )
        return programme.runs.create(
            clinic=clinic,
            ended_at=run.ended_at,
            planned={"words": planned.words, "stage": planned.stage, "distance_km": planned.distance_km},
            distance_km=run.distance_km,
            minutes=run.minutes,
            surface=run.surface,
            levers=list(run.levers),
            as_permitted=planned.permitted,
            check_due=check,
            created_at=now,
        )


def _refuse_untimely(programme: Programme, run: Run, now: datetime) -> None:
    if run.ended_at > now + CLOCK_SKEW:
        raise NotNowError("in_the_future")
    if run.ended_at < now - OLDEST_RUN:
        raise NotNowError("too_long_ago")
    if programme.runs.filter(ended_at__gte=run.ended_at).exists():
        raise NotNowError("before_the_last_run")


def _schedule_check(programme: Programme, run_at: datetime, now: datetime) -> FollowUp:
    """The run's own check, and its task, take the place of an earlier one's that nobody answered."""
    clinic = programme.clinic
    kinds = (FollowUpKind.CHECK_24_HOURS, FollowUpKind.CLINICIAN_TASK)
    own = clinic.follow_ups.filter(patient_id=programme.patient_id, kind__in=kinds)
    cancel_pending(own, now=now)
    latest = clinic.assessments.filter(patient_id=programme.patient_id).latest("assessed_at", "id")
    return plan_check(latest, run_at=run_at, now=now)
