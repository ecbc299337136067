"""Programmes as the JSON of the API, built by hand; ``assessments.api.programme_shapes`` has the shapes."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import QuerySet

from assessments.models import Programme, ProgrammeEvent, RunLog
from assessments.protocol.programme import Cap
from assessments.protocol.programme import Programme as Plan
from assessments.records.models import Assessment
from assessments.services.programmes.exercises import exercises_in
from assessments.services.programmes.load import weeks_of
from assessments.services.programmes.runs import more_than_planned
from assessments.services.programmes.session import session_of
from backend.platform.api.fields import timestamp
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
