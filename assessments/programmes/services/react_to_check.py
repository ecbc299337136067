"""What the answer to a check, or silence, does to the runner's programme.

Optional by nature: where it fails, assessment and escalation stand, and the programme is held until somebody
has looked (S14).
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog
from django.db import transaction

from assessments.follow_ups.models import FollowUp
from assessments.programmes.models import Programme, RunLog
from assessments.programmes.services.position import Kind, move, note, standing_of
from assessments.programmes.services.reminders import end_reminders
from assessments.protocol import Evaluation
from assessments.protocol.programme import Phase, Reaction, Status, judge, react
from assessments.records.models import Assessment
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from clinics.identity.models import Clinic

logger = structlog.get_logger(__name__)


def react_to(
    assessment: Assessment, evaluation: Evaluation, *, check: uuid.UUID | None, now: datetime
) -> None:
    """Let an assessment move the runner's programme: a run's check by F.7, any other one only for the worse.

    ``check`` is the follow-up that it answers. Call it with the runner's row locked.
    """
    clinic, patient_id = assessment.clinic, assessment.patient_id
    _or_hold(clinic, patient_id, now, lambda: _react(assessment, evaluation, check, now))


def nobody_answered(follow_up: FollowUp, *, now: datetime) -> None:
    """The check of a run went unanswered until the permission lapsed: unknown, and nothing advances."""
    clinic, patient_id = follow_up.clinic, follow_up.patient_id
    _or_hold(clinic, patient_id, now, lambda: _react_to_silence(follow_up, now))


def _or_hold(clinic: Clinic, patient_id: uuid.UUID, now: datetime, change: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            change()
    except Exception as exc:  # noqa: BLE001 - nothing about a programme may hold an escalation back
        logger.error("reaction_failed", patient=str(patient_id), kind=type(exc).__name__)
        current = clinic.programmes.filter(patient_id=patient_id, state__in=Programme.CURRENT)
        held = list(current.filter(status=Status.ACTIVE).select_for_update().values_list("id", flat=True))
        current.filter(id__in=held).update(status=Status.HELD, updated_at=now)
        if held:
            emit(clinic, *((EventType.PROGRAMME_HELD, one) for one in held), now=now)


def _react(assessment: Assessment, evaluation: Evaluation, check: uuid.UUID | None, now: datetime) -> None:
    programme = _current(assessment.clinic, assessment.patient_id)
    if programme is None:
        return
    run = programme.runs.filter(check_due_id=check).first() if check else None
    reaction, reasons = judge(evaluation, of_a_run=run is not None)
    if run is None and reaction not in {Reaction.ESCALATE, Reaction.STOP}:
        _hold_when_pain_returns(programme, reaction, reasons, now)
        _give_back(programme, reaction, now)
        return
    run_at = run.ended_at if run is not None else assessment.assessed_at
    outcome = react(evaluation, standing_of(programme), run_at=run_at, now=now, of_a_run=run is not None)
    move(programme, outcome.standing, now=now)
    note(programme, Kind.REACTED, now=now, reaction=outcome.reaction, criteria=outcome.reasons)
    if outcome.standing.status in {Status.STOPPED, Status.SUSPENDED}:
        end_reminders(programme, now=now)


def _hold_when_pain_returns(
    programme: Programme, reaction: Reaction, reasons: tuple[str, ...], now: datetime
) -> None:
    """In prehab pain that is back holds the programme: a clinician resumes it or drafts a new one."""
    pain = reaction in {Reaction.AMBER, Reaction.RED}
    if pain and programme.phase == Phase.PREHAB and programme.status == Status.ACTIVE:
        move(programme, replace(standing_of(programme), status=Status.HELD, greens=0), now=now)
        note(programme, Kind.PAIN_RETURNED, now=now, criteria=reasons)


def _give_back(programme: Programme, reaction: Reaction, now: datetime) -> None:
    """A whole assessment without a finding opens again what an unanswered or unclear check had closed.

    The same session as before, and the row of green checks begins anew; the run's own check comes first as
    long as it can be answered.
    """
    standing = standing_of(programme)
    lapsed = standing.permitted_until is not None and now >= standing.permitted_until
    if reaction is Reaction.GREEN and standing.status is Status.ACTIVE and lapsed:
        move(programme, replace(standing, permitted_until=None, greens=0, ambers=0), now=now)
        note(programme, Kind.RESUMED, now=now)


def _react_to_silence(follow_up: FollowUp, now: datetime) -> None:
    programme = _current(follow_up.clinic, follow_up.patient_id)
    run = RunLog.objects.filter(programme=programme, check_due=follow_up).first()
    if programme is None or run is None:
        return
    outcome = react(None, standing_of(programme), run_at=run.ended_at, now=now)
    move(programme, outcome.standing, now=now)
    note(programme, Kind.REACTED, now=now, reaction=outcome.reaction)


def _current(clinic: Clinic, patient_id: uuid.UUID) -> Programme | None:
    current = clinic.programmes.select_for_update().filter(patient_id=patient_id, state__in=Programme.CURRENT)
    return current.first()
