"""What a named clinician does with a programme, and what opens the gates of the phases without running."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from assessments.programmes.models import Programme, ProgrammeEvent
from assessments.programmes.services.not_now import NotNowError
from assessments.programmes.services.position import (
    Kind,
    last_run_at,
    lock_released,
    move,
    note,
    standing_now,
    standing_of,
)
from assessments.programmes.services.reminders import plan_reminder
from assessments.protocol.programme import (
    BriskWalk,
    CalmDay,
    Phase,
    Reaction,
    Standing,
    Status,
    calm_gate_open,
    gap_ended,
    restore_gate_open,
    settled,
)
from assessments.protocol.programme.phases import CALM_DAYS
from assessments.protocol.programme.reaction import SHARE_MAX, one_step_back, one_step_up
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic

#: What P3's gate asks for: so many days in which every check was green (F.1).
GREEN_DAYS_TO_COMPLETE = timedelta(days=14)
#: Only a new assessment leads out of these.
ENDED_BY_ASSESSMENT = {Status.STOPPED.value, Status.SUSPENDED.value}


def hold(
    *, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, reason: str, now: datetime
) -> Programme:
    """Pause the programme until a clinician resumes it. Raises ``NotNowError`` ("not_active")."""
    with clinic_scope(clinic.id):
        programme = _active(clinic, programme_id)
        return _set_status(programme, Status.HELD, Kind.HELD, by, reason, now)


def resume(
    *, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, reason: str, now: datetime
) -> Programme:
    """Go on after a hold; after a stop or a suspension a new assessment decides. Raises ``NotNowError``."""
    with clinic_scope(clinic.id):
        programme = lock_released(clinic, programme_id)
        if programme.status != Status.HELD:
            code = "needs_assessment" if programme.status in ENDED_BY_ASSESSMENT else "not_held"
            raise NotNowError(code, programme)
        return _set_status(programme, Status.ACTIVE, Kind.RESUMED, by, reason, now)


def _set_status(
    programme: Programme,
    status: Status,
    kind: ProgrammeEvent.Kind,
    by: NamedClinician,
    reason: str,
    now: datetime,
) -> Programme:
    move(programme, replace(standing_of(programme), status=status, greens=0), now=now)
    note(programme, kind, now=now, by=by, reason=reason)
    return programme


def step_back(
    *, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, reason: str, now: datetime
) -> Programme:
    """One stage less, or a tenth. Raises ``NotNowError`` ("not_active")."""
    with clinic_scope(clinic.id):
        programme = _active(clinic, programme_id)
        move(programme, one_step_back(standing_of(programme)), now=now)
        note(programme, Kind.STEPPED_BACK, now=now, by=by, reason=reason)
        return programme


def advance(
    *, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, reason: str, now: datetime
) -> Programme:
    """One stage more, or a tenth, on a clinician's judgement; never two, and not past a waiting check.

    Raises ``NotNowError`` ("not_active", "after_a_gap", "no_running_in_this_phase", "settle_first",
    "check_unanswered", "last_check_not_green").
    """
    with clinic_scope(clinic.id):
        programme = _active(clinic, programme_id)
        standing = standing_of(programme)
        if gap_ended(last_run_at(programme), now=now):
            raise NotNowError("after_a_gap")
        if standing.phase not in {Phase.GRADED_RETURN, Phase.BUILD}:
            raise NotNowError("no_running_in_this_phase")
        if standing.settle_first:
            raise NotNowError("settle_first")
        if standing.permitted_until is not None:
            raise NotNowError("check_unanswered")
        if not standing.past or standing.past[-1][1] is not Reaction.GREEN:
            raise NotNowError("last_check_not_green")
        if programme.events.order_by("-at", "-id").values_list("kind", flat=True).first() == Kind.ADVANCED:
            raise NotNowError("advanced_already", programme)
        move(programme, one_step_up(standing), now=now)
        note(programme, Kind.ADVANCED, now=now, by=by, reason=reason)
        return programme


def report_settled(
    *, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, now: datetime
) -> Programme:
    """The pain has been at its usual level for 24 hours. Raises ``NotNowError`` ("not_active")."""
    with clinic_scope(clinic.id):
        programme = _active(clinic, programme_id)
        move(programme, settled(standing_of(programme)), now=now)
        note(programme, Kind.SETTLED, now=now, by=by)
        return programme


def report_calm_day(
    *, clinic: Clinic, programme_id: uuid.UUID, day: CalmDay, by: NamedClinician, now: datetime
) -> Programme:
    """A day of P0; the second calm one in a row opens P1.

    Raises ``NotNowError`` ("not_active", "wrong_phase", "same_day").
    """
    figures = {"usual_nrs": day.usual_nrs, "walking_nrs": day.walking_nrs}
    with clinic_scope(clinic.id):
        programme = _in_phase(clinic, programme_id, Phase.CALM)
        earlier = _reported(programme, Kind.CALM_DAY, now)
        days = tuple(
            CalmDay(**event.figures) for event in earlier if _day_before(event, earlier, clinic, now)
        )
        opens = calm_gate_open((*days, day))
        # Before a clinician has examined the runner, calm days open nothing: P1 loads the back.
        if opens and _cleared(programme):
            move(programme, replace(standing_of(programme), phase=Phase.RESTORE), now=now)
        note(programme, Kind.CALM_DAY, now=now, by=by, figures=figures)
        return programme


def report_brisk_walk(
    *, clinic: Clinic, programme_id: uuid.UUID, walk: BriskWalk, by: NamedClinician, now: datetime
) -> Programme:
    """A walk of P1; the second good one opens P2, unless a clearance is outstanding.

    Raises ``NotNowError`` ("wrong_phase", "same_day").
    """
    figures = {
        "minutes": walk.minutes,
        "rise_during": walk.rise_during,
        "rise_next_day": walk.rise_next_day,
    }
    with clinic_scope(clinic.id):
        programme = _in_phase(clinic, programme_id, Phase.RESTORE)
        earlier = _reported(programme, Kind.BRISK_WALK, now)
        walks = (*(BriskWalk(**event.figures) for event in earlier), walk)
        _open_graded_return(programme, walks, now)
        note(programme, Kind.BRISK_WALK, now=now, by=by, figures=figures)
        return programme


def clear(*, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, now: datetime) -> Programme:
    """A named clinician clears running; only then P2.

    Raises ``NotNowError`` ("not_active", "no_clearance_needed", "cleared").
    """
    with clinic_scope(clinic.id):
        programme = _active(clinic, programme_id)
        if not programme.clearance_needed:
            raise NotNowError("no_clearance_needed")
        if programme.cleared_at is not None:
            raise NotNowError("cleared", programme)
        programme.cleared_at, programme.cleared_by = now, by.member
        programme.save()
        if programme.phase == Phase.CALM and _calm_already(programme, clinic, now):
            move(programme, replace(standing_of(programme), phase=Phase.RESTORE), now=now)
        elif programme.phase == Phase.RESTORE:
            walks = tuple(BriskWalk(**e.figures) for e in _all(programme, Kind.BRISK_WALK))
            _open_graded_return(programme, walks, now)
        note(programme, Kind.CLEARED, now=now, by=by)
        emit(clinic, (EventType.CLEARANCE_RECORDED, programme.id), now=now)
        return programme


def _cleared(programme: Programme) -> bool:
    return programme.cleared_at is not None or not programme.clearance_needed


def _calm_already(programme: Programme, clinic: Clinic, now: datetime) -> bool:
    """Whether the last two dates up to today or yesterday were reported calm."""
    events = _all(programme, Kind.CALM_DAY)[-CALM_DAYS:]
    dates = [event.at.astimezone(clinic.zone).date() for event in events]
    in_a_row = len(dates) == CALM_DAYS and dates[1] - dates[0] == timedelta(days=1)
    recent = bool(dates) and now.astimezone(clinic.zone).date() - dates[-1] <= timedelta(days=1)
    return in_a_row and recent and calm_gate_open(tuple(CalmDay(**event.figures) for event in events))


def complete(*, clinic: Clinic, programme_id: uuid.UUID, by: NamedClinician, now: datetime) -> Programme:
    """From P3 into prehab with its reminders: usual volume and two green weeks.

    Raises ``NotNowError`` ("wrong_phase", "below_usual_volume", "not_two_green_weeks").
    """
    with clinic_scope(clinic.id):
        programme = _in_phase(clinic, programme_id, Phase.BUILD)
        standing = standing_now(programme, now=now)
        if standing.share_percent < SHARE_MAX:
            raise NotNowError("below_usual_volume")
        if not _two_green_weeks(standing, now):
            raise NotNowError("not_two_green_weeks")
        move(programme, replace(standing, phase=Phase.PREHAB), now=now)
        note(programme, Kind.COMPLETED, now=now, by=by)
        plan_reminder(programme, now=now)
        return programme


def _two_green_weeks(standing: Standing, now: datetime) -> bool:
    """Checks over at least two weeks, and every one of the last two weeks green."""
    since = now - GREEN_DAYS_TO_COMPLETE
    recent = [reaction for at, reaction in standing.past if at > since]
    before = any(at <= since for at, _ in standing.past)
    return before and bool(recent) and all(reaction is Reaction.GREEN for reaction in recent)


def _active(clinic: Clinic, programme_id: uuid.UUID) -> Programme:
    programme = lock_released(clinic, programme_id)
    if programme.status != Status.ACTIVE:
        raise NotNowError("not_active", programme)
    return programme


def _in_phase(clinic: Clinic, programme_id: uuid.UUID, phase: Phase) -> Programme:
    programme = _active(clinic, programme_id)
    if programme.phase != phase:
        raise NotNowError("wrong_phase", programme)
    return programme


def _all(programme: Programme, kind: ProgrammeEvent.Kind) -> list[ProgrammeEvent]:
    return list(programme.events.filter(kind=kind).order_by("at", "id"))


def _reported(programme: Programme, kind: ProgrammeEvent.Kind, now: datetime) -> list[ProgrammeEvent]:
    """What was reported on earlier days. Raises ``NotNowError`` when today's is there already."""
    zone = programme.clinic.zone
    events = _all(programme, kind)
    if events and events[-1].at.astimezone(zone).date() == now.astimezone(zone).date():
        raise NotNowError("same_day")
    return events


def _day_before(event: ProgrammeEvent, events: list[ProgrammeEvent], clinic: Clinic, now: datetime) -> bool:
    """Whether it is yesterday's report: only then are the two days in a row."""
    yesterday = now.astimezone(clinic.zone).date() - timedelta(days=1)
    return event is events[-1] and event.at.astimezone(clinic.zone).date() == yesterday


def _open_graded_return(programme: Programme, walks: tuple[BriskWalk, ...], now: datetime) -> None:
    cleared = programme.cleared_at is not None
    if restore_gate_open(walks, clearance_needed=programme.clearance_needed, cleared=cleared):
        begun = replace(standing_of(programme), phase=Phase.GRADED_RETURN, stage=0, greens=0, ambers=0)
        move(programme, begun, now=now)
