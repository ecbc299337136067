"""A clinician decides otherwise: upward freely, downward on grounds that are recorded."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.escalations.services.escalate import escalate_to
from assessments.follow_ups.services.schedule import plan_check
from assessments.protocol.vocabulary import Decision, RunStatus, Urgency, urgency_rank
from assessments.records.models import Assessment, Override
from assessments.records.services import Effective, effective_decision, lock_latest
from backend.platform.refusals import FieldProblem, Invalid
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic

#: The least urgency of a referral; leaving the urgency out never lowers it.
LEAST_URGENCY = {
    Decision.REFER_URGENT: Urgency.WITHIN_2_WEEKS,
    Decision.REFER_EMERGENCY: Urgency.EMERGENCY_NOW,
}
#: A hand-over or an exclusion counts when it isn't older than this before the assessment it answers.
GROUNDS_MAY_PRECEDE = timedelta(hours=24)
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, by examination or imaging."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Handover:
    """To whom the runner was handed over, and when."""

    to: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Who excluded the emergency, when, and on what grounds."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What the clinician decides; without ``urgency`` it stays, or rises to what the decision needs."""

    decision: Decision
    reason: str
    urgency: Urgency | None = None
    role: str = ""
    finding: Finding | None = None
    handover: Handover | None = None
    exclusion: Exclusion | None = None


class OverrideRefusedError(Invalid):
    """It isn't taken; its ``places`` say why, all of them."""

    telling = True


def override_decision(
    *, clinic: Clinic, assessment_id: uuid.UUID, decided: Decided, by: NamedClinician, now: datetime
) -> Override:
    """Record what a named clinician decides about an assessment; the evaluation stays.

    More urgent than what held, it calls somebody as an assessment of that urgency does. Less urgent, it
    closes nothing: an escalation ends by being acknowledged and resolved. Raises ``OverrideRefusedError`` and
    what ``lock_latest`` raises.
    """
    with clinic_scope(clinic.id):
        assessment = lock_latest(clinic, assessment_id)
        before = effective_decision(assessment, assessment.overrides.all())
        after = _after(decided, before)
        downward = after.rank < before.rank or after.urgency_rank < before.urgency_rank
        if places := list(_refusals(assessment, decided, before, after, now)):
            raise OverrideRefusedError(places=places)
        override = _row(assessment, decided, after, by, now)
        override.downward = downward
        override.save(force_insert=True)
        if before.run_status == RunStatus.NO_RUNNING != after.run_status:
            plan_check(assessment, run_at=now, now=now)
        if not downward or after.urgency_rank > before.urgency_rank:
            escalate_to(clinic=clinic, assessment=assessment, urgency=after.urgency, by=by, now=now)
    return override


def _after(decided: Decided, before: Effective) -> Effective:
    least = LEAST_URGENCY.get(decided.decision, Urgency.NONE)
    urgency = decided.urgency or max(before.urgency, least, key=urgency_rank)
    return Effective(decided.decision, urgency)


def _refusals(
    assessment: Assessment, decided: Decided, before: Effective, after: Effective, now: datetime
) -> Iterator[FieldProblem]:
    """Everything that is wrong with it."""
    least = LEAST_URGENCY.get(after.decision, Urgency.NONE)
    if after.urgency_rank < urgency_rank(least):
        yield FieldProblem("/urgency", "too_low", f"This decision is {least.value} at least.")
    if after.urgency == Urgency.EMERGENCY_NOW and after.decision != Decision.REFER_EMERGENCY:
        yield FieldProblem(
            "/urgency", "not_an_emergency", "emergency_now goes with refer_emergency; say which urgency."
        )
    if (after.rank, after.urgency) == (before.rank, before.urgency):
        yield FieldProblem("/decision", "no_change", "This is what holds already.")
    if after.rank < before.rank or after.urgency_rank < before.urgency_rank:
        yield from _lacking_grounds(decided, before, after)
    yield from _untimely_grounds(assessment, decided, now)


def _lacking_grounds(decided: Decided, before: Effective, after: Effective) -> Iterator[FieldProblem]:
    """A less cautious decision needs a role and a finding; an emergency needs more than an opinion."""
    if not decided.role:
        yield FieldProblem("/role", "required", "Deciding less cautiously needs the role of who decides.")
    if decided.finding is None:
        yield FieldProblem("/finding", "required", "Deciding less cautiously needs what was found.")
    emergency_ends = before.decision == Decision.REFER_EMERGENCY != after.decision
    if emergency_ends and decided.handover is None and decided.exclusion is None:
        detail = "An emergency ends with a recorded hand-over or exclusion only."
        yield FieldProblem("/handover", "required", detail)


def _untimely_grounds(assessment: Assessment, decided: Decided, now: datetime) -> Iterator[FieldProblem]:
    """What happened well before the assessment can't answer it, nor what hasn't happened yet."""
    for field, grounds in (("handover", decided.handover), ("exclusion", decided.exclusion)):
        if grounds is None:
            continue
        if grounds.at > now + CLOCK_SKEW:
            yield FieldProblem(f"/{field}/at", "in_the_future", "Not later than now.")
        elif grounds.at < assessment.assessed_at - GROUNDS_MAY_PRECEDE:
            detail = "Not earlier than a day before the assessment."
            yield FieldProblem(f"/{field}/at", "before_the_assessment", detail)


def _row(
    assessment: Assessment, decided: Decided, after: Effective, by: NamedClinician, now: datetime
) -> Override:
    finding, handover, exclusion = decided.finding, decided.handover, decided.exclusion
    return Override(
        clinic_id=assessment.clinic_id,
        assessment=assessment,
        member=by.member,
        client=by.through,
        **after.as_dict(),
        reason=decided.reason,
        role=decided.role,
        finding_kind=finding.kind if finding else "",
        finding_text=finding.text if finding else "",
        handover_to=handover.to if handover else "",
        handover_at=handover.at if handover else None,
        exclusion_by=exclusion.by if exclusion else "",
        exclusion_at=exclusion.at if exclusion else None,
        exclusion_text=exclusion.text if exclusion else "",
        created_at=now,
        updated_at=now,
    )
