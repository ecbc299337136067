"""Names, summaries, bodies and answers of the operations on assessments and what they promise.

They stand together and apart from the views, so that this whole part of the document can be read at once.
"""

from drf_spectacular.utils import extend_schema

from assessments.api import amendments, assessments, erasure, follow_ups, overrides
from assessments.api import schema as shapes
from assessments.escalations.api import _describe_escalations
from assessments.follow_ups.api import FollowUpsView, FollowUpView
from assessments.follow_ups.shapes import FollowUpShape
from assessments.programmes.api.steps import _describe_programmes
from backend.platform.openapi.document import describe


def attach() -> None:
    """Describe every view of the app; ``assessments.api.urls`` calls it once."""
    _describe_assessments()
    _describe_changes_of_assessments()
    _describe_escalations()
    _describe_follow_ups()
    _describe_erasure()
    _describe_programmes()


def _describe_assessments() -> None:
    describe(
        assessments.EvaluationsView,
        post=extend_schema(
            operation_id="evaluate",
            summary="Decide without storing anything",
            tags=["evaluations"],
            request=shapes.EvaluationBody,
            responses=shapes.StatelessEvaluationShape,
        ),
    )
    describe(
        assessments.AssessmentsView,
        get=extend_schema(
            operation_id="listAssessments",
            summary="List assessments in the order of their last change",
            responses=shapes.AssessmentShape(many=True),
        ),
        post=extend_schema(
            operation_id="createAssessment",
            summary="Record answers and get the decision",
            request=shapes.AssessmentBody,
            responses={201: shapes.AssessmentShape},
        ),
    )
    describe(
        assessments.AssessmentView,
        get=extend_schema(
            operation_id="getAssessment", summary="Read an assessment", responses=shapes.AssessmentShape
        ),
    )


def _describe_changes_of_assessments() -> None:
    describe(
        amendments.AmendmentsView,
        post=extend_schema(
            operation_id="amendAssessment",
            summary="Correct the answers: a new assessment that supersedes this one",
            request=shapes.AmendmentBody,
            responses={201: shapes.AssessmentShape},
        ),
    )
    describe(
        overrides.OverridesView,
        post=extend_schema(
            operation_id="overrideAssessment",
            summary="Decide otherwise as a named clinician",
            request=overrides.OverrideBody,
            responses={201: shapes.AssessmentShape},
        ),
    )


def _describe_follow_ups() -> None:
    describe(
        FollowUpsView,
        get=extend_schema(
            operation_id="listFollowUps",
            summary="List follow-ups, the soonest due first",
            responses=FollowUpShape(many=True),
        ),
    )
    describe(
        FollowUpView,
        get=extend_schema(operation_id="getFollowUp", summary="Read a follow-up", responses=FollowUpShape),
    )
    describe(
        follow_ups.FollowUpResponseView,
        post=extend_schema(
            operation_id="answerFollowUp",
            summary="Answer a follow-up: a new assessment linked to the first",
            request=shapes.FollowUpResponseBody,
            responses={201: shapes.AssessmentShape},
        ),
    )
    describe(
        follow_ups.FollowUpResultView,
        post=extend_schema(
            operation_id="reportFollowUpResult",
            summary="Report how far a referral or a task has got",
            request=follow_ups.ResultBody,
            responses=FollowUpShape,
        ),
    )


def _describe_erasure() -> None:
    describe(
        erasure.ErasureView,
        post=extend_schema(
            operation_id="erasePatient",
            summary="Erase a patient: the record stays under a pseudonym",
            tags=["patients"],
            request=erasure.ErasureBody,
            responses=erasure.ErasureShape,
        ),
    )
