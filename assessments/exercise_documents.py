"""Exercise logs and their summary as the JSON of the API; ``assessments.api.exercises`` has the shapes."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from assessments.models import ExerciseLog, Programme
from assessments.services.programmes.exercises import KeptWeek
from backend.platform.api.fields import timestamp


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
