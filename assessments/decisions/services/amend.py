"""Correct or confirm the answers of an assessment: a new one takes its place, the old stays as it was."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from assessments.decisions.services.attest import as_attested
from assessments.decisions.services.submit import Recorded, Submission, submit_assessment
from assessments.protocol.questions.emergency import LONGSTANDING
from assessments.records.models import Assessment, Override
from assessments.records.services import effective_decision, evaluated_decision, lock_latest
from backend.platform.refusals import FieldProblem, Invalid, Refusal
from backend.platform.storage.columns import new_id
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor, NamedClinician
from clinics.identity.models import Clinic


def amend_assessment(
    *, clinic: Clinic, actor: Actor, assessment_id: uuid.UUID, submission: Submission, now: datetime
) -> Recorded:
    """Record the corrected answers as an assessment that supersedes the old one, in one transaction.

    What was promised isn't taken back: an escalation of the old one stays open, and an override that was more
    cautious than the corrected answers goes on holding. Raises what ``submit_assessment`` and ``lock_latest``
    raise.
    """
    with clinic_scope(clinic.id):
        old = lock_latest(clinic, assessment_id)
        corrected = replace(
            submission, patient_id=old.patient_id, supersedes=old, carried=_still_carried(old, submission)
        )
        recorded = submit_assessment(clinic=clinic, actor=actor, submission=corrected, now=now)
        _keep_caution(old, recorded.assessment, now)
    return recorded


def _still_carried(old: Assessment, submission: Submission) -> dict[str, Any]:
    """Answers that were carried and come unchanged are as old as they were."""
    origins: dict[str, Any] = old.carried
    return {
        name: origin
        for name, origin in origins.items()
        if name in submission.answers and submission.answers[name] == old.answers.get(name)
    }


def _keep_caution(old: Assessment, new: Assessment, now: datetime) -> None:
    """Corrected answers don't silently take back what a clinician decided on top of the old ones."""
    latest = old.overrides.order_by("created_at", "id").last()
    if latest is None:
        return
    before, corrected = effective_decision(old, [latest]), evaluated_decision(new)
    if before.rank <= corrected.rank and before.urgency_rank <= corrected.urgency_rank:
        return
    fields = {field.attname: getattr(latest, field.attname) for field in Override._meta.concrete_fields}
    changes = {"id": new_id(), "assessment_id": new.id, "carried_from_id": latest.id}
    times = {"created_at": now, "updated_at": now}
    Override(**{**fields, **changes, **times}).save(force_insert=True)


#: Stands where an amendment says why.
CONFIRMED = "Confirmed by a clinician, the answers unchanged."


class NotProvisionalError(Refusal):
    """A clinician stands behind it already."""

    words = "It isn't provisional: a clinician stands behind it."


class NotLongstandingError(Invalid):
    """Something is attested that the runner answered otherwise; ``places`` are those in the list."""

    words = "The runner didn't answer this one with long-standing, unchanged."

    def __init__(self, places: Iterable[int]) -> None:
        named = (f"/attested_longstanding/{place}" for place in places)
        super().__init__(places=[FieldProblem(one, "not_longstanding", self.words) for one in named])


def confirm_assessment(
    *,
    clinic: Clinic,
    assessment_id: uuid.UUID,
    role: str,
    by: NamedClinician,
    now: datetime,
    attested_longstanding: Sequence[str] = (),
) -> Recorded:
    """Record the same answers again under the clinician's name and role, in place of the runner's.

    An assessment never changes, so a confirmation is an amendment without a correction: the decision is
    formed again, escalations stay, and the runner's own record stays below it. ``attested_longstanding``
    names the long-standing answers that the clinician stands behind: those that existed before this episode,
    unchanged and explained. One that isn't named is stored as new. Raises what ``amend_assessment`` raises,
    ``NotProvisionalError``, and ``NotLongstandingError`` for a name that has no long-standing answer.
    """
    with clinic_scope(clinic.id):
        old = lock_latest(clinic, assessment_id)
        if not old.evaluation["provisional"]:
            raise NotProvisionalError
        answered_otherwise = [
            place for place, name in enumerate(attested_longstanding) if old.answers.get(name) != LONGSTANDING
        ]
        if answered_otherwise:
            raise NotLongstandingError(answered_otherwise)
        same = Submission(
            patient_id=old.patient_id,
            assessed_at=old.assessed_at,
            assessor_role=role,
            answers=as_attested(old.answers, attested_longstanding),
            absent_reasons=old.absent_reasons,
            reason=CONFIRMED,
        )
        actor = Actor(client=by.through, user=by.member.user)
        return amend_assessment(
            clinic=clinic, actor=actor, assessment_id=assessment_id, submission=same, now=now
        )
