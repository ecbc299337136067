"""In prehab somebody asks now and then: strength, warm-up, shoes, and whether pain has returned."""

from datetime import datetime

from assessments.follow_ups.models import CancelledBecause, FollowUp, FollowUpKind
from assessments.follow_ups.services.schedule import cancel_pending, plan_one
from assessments.programmes.models import Programme
from assessments.protocol.follow_up import prehab_reminder
from assessments.protocol.programme import Phase, Status

GOES_ON = (Status.ACTIVE.value, Status.HELD.value)


def plan_reminder(programme: Programme, *, now: datetime) -> FollowUp:
    """Plan the next reminder of a programme that is in prehab; it takes the place of an earlier one."""
    end_reminders(programme, now=now)
    clinic = programme.clinic
    latest = clinic.assessments.filter(patient_id=programme.patient_id).latest("assessed_at", "id")
    return plan_one(latest, prehab_reminder(now, clinic.zone), now=now)


def end_reminders(programme: Programme, *, now: datetime) -> None:
    """Nobody is reminded any more."""
    own = programme.clinic.follow_ups.filter(patient_id=programme.patient_id, kind=FollowUpKind.PREHAB)
    cancel_pending(own, because=CancelledBecause.PROGRAMME_MOVED_ON, now=now)


def remind_again(answered: FollowUp, *, now: datetime) -> None:
    """A reminder was answered: the next one follows, for as long as the runner is in prehab."""
    if answered.kind != FollowUpKind.PREHAB:
        return
    programme = answered.clinic.programmes.filter(
        patient_id=answered.patient_id,
        state=Programme.State.RELEASED,
        phase=Phase.PREHAB.value,
        status__in=GOES_ON,
    ).first()
    if programme is not None:
        plan_reminder(programme, now=now)
