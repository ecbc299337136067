"""What came after an assessment; only its latest version may be amended or overridden."""

import uuid

from django.db.models import F, Prefetch, QuerySet

from assessments.decisions.services.submit import lock_patient
from assessments.records.models import Assessment, Override
from clinics.identity.models import Clinic


class AssessmentNotFoundError(Exception):
    """No such assessment in this clinic."""


class SupersededError(Exception):
    """An amendment has taken its place; ``by`` is its id."""

    def __init__(self, by: uuid.UUID) -> None:
        super().__init__("superseded")
        self.by = by


def with_versions(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Rows with ``superseded_by_id`` and their overrides, each with the person: one more statement."""
    overrides = Prefetch("overrides", Override.objects.select_related("member__user"))
    return assessments.annotate(superseded_by_id=F("superseded_by__id")).prefetch_related(overrides)


def lock_latest(clinic: Clinic, assessment_id: uuid.UUID) -> Assessment:
    """Return the assessment with its runner locked, so that changes to one record take turns.

    Raises ``AssessmentNotFoundError``, ``SupersededError``, or ``PatientNotFoundError`` when the runner is
    archived.
    """
    patient_id = clinic.assessments.filter(id=assessment_id).values_list("patient_id", flat=True).first()
    if patient_id is None:
        raise AssessmentNotFoundError
    lock_patient(clinic, patient_id)
    assessment = clinic.assessments.select_related("superseded_by").get(id=assessment_id)
    if newer := getattr(assessment, "superseded_by", None):
        raise SupersededError(newer.id)
    return assessment
