"""Follow-ups: what is due, and the answer that becomes an assessment."""

import uuid
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.check_ins.services.answer import (
    answer_follow_up,
)
from assessments.check_ins.services.report_result import report_result
from assessments.check_ins.shapes import FollowUpResponseBody, ResultBody
from assessments.decisions.api.assessments import created, created_before
from assessments.decisions.shapes import assessments as shapes
from assessments.decisions.shapes.submission import SUBMISSION, read_submission
from assessments.follow_ups.api import document_of
from assessments.follow_ups.models import FollowUp, FollowUpResult
from assessments.follow_ups.shapes import FollowUpShape
from backend.platform.api.etags import Conditional
from backend.platform.api.problems import Meanings
from backend.platform.openapi.document import describe
from clinics.api.clinicians import named_clinician
from clinics.api.views import ClinicAPIView
from clinics.identity.permissions import Permission
from clinics.identity.visibility import sees_all


class FollowUpResponseView(ClinicAPIView):
    """The answer of one follow-up."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    resource = "follow-ups"
    meanings: ClassVar[Meanings] = SUBMISSION
    shown_with: ClassVar[str] = "assessments"
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "pathway_incomplete", "erased")}

    def post(self, request: Request, follow_up_id: uuid.UUID) -> Response:
        """Record the answers as an assessment of their own, linked to the first."""
        now = timezone.now()
        submission = read_submission(request.data, now=now, zone=self.clinic.zone, patient=False)
        _, recorded = answer_follow_up(
            clinic=self.clinic,
            actor=self.principal.actor,
            follow_up_id=follow_up_id,
            submission=submission,
            now=now,
        )
        return created(request, recorded)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The assessment that the answer became."""
        return created_before(self, reference)


class FollowUpResultView(Conditional, ClinicAPIView):
    """What a clinician reports about a task or a referral."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    resource = "follow-ups"
    needs_if_match: ClassVar[frozenset[str]] = frozenset()
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    def post(self, request: Request, follow_up_id: uuid.UUID) -> Response:
        """Close it, or say how it stands and be asked again; a named clinician answers for it."""
        body = ResultBody(data=request.data)
        body.is_valid(raise_exception=True)
        report_result(
            clinic=self.clinic,
            follow_up_id=follow_up_id,
            result=FollowUpResult(body.validated_data["result"]),
            by=named_clinician(self, body.validated_data),
            now=timezone.now(),
        )
        return self.show_again(follow_up_id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The follow-up as it is now."""
        return self.represent(document_of(self.clinic, reference, frozenset(Permission)))

    def may_show(self) -> bool:
        """A result is seen by who sees escalations."""
        return super().may_show() and sees_all(FollowUp, self.principal.scopes)


describe(
    FollowUpResponseView,
    post=extend_schema(
        operation_id="answerFollowUp",
        summary="Answer a follow-up: a new assessment linked to the first",
        request=FollowUpResponseBody,
        responses={201: shapes.AssessmentShape},
    ),
)
describe(
    FollowUpResultView,
    post=extend_schema(
        operation_id="reportFollowUpResult",
        summary="Report how far a referral or a task has got",
        request=ResultBody,
        responses=FollowUpShape,
    ),
)
