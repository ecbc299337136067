"""What the runner reads after sending: where to go at once, or what holds until the clinic has looked."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from assessments.check_ins.services.links import Opened
from assessments.follow_ups.models import FollowUp, FollowUpKind
from assessments.programmes.models import Programme
from assessments.programmes.services.run_permission import Permission, permission_of_runner
from assessments.programmes.services.session import session_of
from assessments.protocol.follows import Running
from assessments.protocol.texts import TEXTS
from assessments.protocol.vocabulary import Decision, RunStatus, Urgency
from assessments.records.models import Assessment
from assessments.records.services import effective_decision
from assessments.records.what_follows import WhereToGo, follows_of, met_of, reasons_for_the_runner, suspicions
from clinics.identity.models import Clinic

TOLD = "Your clinic has been told."
NO_RUN = "Do not run until your clinic has spoken with you."
NOT_CONFIRMED = "A clinician at your clinic looks at your answers. Until then they count as your own report."
NOBODY_RINGS = "Your clinic keeps your answers. Ring it if you want to talk about them."
#: Work of the clinic's own, with a date, that a sentence to a runner may rest on.
PROMISED_BY = (FollowUpKind.CLINICIAN_TASK, FollowUpKind.DAY_7, FollowUpKind.DAY_14)
NO_NEW_PERMISSION = "This page gives no new permission to run: keep to what your clinic told you."


@dataclass(frozen=True, slots=True)
class Outcome:
    """``alarm``: the page shouts. ``lines`` are what to do, the first one first."""

    title: str
    lines: tuple[str, ...]
    alarm: bool = False


def outcome_of(clinic: Clinic, assessment: Assessment, *, now: dt.datetime) -> Outcome:
    """Return what to tell the runner about their answers, never more than their programme permits."""
    overrides = assessment.overrides.all()
    effective = effective_decision(assessment, overrides)
    why = () if overrides else tuple(reasons_for_the_runner(assessment.evaluation))
    match effective.urgency:
        case Urgency.EMERGENCY_NOW:
            return _go_now(clinic, assessment, why)
        case Urgency.SAME_DAY:
            return _today(clinic, assessment, why)
        case Urgency.COMPLETE_SCREEN_NOW:
            return _asked_again(clinic, assessment, why)
        case _ if effective.decision == Decision.REFER_URGENT:
            lines = (*what_holds(assessment), *why, _promise(clinic, assessment))
            return Outcome("Thank you. You need to be seen.", lines)
        case _ if effective.run_status == RunStatus.NO_RUNNING and not _led_through_its_gate(
            clinic, assessment, effective.decision
        ):
            lines = (*what_holds(assessment), *why, _promise(clinic, assessment), NOT_CONFIRMED)
            return Outcome("Thank you. No running for now.", lines)
    return Outcome(
        "Thank you. Your clinic has your answers.", (_may_run(clinic, assessment, now), *why, NOT_CONFIRMED)
    )


def _go_now(clinic: Clinic, assessment: Assessment, why: tuple[str, ...]) -> Outcome:
    title, *places = WhereToGo.of(clinic, met_of(assessment.evaluation)).to_the_runner()
    return Outcome(
        title,
        (
            *places,
            "Do not drive yourself, do not wait for a call back, and do not run.",
            *why,
            *_at_the_door(assessment, Urgency.EMERGENCY_NOW),
            TOLD,
        ),
        alarm=True,
    )


def _today(clinic: Clinic, assessment: Assessment, why: tuple[str, ...]) -> Outcome:
    return Outcome(
        "A doctor needs to see you today",
        (
            "Ring your clinic now: do not wait until tomorrow.",
            *_if_worse(clinic, assessment),
            TEXTS.column(Running.NONE).runner,
            *why,
            *_at_the_door(assessment, Urgency.SAME_DAY),
            TOLD,
        ),
        alarm=True,
    )


def _if_worse(clinic: Clinic, assessment: Assessment) -> Iterator[str]:
    """Where to go when it can't wait for the clinic; nothing where the clinic names no place."""
    where = WhereToGo.of(clinic, met_of(assessment.evaluation))
    if said := where.as_text("If you get worse or reach nobody"):
        yield said


def _at_the_door(assessment: Assessment, urgency: Urgency) -> Iterator[str]:
    """What to say there: the suspicion, never only that the back hurts."""
    found = suspicions(assessment.evaluation, urgency=urgency)
    if found:
        yield f"Say this there, or show it: “{' '.join(found)}”"
    if assessment.answers.get("pregnancy_warning_signs") == "yes":
        yield "Tell them that you are pregnant, and how many weeks."


def _asked_again(clinic: Clinic, assessment: Assessment, why: tuple[str, ...]) -> Outcome:
    return Outcome(
        "Your clinic needs to ask you more today",
        (
            "Ring your clinic today; it is told, too.",
            *_if_worse(clinic, assessment),
            TEXTS.column(Running.NONE).runner,
            *(why or what_holds(assessment)),
        ),
        alarm=True,
    )


def link_from_here(opened: Opened) -> str:
    """What the link is still good for: answers that came too early leave the check to be answered."""
    if opened.link.ended_at is not None:
        return "The link is used up."
    when = _moment(opened.follow_up.opens_at, opened.clinic)
    return f"Your check itself is still to come: open this link again from {when}."


def what_holds(assessment: Assessment) -> tuple[str, ...]:
    """What follows for running, activity and the gate, as the runner reads it."""
    follows = follows_of(assessment)
    columns = (follows.running, follows.activity, follows.gate)
    return tuple(filter(None, (TEXTS.column(word).runner for word in columns)))


def _promise(clinic: Clinic, assessment: Assessment) -> str:
    """That the clinic will be in touch, only where it has been told, or has a task with a date."""
    if clinic.escalations.filter(assessment=assessment).exists():
        return f"{TOLD} It will be in touch about this."
    task = clinic.follow_ups.filter(
        assessment=assessment, state__in=FollowUp.PENDING, kind__in=PROMISED_BY
    ).order_by("due_at")
    due = task.values_list("due_at", flat=True).first()
    if due is None:
        return NOBODY_RINGS
    local = due.astimezone(clinic.zone)
    return f"Your clinic will be in touch by {local:%A} {local.day} {local:%B}."


def _led_through_its_gate(clinic: Clinic, assessment: Assessment, decision: Decision) -> bool:
    """Whether running waits for a gate, and a released programme says where the runner stands before it."""
    released = clinic.programmes.filter(patient_id=assessment.patient_id, state=Programme.State.RELEASED)
    return decision == Decision.ADJUST_RUNNING and released.exists()


def _may_run(clinic: Clinic, assessment: Assessment, now: dt.datetime) -> str:
    """The programme's next session, only when programme and latest assessment both permit it."""
    programme = clinic.programmes.filter(
        patient_id=assessment.patient_id, state=Programme.State.RELEASED
    ).first()
    if programme is None:
        return NO_NEW_PERMISSION
    session = session_of(programme, now=now)
    if session.permitted:
        found = permission_of_runner(clinic=clinic, patient_id=assessment.patient_id, now=now)
        permitted = found.state is Permission.HOLDS
        return (
            f"Your programme's next session: {session.words.rstrip('.')}." if permitted else NO_NEW_PERMISSION
        )
    if session.blocked_by == "clear_days" and session.from_ is not None:
        when = _moment(session.from_, clinic)
        return f"Your programme's next session: {session.words.rstrip('.')}. Not before {when}."
    return NO_RUN


def _moment(at: dt.datetime, clinic: Clinic) -> str:
    local = at.astimezone(clinic.zone)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
