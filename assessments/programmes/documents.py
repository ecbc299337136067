"""Programmes, exercises, shoes and the permission to run as JSON, built by hand."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet

from assessments.programmes.models import ExerciseLog, Programme, ProgrammeEvent, RunLog, Shoe
from assessments.programmes.services.exercises import KeptWeek, exercises_in
from assessments.programmes.services.run_history import weeks_of
from assessments.programmes.services.run_permission import RunPermission
from assessments.programmes.services.runs import more_than_planned
from assessments.programmes.services.session import session_of
from assessments.programmes.services.shoes import wear_of
from assessments.protocol.programme import SHOE_LIMITS, Cap, ShoeLimit, ShoeSign
from assessments.protocol.programme import Programme as Plan
from assessments.records.models import Assessment
from backend.platform.api.fields import id_text, timestamp
from clinics.api.clinicians import member_document

KM_PER_MILE = 1.609344


def readable_programmes(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """Rows with the people their documents name, in one statement."""
    return programmes.select_related("assessment", "released_by__user", "cleared_by__user")


def programme_document(programme: Programme) -> dict[str, Any]:
    """What the programme says, and where the runner stands in it."""
    return {
        "id": str(programme.id),
        "patient": str(programme.patient_id),
        "assessment": str(programme.assessment_id),
        "takes_the_place_of": _reference(programme.takes_the_place_of_id),
        "state": programme.state,
        "status": programme.status,
        "phase": programme.phase,
        "stage": programme.stage,
        "share_percent": programme.share_percent,
        "greens_in_a_row": programme.greens,
        "ambers_in_a_row": programme.ambers,
        "settle_first": programme.settle_first,
        "next_run_from": timestamp(programme.next_run_from),
        "permitted_until": timestamp(programme.permitted_until),
        "review_by": timestamp(programme.review_by),
        "usual_run": distance(programme.usual_run_km),
        "clearance_needed": programme.clearance_needed,
        "cleared_at": timestamp(programme.cleared_at),
        "cleared_by": member_document(programme.cleared_by),
        "released_at": timestamp(programme.released_at),
        "released_by": member_document(programme.released_by),
        "ended_at": timestamp(programme.ended_at),
        "exercises_now": [exercise["id"] for exercise in exercises_in(programme.content, programme.phase)],
        "plan": programme.content,
        "created_at": timestamp(programme.created_at),
        "updated_at": timestamp(programme.updated_at),
    }


def session_document(programme: Programme, *, now: dt.datetime) -> dict[str, Any]:
    """The next session, and whether it may be run at this moment."""
    session = session_of(programme, now=now)
    return {
        "id": str(programme.id),
        "patient": str(programme.patient_id),
        "today": session.today,
        "session": session.words,
        "stage": session.stage,
        "distance": distance(session.distance_km),
        "minutes": session.minutes,
        "share_percent": session.share_percent,
        "cap": cap_document(session.cap) if session.cap else None,
        "after_a_gap": session.after_a_gap,
        "conditions": session.conditions,
        "stop_if": session.stop_if,
        "permitted": session.permitted,
        "blocked_by": session.blocked_by,
        "next_run_from": timestamp(session.from_),
        "at": timestamp(now),
    }


def run_document(run: RunLog) -> dict[str, Any]:
    """One run, planned against done."""
    return {
        "id": str(run.id),
        "programme": str(run.programme_id),
        "patient": str(run.programme.patient_id),
        "ended_at": timestamp(run.ended_at),
        "planned": _planned_document(run.planned),
        "distance": distance(run.distance_km),
        "minutes": run.minutes,
        "running_minutes": run.running_minutes,
        "stage": run.stage,
        "surface": run.surface or None,
        "speed": run.speed or None,
        "changed": run.levers,
        "shoe": _reference(run.shoe_id),
        "more_than_planned": more_than_planned(run),
        "as_permitted": run.as_permitted,
        "follow_up": str(run.check_due_id),
        "created_at": timestamp(run.created_at),
    }


def _planned_document(planned: dict[str, Any]) -> dict[str, Any]:
    """The session as it stood; without a stage there are no minutes."""
    stage = planned.get("stage") or {}
    return {
        "session": planned["words"],
        "stage": stage.get("stage"),
        "distance": distance(planned.get("distance_km")),
        "minutes": stage.get("minutes"),
        "running_minutes": stage.get("running_minutes", planned.get("running_minutes")),
        "changed": planned.get("levers", []),
    }


def event_document(event: ProgrammeEvent) -> dict[str, Any]:
    """One thing that moved the programme, and where it stood afterwards."""
    return {
        "id": str(event.id),
        "patient": str(event.programme.patient_id),
        "kind": event.kind,
        "at": timestamp(event.at),
        "by": member_document(event.member),
        "reason": event.reason or None,
        "reaction": event.reaction or None,
        "criteria": event.criteria,
        "phase": event.phase,
        "stage": event.stage,
        "share_percent": event.share_percent,
        "status": event.status,
    }


def load_document(programme: Programme, *, now: dt.datetime) -> dict[str, Any]:
    """The running of each week since the release against its cap."""
    weeks = [
        {
            "week": week.number,
            "starts_at": timestamp(week.starts_at),
            "runs": week.runs,
            "runs_allowed": week.runs_allowed,
            "distance": distance(week.km),
            "minutes": week.minutes,
            "cap": cap_document(week.cap),
            "within": week.within,
        }
        for week in weeks_of(programme, now=now)
    ]
    return {"id": str(programme.id), "patient": str(programme.patient_id), "weeks": weeks}


def cap_document(cap: Cap) -> dict[str, Any]:
    """A limit with its reason; a unit is null where what it rests on isn't known."""
    return {
        "distance": distance(cap.km),
        "minutes": cap.minutes,
        "basis": cap.basis,
        "reason": cap.reason,
        "sources": list(cap.sources),
    }


def plan_document(assessment: Assessment, plan: Plan) -> dict[str, Any]:
    """What the programme of an assessment says, stored or not."""
    return {
        "id": str(assessment.id),
        "patient": str(assessment.patient_id),
        **plan.as_dict(),
    }


def _reference(row: uuid.UUID | None) -> str | None:
    return None if row is None else str(row)


def distance(km: float | None) -> dict[str, float] | None:
    """A distance in km and in miles; ``None`` when it isn't known."""
    return None if km is None else {"km": round(km, 2), "mi": round(km / KM_PER_MILE, 2)}


def exercise_log_document(log: ExerciseLog) -> dict[str, Any]:
    """One exercise on one day."""
    return {
        "id": str(log.id),
        "programme": str(log.programme_id),
        "patient": str(log.programme.patient_id),
        "exercise": log.exercise,
        "done_on": log.done_on.isoformat(),
        "sets": log.sets,
        "repetitions": log.repetitions,
        "seconds": log.seconds,
        "minutes": log.minutes,
        "pain_nrs": log.pain_nrs,
        "created_at": timestamp(log.created_at),
        "updated_at": timestamp(log.updated_at),
    }


def adherence_document(programme: Programme, weeks: Iterable[KeptWeek]) -> dict[str, Any]:
    """The weeks of a programme."""
    return {
        "id": str(programme.id),
        "patient": str(programme.patient_id),
        "weeks": [
            {
                "week": week.number,
                "starts_on": week.starts_on.isoformat(),
                "phase": week.phase,
                "share_percent": week.share_percent,
                "exercises": [asdict(kept) for kept in week.exercises],
            }
            for week in weeks
        ],
    }


def shoe_document(shoe: Shoe, *, today: dt.date) -> dict[str, Any]:
    """A pair with what its runs add up to, and what that advises; a row of ``with_distance``."""
    wear = wear_of(shoe, today=today)
    return {
        "id": str(shoe.id),
        "patient": str(shoe.patient_id),
        "name": shoe.name,
        "started_on": shoe.started_on.isoformat(),
        "worn": shoe.worn,
        "retired_on": shoe.retired_on.isoformat() if shoe.retired_on else None,
        "distance_before": distance(shoe.km_before),
        "distance": distance(wear.km),
        "runs": wear.runs,
        "runs_without_distance": wear.runs_without_distance,
        "months": wear.months,
        "advice": wear.advice,
        "reached": [limit_document(limit) for limit in wear.reached],
        "limits": [limit_document(limit) for limit in SHOE_LIMITS],
        "created_at": timestamp(shoe.created_at),
        "updated_at": timestamp(shoe.updated_at),
    }


def stored_shoe_document(shoe: Shoe) -> dict[str, Any]:
    """The same for a file, with the age of the clinic's day on which it last changed."""
    return shoe_document(shoe, today=shoe.updated_at.astimezone(shoe.clinic.zone).date())


def limit_document(limit: ShoeLimit) -> dict[str, Any]:
    """A threshold, by distance or by age or by neither."""
    return {
        "advice": limit.advice,
        "sign": limit.sign,
        "distance": distance(limit.value) if limit.sign is ShoeSign.DISTANCE else None,
        "months": limit.value if limit.sign is ShoeSign.AGE else None,
        "statement": limit.statement,
        "sources": list(limit.sources),
    }


def permission_document(permission: RunPermission) -> dict[str, str | None]:
    """Whether the permission to run still holds."""
    return {
        "state": permission.state.value,
        "assessment": id_text(permission.assessment),
        "run_status": permission.run_status.value if permission.run_status else None,
        "adjust_level": permission.adjust_level.value if permission.adjust_level else None,
        "lapses_at": timestamp(permission.lapses_at),
    }
