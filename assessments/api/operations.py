"""Names, summaries, bodies and answers of the operations on assessments and what they promise.

They stand together and apart from the views, so that this whole part of the document can be read at once.
"""

from drf_spectacular.utils import extend_schema

from assessments.api import erasure, follow_ups
from assessments.decisions.api.assessments import _describe_assessments
from assessments.decisions.api.overrides import _describe_changes_of_assessments
from assessments.decisions.shapes import assessments as shapes
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
