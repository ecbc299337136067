"""Answers corrected in place of recorded ones, and answers that a clinician confirms."""

import uuid
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from assessments.decisions.documents import readable_assessments, stored_assessment_document
from assessments.decisions.services.amend import amend_assessment, confirm_assessment
from assessments.decisions.shapes import assessments as shapes
from assessments.decisions.shapes.submission import SUBMISSION, read_submission
from assessments.protocol.questions.emergency import CES_ITEMS
from assessments.records.models import CLINICAL_ROLES
from backend.platform.api.fields import WordField
from backend.platform.api.problems import Meanings
from backend.platform.openapi.document import describe
from clinics.api.clinicians import OnBehalf, named_clinician
from clinics.api.views import ClinicAPIView
from patients.services import ARCHIVED, PatientNotFoundError

#: What the refusals of a correction mean: the patient is the record's, and the body names none.
CORRECTION: Meanings = {**SUBMISSION, PatientNotFoundError: ARCHIVED}


class AmendmentsView(ClinicAPIView):
    """Corrections of one assessment."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    resource = "assessments"
    meanings: ClassVar[Meanings] = CORRECTION
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "pathway_incomplete", "erased")}

    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """All answers again, the wrong ones corrected: they become an assessment that supersedes this one.

        This one stays as it was, and its escalation stays open until somebody resolves it. An escalation of
        the new one opens unless one at least as urgent still calls for the old. An override that was more
        cautious than the corrected answers goes on holding. Only the latest version can be amended: 409
        names the one that took its place.
        """
        now = timezone.now()
        submission = read_submission(request.data, now=now, zone=self.clinic.zone, patient=False, reason=True)
        recorded = amend_assessment(
            clinic=self.clinic,
            actor=self.principal.actor,
            assessment_id=assessment_id,
            submission=submission,
            now=now,
        )
        return written(self, recorded.assessment.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The same answer about the amendment made earlier."""
        return written(self, reference)


describe(
    AmendmentsView,
    post=extend_schema(
        operation_id="amendAssessment",
        summary="Correct the answers: a new assessment that supersedes this one",
        request=shapes.AmendmentBody,
        responses={201: shapes.AssessmentShape},
    ),
)


def written(view: ClinicAPIView, assessment_id: uuid.UUID) -> Response:
    """201 with the assessment as it is now, and its address."""
    assessment = readable_assessments(view.clinic.assessments.filter(id=assessment_id)).get()
    location = reverse("assessment", kwargs={"assessment_id": assessment_id}, request=view.request)
    document = stored_assessment_document(assessment)
    return Response(document, status=status.HTTP_201_CREATED, headers={"Location": location})


class ConfirmationBody(OnBehalf):
    """Who confirms."""

    role = WordField("ClinicalRole", [role for role, _ in CLINICAL_ROLES], help_text="Of who confirms.")
    attested_longstanding = serializers.ListField(
        child=WordField("CaudaEquinaItem", CES_ITEMS),
        default=list,
        max_length=len(CES_ITEMS),
        help_text="The long-standing answers that existed before this episode, unchanged and explained. One "
        "that isn't named here is stored as new.",
    )


class ConfirmationView(ClinicAPIView):
    """The end of a provisional assessment."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    resource = "assessments"
    meanings: ClassVar[Meanings] = CORRECTION
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "pathway_incomplete", "erased")}

    @extend_schema(
        operation_id="confirmAssessment",
        summary="Confirm what the runner answered alone",
        request=ConfirmationBody,
        responses={201: shapes.AssessmentShape},
    )
    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """The same answers under a named clinician: an assessment that supersedes the runner's own.

        It is no longer `provisional`, and a plan made from it can be released. A long-standing bladder,
        bowel, saddle or sexual change stays one only where `attested_longstanding` names it; else it is
        stored as new. To correct another answer, amend instead. 409 when it isn't provisional.
        """
        body = ConfirmationBody(data=request.data)
        body.is_valid(raise_exception=True)
        recorded = confirm_assessment(
            clinic=self.clinic,
            assessment_id=assessment_id,
            role=body.validated_data["role"],
            attested_longstanding=body.validated_data["attested_longstanding"],
            by=named_clinician(self, body.validated_data),
            now=timezone.now(),
        )
        return written(self, recorded.assessment.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The same answer about the confirmation made earlier."""
        return written(self, reference)
