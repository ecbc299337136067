"""A run is logged, and its check is scheduled with it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from assessments.follow_ups.models import OF_A_RUN, CancelledBecause, FollowUp
from assessments.follow_ups.services.schedule import cancel_pending, plan_check
from assessments.programmes.models import Programme, RunLog
from assessments.programmes.services.not_now import NotNowError
from assessments.programmes.services.position import (
    Kind,
    lock_released,
    move,
    note,
    standing_now,
)
from assessments.programmes.services.reminders import end_reminders
from assessments.programmes.services.session import Session, session_of
from assessments.programmes.services.shoes import shoe_for_a_run
from assessments.protocol.programme import after_run
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic
from patients.services import lock_patient

CLOCK_SKEW = timedelta(minutes=5)
#: A run older than this has no 24-hour check left to answer.
OLDEST_RUN = timedelta(hours=36)
#: A distance is planned to 100 m and measured by a watch.
MEASURED_TO_KM = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """What was done: when it ended, km, minutes, stage, surface, speed, changes, shoes."""

    ended_at: datetime
    distance_km: float | None = None
    minutes: float | None = None
    running_minutes: float | None = None
    stage: int | None = None
    surface: str = ""
    speed: str = ""
    levers: tuple[str, ...] = ()
    shoe_id: uuid.UUID | None = None


def log_run(
    *, clinic: Clinic, programme_id: uuid.UUID, run: Run, by: NamedClinician | None, now: datetime
) -> RunLog:
    """Log a run with its 24-hour check, in one transaction.

    A run that wasn't permitted is logged as such and checked like any other. The first one after a gap moves
    the programme back to where it was begun. Raises ``ProgrammeNotFoundError``, ``ShoeNotFoundError`` or
    ``NotNowError`` ("not_released", "in_the_future", "too_long_ago", "before_the_last_run", "shoe_retired").
    """
    with clinic_scope(clinic.id):
        programme = lock_released(clinic, programme_id)
        lock_patient(clinic, programme.patient_id)
        _refuse_untimely(programme, run, now)
        shoe = shoe_for_a_run(programme, run.shoe_id, on=run.ended_at) if run.shoe_id else None
        planned = session_of(programme, now=run.ended_at)
        _move(programme, planned, run, by, now)
        return programme.runs.create(
            clinic=clinic,
            ended_at=run.ended_at,
            planned=_planned(programme, planned),
            distance_km=run.distance_km,
            minutes=run.minutes,
            running_minutes=run.running_minutes,
            stage=run.stage,
            surface=run.surface,
            speed=run.speed,
            levers=list(run.levers),
            shoe=shoe,
            as_permitted=planned.permitted,
            check_due=_schedule_check(programme, run.ended_at, now),
            created_at=now,
        )


def more_than_planned(run: RunLog) -> list[str]:
    """What of a run was more than its session, of what is known of both."""
    return list(_exceeded(run))


def _exceeded(run: RunLog) -> Iterator[str]:
    stage: dict[str, Any] = run.planned.get("stage") or {}
    planned_km = run.planned.get("distance_km")
    known = planned_km is not None and run.distance_km is not None
    if known and run.distance_km > planned_km + MEASURED_TO_KM:
        yield "distance"
    for name in ("minutes", "running_minutes", "stage"):
        done, planned = getattr(run, name), stage.get(name, run.planned.get(name))
        if done is not None and planned is not None and done > planned:
            yield name


def _move(programme: Programme, planned: Session, run: Run, by: NamedClinician | None, now: datetime) -> None:
    standing = standing_now(programme, now=run.ended_at)
    move(programme, after_run(standing, run_at=run.ended_at), now=now)
    if planned.after_a_gap:
        end_reminders(programme, now=now)
        note(programme, Kind.RESTARTED, now=now, by=by)
    figures = {"distance_km": run.distance_km, "minutes": run.minutes, "permitted": planned.permitted}
    note(programme, Kind.RUN, now=now, by=by, figures=figures)


def _planned(programme: Programme, session: Session) -> dict[str, Any]:
    return {
        "words": session.words,
        "stage": session.stage,
        "distance_km": session.distance_km,
        "running_minutes": session.minutes,
        "levers": [change["lever"] for change in programme.content["changes"]],
    }


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
    own = clinic.follow_ups.filter(patient_id=programme.patient_id, kind__in=OF_A_RUN)
    cancel_pending(own, because=CancelledBecause.LATER_RUN, now=now)
    latest = clinic.assessments.filter(patient_id=programme.patient_id).latest("assessed_at", "id")
    return plan_check(latest, run_at=run_at, now=now)
