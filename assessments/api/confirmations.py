"""Confirmations: a clinician stands behind what a runner answered alone."""

import uuid
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api import schema as shapes
from assessments.api.amendments import latest_only, written
from assessments.api.assessments import submission_problems
from assessments.records.models import CLINICAL_ROLES
from assessments.services.confirm import NotProvisionalError, confirm_assessment
from backend.platform.api.fields import WordField
from backend.platform.api.problems import Problem
from clinics.api.clinicians import OnBehalf, named_clinician
from clinics.api.views import ClinicAPIView


class ConfirmationBody(OnBehalf):
    """Who confirms."""

    role = WordField("ClinicalRole", [role for role, _ in CLINICAL_ROLES], help_text="Of who confirms.")


class ConfirmationView(ClinicAPIView):
    """The end of a provisional assessment."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    resource = "assessments"
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "pathway_incomplete", "erased")}

    @extend_schema(
        operation_id="confirmAssessment",
        summary="Confirm what the runner answered alone",
        request=ConfirmationBody,
        responses={201: shapes.AssessmentShape},
    )
    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """The same answers under a named clinician: an assessment that supersedes the runner's own.

        It is no longer `provisional`, and a plan made from it can be released. To correct an answer, amend
        instead. 409 when it isn't provisional.
        """
        body = ConfirmationBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            with submission_problems(), latest_only():
                recorded = confirm_assessment(
                    clinic=self.clinic,
                    assessment_id=assessment_id,
                    role=body.validated_data["role"],
                    by=named_clinician(self, body.validated_data),
                    now=timezone.now(),
                )
        except NotProvisionalError:
            raise Problem("conflict", "It isn't provisional: a clinician stands behind it.") from None
        return written(self, recorded.assessment.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The same answer about the confirmation made earlier."""
        return written(self, reference)
