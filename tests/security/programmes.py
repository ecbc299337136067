"""Programmes at every step, written straight into their tables: the matrix makes them a thousand times."""

import datetime as dt
import uuid
from copy import copy
from typing import Any

from assessments.programmes.models import ExerciseLog, Programme, ProgrammeEvent, RunLog
from assessments.programmes.services.draft_and_release import preview
from assessments.protocol.follow_up import check_after_run
from assessments.records.models import Assessment
from backend.platform.storage.columns import new_id
from clinics.identity.models import Clinic
from patients.models import Patient

#: The state in which each step is possible.
READY: dict[str, dict[str, Any]] = {
    "draft": {"state": "draft", "released_at": None, "released_by": None},
    "active": {"phase": "P2", "stage": 3},
    "calm": {"phase": "P0"},
    "restore": {"phase": "P1"},
    "uncleared": {"phase": "P0", "clearance_needed": True},
    "held": {"status": "held"},
    "checked": {"phase": "P2", "stage": 3},
    "built": {"phase": "P3"},
}


def programmes_of(clinic: Clinic, assessment: Assessment, now: dt.datetime) -> dict[str, uuid.UUID]:
    """A programme in each of those states, each of a runner of its own; the active one has a run."""
    runners = Patient.objects.bulk_create(
        Patient(clinic=clinic, given_name="Robin", family_name=f"Runner {name}") for name in READY
    )
    released = {"state": "released", "released_at": now, "released_by": clinic.on_call, "phase": "P3"}
    content = preview(assessment).as_dict()
    answers = [_answers_of(assessment, runner) for runner in runners]
    Assessment.objects.bulk_create(answers)
    made = Programme.objects.bulk_create(
        Programme(
            clinic=clinic, patient=own.patient, assessment=own, content=content, **released | READY[name]
        )
        for name, own in zip(READY, answers, strict=True)
    )
    ids = {name: programme.id for name, programme in zip(READY, made, strict=True)}
    green = {"clinic": clinic, "kind": "reacted", "reaction": "green", "status": "active", "stage": 3}
    ProgrammeEvent.objects.bulk_create(
        ProgrammeEvent(
            programme_id=ids[name], at=now - dt.timedelta(days=days), phase="P3", share_percent=100, **green
        )
        for name, days in (("checked", 1), ("built", 15), ("built", 1))
    )
    _run(clinic, ids["checked"], answers[list(READY).index("checked")], now)
    ExerciseLog.objects.create(
        clinic=clinic, programme_id=ids["active"], exercise="bridge", done_on=now.date(), sets=2
    )
    return ids


def _answers_of(assessment: Assessment, runner: Patient) -> Assessment:
    """Another runner with the same answers."""
    own = copy(assessment)
    own.id, own.patient = new_id(), runner
    return own


def _run(clinic: Clinic, programme: uuid.UUID, assessment: Assessment, now: dt.datetime) -> None:
    ended = now - dt.timedelta(days=2)
    plan = check_after_run(ended)
    check = clinic.follow_ups.create(
        patient=assessment.patient,
        assessment=assessment,
        kind=plan.kind,
        state="cancelled",
        opens_at=plan.opens_at,
        due_at=plan.due_at,
        overdue_at=plan.overdue_at,
    )
    RunLog.objects.create(
        clinic=clinic,
        programme_id=programme,
        ended_at=ended,
        planned={"words": "Easy"},
        as_permitted=True,
        check_due=check,
        created_at=ended,
    )
