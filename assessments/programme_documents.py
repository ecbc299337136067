"""Programmes as the JSON of the API, built by hand; ``assessments.api.programme_shapes`` has the shapes."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from assessments.documents import member_document, timestamp
from assessments.models import Assessment, Programme, ProgrammeEvent, RunLog
from assessments.protocol.programme import Programme as Plan
from assessments.protocol.programme import week_cap
from assessments.services.programmes.session import session_of

KM_PER_MILE = 1.609344
WEEK = dt.timedelta(days=7)


def readable_programmes(programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """Rows with the people their documents name, in one statement."""
    return programmes.select_related("released_by__user", "cleared_by__user")


def programme_document(programme: Programme) -> dict[str, Any]:
    """What the programme says, and where the runner stands in it."""
    return {
        "id": str(programme.id),
        "patient": str(programme.patient_id),
        "assessment": str(programme.assessment_id),
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
        "session": session.words,
        "stage": session.stage,
        "distance": distance(session.distance_km),
        "share_percent": session.share_percent,
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
        "planned": run.planned["words"],
        "distance": distance(run.distance_km),
        "minutes": run.minutes,
        "surface": run.surface or None,
        "changed": run.levers,
        "as_permitted": run.as_permitted,
        "follow_up": str(run.check_due_id),
        "created_at": timestamp(run.created_at),
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
    """The distance of each week since the release against its cap; weeks begin when the programme began.

    A cap rests on the week before it; the running week is the last.
    """
    began = programme.released_at
    runs = list(programme.runs.order_by("ended_at").values_list("ended_at", "distance_km"))
    reds = list(
        programme.events.filter(kind=ProgrammeEvent.Kind.REACTED)
        .exclude(reaction="green")
        .values_list("at", flat=True)
    )
    weeks: list[dict[str, Any]] = []
    before: float | None = None
    number = 0
    while began is not None and began + number * WEEK <= now:
        starts = began + number * WEEK
        known = [km for at, km in runs if starts <= at < starts + WEEK]
        total = None if None in known else round(sum(km for km in known if km is not None), 2)
        green = not any(starts - WEEK <= at < starts for at in reds)
        cap = week_cap(before, week=number + 1, last_7_days_green=green)
        weeks.append(
            {
                "week": number + 1,
                "starts_at": timestamp(starts),
                "runs": len(known),
                "distance": distance(total),
                "cap": distance(cap.km),
                "cap_reason": cap.reason,
                "cap_sources": list(cap.sources),
                "within": None if cap.km is None or total is None else total <= cap.km,
            }
        )
        before, number = total, number + 1
    return {"id": str(programme.id), "patient": str(programme.patient_id), "weeks": weeks}


def plan_document(assessment: Assessment, plan: Plan) -> dict[str, Any]:
    """What the programme of an assessment says, stored or not."""
    return {
        "id": str(assessment.id),
        "patient": str(assessment.patient_id),
        **plan.as_dict(),
    }


def distance(km: float | None) -> dict[str, float] | None:
    """A distance in km and in miles; ``None`` when it isn't known."""
    return None if km is None else {"km": round(km, 2), "mi": round(km / KM_PER_MILE, 2)}
