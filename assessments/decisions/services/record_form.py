"""Record what a person filled in: once, and only on the record that they had before them."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace

from django.db.models import QuerySet

from assessments.decisions.services.amend import amend_assessment
from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.records.models import Assessment
from backend.platform.refusals import Refusal
from backend.platform.storage.columns import new_id
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.models import Patient
from patients.services import lock_patient

#: How long a form may stay open: answers age while it does.
OPEN_FOR = dt.timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class OpenedForm:
    """A form as it was opened: ``form`` becomes the assessment's id, so that it can be recorded once only.

    ``latest`` is the runner's latest record at the time, ``details_of`` when their details were last changed,
    ``overrides`` how many decisions of clinicians there were. ``corrects`` is the assessment that it amends.
    """

    form: uuid.UUID
    patient: uuid.UUID
    at: dt.datetime
    latest: uuid.UUID | None
    details_of: dt.datetime
    overrides: int
    corrects: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What has happened since the form was opened."""

    too_long_ago: bool
    details: bool
    overridden: bool
    assessments: tuple[Assessment, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return self.too_long_ago or self.details or self.overridden or bool(self.assessments)


class StaleFormError(Refusal):
    """The record isn't what the person had before them; ``changed`` says what has happened."""

    def __init__(self, changed: Changed) -> None:
        super().__init__()
        self.changed = changed


def open_form(
    *, clinic: Clinic, patient: Patient, now: dt.datetime, corrects: uuid.UUID | None = None
) -> OpenedForm:
    """Note the record that somebody is about to look at."""
    latest = _newest_first(clinic, patient.id).values_list("id", flat=True).first()
    overrides = clinic.overrides.filter(assessment__patient_id=patient.id).count()
    return OpenedForm(new_id(), patient.id, now, latest, patient.updated_at, overrides, corrects)


def record_form(
    *, clinic: Clinic, actor: Actor, submission: Submission, opened: OpenedForm, now: dt.datetime
) -> uuid.UUID:
    """Record a form as an assessment, or as a correction of one; return its id.

    Sent a second time it records nothing and returns the same id. Raises ``StaleFormError``, and what
    ``submit_assessment`` and ``amend_assessment`` raise; then nothing is stored.
    """
    with clinic_scope(clinic.id):
        lock_patient(clinic, opened.patient)
        if clinic.assessments.filter(id=opened.form).exists():
            return opened.form
        if changed := _changed(clinic, opened, now):
            raise StaleFormError(changed)
        whole = replace(submission, id=opened.form)
        if opened.corrects is None:
            recorded = submit_assessment(clinic=clinic, actor=actor, submission=whole, now=now)
        else:
            recorded = amend_assessment(
                clinic=clinic, actor=actor, assessment_id=opened.corrects, submission=whole, now=now
            )
    return recorded.assessment.id


def _changed(clinic: Clinic, opened: OpenedForm, now: dt.datetime) -> Changed:
    """Compare the record with what it was; call it with the runner's row locked."""
    patient = clinic.patients.only("updated_at").get(id=opened.patient)
    overrides = clinic.overrides.filter(assessment__patient_id=opened.patient).count()
    return Changed(
        too_long_ago=now - opened.at > OPEN_FOR,
        details=patient.updated_at != opened.details_of,
        overridden=overrides != opened.overrides,
        assessments=_since(clinic, opened),
    )


def _since(clinic: Clinic, opened: OpenedForm) -> tuple[Assessment, ...]:
    """The assessments recorded since, newest first."""
    newest = _newest_first(clinic, opened.patient)
    found = []
    for assessment in newest.select_related("recorded_by_user", "recorded_by_client")[:20]:
        if assessment.id == opened.latest:
            break
        found.append(assessment)
    return tuple(found)


def _newest_first(clinic: Clinic, patient_id: uuid.UUID) -> QuerySet[Assessment]:
    return clinic.assessments.filter(patient_id=patient_id).order_by("-created_at", "-id")
