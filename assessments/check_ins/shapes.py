"""What a follow-up is answered with, by answers or by a result."""

from drf_spectacular.utils import extend_schema_serializer

from assessments.decisions.shapes.assessments import EvaluationBody
from assessments.follow_ups.models import FollowUpResult
from backend.platform.api.fields import WordField
from clinics.api.clinicians import OnBehalf


@extend_schema_serializer(component_name="FollowUpResponse")
class FollowUpResponseBody(EvaluationBody):
    """The answers of a follow-up; what a day doesn't change is carried over unless given."""


class ResultBody(OnBehalf):
    """How far it has got."""

    result = WordField(
        "FollowUpResult",
        FollowUpResult,
        help_text="`confirmed` closes it, `declined` too: then the referral's escalation calls again.",
    )
