"""A clinician confirms what a runner answered alone: until then the assessment is provisional."""

import uuid
from datetime import datetime

from assessments.services.amend import amend_assessment
from assessments.services.submit import Recorded, Submission
from assessments.services.versions import lock_latest
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor, NamedClinician
from clinics.identity.models import Clinic

#: Stands where an amendment says why.
CONFIRMED = "Confirmed by a clinician, the answers unchanged."


class NotProvisionalError(Exception):
    """A clinician stands behind it already."""


def confirm_assessment(
    *, clinic: Clinic, assessment_id: uuid.UUID, role: str, by: NamedClinician, now: datetime
) -> Recorded:
    """Record the same answers again under the clinician's name and role, in place of the runner's.

    An assessment never changes, so a confirmation is an amendment without a correction: the decision is
    formed again, escalations stay, and the runner's own record stays below it. Raises what
    ``amend_assessment`` raises, and ``NotProvisionalError``.
    """
    with clinic_scope(clinic.id):
        old = lock_latest(clinic, assessment_id)
        if not old.evaluation["provisional"]:
            raise NotProvisionalError
        same = Submission(
            patient_id=old.patient_id,
            assessed_at=old.assessed_at,
            assessor_role=role,
            answers=old.answers,
            absent_reasons=old.absent_reasons,
            reason=CONFIRMED,
        )
        actor = Actor(client=by.through, user=by.member.user)
        return amend_assessment(
            clinic=clinic, actor=actor, assessment_id=assessment_id, submission=same, now=now
        )
