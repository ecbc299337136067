"""An answered follow-up becomes an assessment of its own, linked to the first (F.8)."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from assessments.decisions.services.submit import Recorded, Submission, submit_assessment
from assessments.follow_ups.models import CHASERS, OF_A_RUN, FollowUp
from assessments.parameters.services.in_force import parameters_in_force
from assessments.programmes.models import RunLog
from assessments.programmes.services.reminders import remind_again
from assessments.protocol.follow_up import carry_attestations, carry_forward
from assessments.records.models import Assessment
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.refusals import NotFound, Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.services import lock_patient


class FollowUpNotFoundError(NotFound):
    """No such follow-up in this clinic."""


class FollowUpClosedError(Refusal):
    """It is answered or cancelled already; ``state`` says which."""

    def __init__(self, state: str) -> None:
        super().__init__(f"The follow-up is {state}.")
        self.state = state


class ReportedError(Refusal):
    """A referral isn't answered by an assessment: a clinician reports a result."""

    words = "A referral is answered by its result."


def answer_follow_up(
    *, clinic: Clinic, actor: Actor, follow_up_id: uuid.UUID, submission: Submission, now: datetime
) -> tuple[FollowUp, Recorded]:
    """Record the answers as a new assessment and close the follow-up, in one transaction.

    Answers that a day doesn't change are carried from the linked assessment, unless given afresh. Raises what
    ``submit_assessment`` raises, ``FollowUpNotFoundError``, ``FollowUpClosedError`` or ``ReportedError``.

    A referral symptom is never turned away for coming early, but nobody knows before ``opens_at`` how the
    runner is a day after the run: what was said earlier is an assessment like any other, whose own schedule
    takes this one's place. The check of a programme's run stays open, for the run is judged by it alone.
    """
    with clinic_scope(clinic.id):
        follow_up = _lock(clinic, follow_up_id)
        if follow_up.kind in CHASERS:
            raise ReportedError
        if follow_up.state not in FollowUp.PENDING:
            raise FollowUpClosedError(follow_up.state)
        whole = with_carried_answers(about_its_run(submission, follow_up), follow_up.assessment)
        if submission.assessed_at < follow_up.opens_at:
            recorded = record_beside(follow_up, actor, replace(whole, too_early=True), now=now)
            follow_up.refresh_from_db()
            return follow_up, recorded
        whole = replace(whole, check=follow_up.id)
        recorded = submit_assessment(clinic=clinic, actor=actor, submission=whole, now=now)
        follow_up.state = FollowUp.State.ANSWERED
        follow_up.answer = recorded.assessment
        follow_up.answered_at = now
        follow_up.next_attempt_at = follow_up.claim_token = follow_up.leased_until = None
        follow_up.save()
        remind_again(follow_up, now=now)
        emit(clinic, (EventType.FOLLOW_UP_ANSWERED, follow_up.id), now=now)
    return follow_up, recorded


def record_beside(follow_up: FollowUp, actor: Actor, submission: Submission, *, now: datetime) -> Recorded:
    """Record answers that came by a follow-up and don't answer it, as an assessment of their own.

    Where a programme's run waits for its check, that stays, and carries these answers from here on. Call it
    with the runner's row locked.
    """
    clinic, runner = follow_up.clinic, follow_up.patient_id
    runs = clinic.runs.filter(programme__patient_id=runner, check_due__state__in=FollowUp.PENDING)
    submission = replace(submission, run_check_stays=runs.exists())
    recorded = submit_assessment(clinic=clinic, actor=actor, submission=submission, now=now)
    if submission.run_check_stays and recorded.schedule.latest:
        own = clinic.follow_ups.filter(patient_id=runner, kind__in=OF_A_RUN, state__in=FollowUp.PENDING)
        own.update(assessment=recorded.assessment, updated_at=now)
    return recorded


def about_its_run(submission: Submission, follow_up: FollowUp) -> Submission:
    """Say of the check of a walk that there was a run: nobody is asked that."""
    if not of_a_walk(follow_up):
        return submission
    return replace(submission, answers={**submission.answers, "ran_last_14d": "yes"})


def of_a_walk(follow_up: FollowUp) -> bool:
    """Whether it is about a session of stage 0, a brisk walk: its check asks about that as about a run."""
    run = RunLog.objects.filter(check_due_id=follow_up.id).only("planned").first()
    return run is not None and (run.planned.get("stage") or {}).get("stage") == 0


def _lock(clinic: Clinic, follow_up_id: uuid.UUID) -> FollowUp:
    """Lock the runner first and the follow-up second, as recording an assessment does."""
    found = clinic.follow_ups.filter(id=follow_up_id).only("patient_id").first()
    if found is None:
        raise FollowUpNotFoundError
    lock_patient(clinic, found.patient_id)
    return clinic.follow_ups.select_for_update(of=("self",)).select_related("assessment").get(id=follow_up_id)


def with_carried_answers(submission: Submission, linked: Assessment) -> Submission:
    """Add what may be carried from the linked assessment, marked with where and when it was answered."""
    origins: dict[str, Any] = linked.carried
    dated = {name: datetime.fromisoformat(origin["assessed_at"]) for name, origin in origins.items()}
    days_max = parameters_in_force(linked.clinic).value("carry_forward_days_max")
    carried = carry_forward(
        linked.answers,
        answered_at=linked.assessed_at,
        dated=dated,
        assessed_at=submission.assessed_at,
        days_max=days_max,
        zone=linked.clinic.zone,
    )
    added = {name: value for name, value in carried.items() if name not in submission.answers}
    here = {"assessment": str(linked.id), "assessed_at": linked.assessed_at.isoformat()}
    return replace(
        submission,
        patient_id=linked.patient_id,
        answers={**added, **submission.answers},
        carried={name: origins.get(name, here) for name in added},
        attested_longstanding=carry_attestations(
            linked.attested_longstanding, assessed_at=submission.assessed_at, days_max=days_max
        ),
    )
