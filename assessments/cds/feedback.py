"""What somebody did with a card: accepted its suggestions, or decided otherwise, and why."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.cds.authentication import CdsAuthentication
from assessments.cds.models import CardFeedback
from assessments.cds.services import Feedback, take_feedback
from assessments.cds.views import SERVICES
from backend.platform.api.fields import (
    NoteField,
    OffsetDateTimeField,
    StrictSerializer,
    TextField,
    TrueOrFalseField,
    WordField,
)
from backend.platform.fhir.elements import system
from clinics.api.views import ClinicAPIView

Outcome = CardFeedback.Outcome
#: Of one request, and characters of one comment.
MOST, MOST_CHARACTERS = 100, 2000


class AcceptedBody(StrictSerializer):
    """One suggestion that was accepted."""

    id = serializers.UUIDField()
    extension = serializers.JSONField(required=False)


class CodingBody(StrictSerializer):
    """One of the card's own override reasons."""

    system = TextField()
    code = TextField()
    display = TextField(required=False)
    version = TextField(required=False)
    userSelected = TrueOrFalseField(required=False)  # noqa: N815 - FHIR's word
    extension = serializers.JSONField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a code that no card of ours has offered."""
        if attrs["system"] != system("override-reason") or attrs["code"] not in CardFeedback.Reason:
            said = f"One of {system('override-reason')}: {', '.join(CardFeedback.Reason)}."
            raise serializers.ValidationError({"code": [serializers.ErrorDetail(said, "unknown_code")]})
        return attrs


class OverrideBody(StrictSerializer):
    """Why: a code of the card's, and words."""

    reason = CodingBody(required=False)
    userComment = NoteField(required=False, allow_blank=True, max_length=MOST_CHARACTERS)  # noqa: N815
    extension = serializers.JSONField(required=False)


class FeedbackBody(StrictSerializer):
    """One act on one card, as CDS Hooks 2.0 describes it; extensions are allowed and not kept."""

    card = serializers.UUIDField()
    outcome = WordField("CardOutcome", Outcome)
    outcomeTimestamp = OffsetDateTimeField()  # noqa: N815 - CDS Hooks' word
    acceptedSuggestions = AcceptedBody(many=True, required=False)  # noqa: N815 - CDS Hooks' word
    overrideReason = OverrideBody(required=False)  # noqa: N815 - CDS Hooks' word
    extension = serializers.JSONField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Accepting names what was accepted, and only overriding has a reason."""
        accepted = attrs["outcome"] == Outcome.ACCEPTED
        if accepted and not attrs.get("acceptedSuggestions"):
            raise _fault("acceptedSuggestions", "required", "Which suggestions were accepted is needed.")
        if not accepted and attrs.get("acceptedSuggestions"):
            raise _fault("acceptedSuggestions", "contradiction", "An overridden card has none.")
        if accepted and "overrideReason" in attrs:
            raise _fault("overrideReason", "contradiction", "An accepted card has none.")
        return attrs


class FeedbackListBody(StrictSerializer):
    """Everything of one request."""

    feedback: Any = serializers.ListSerializer(child=FeedbackBody(), max_length=MOST)
    extension = serializers.JSONField(required=False)


def _fault(name: str, code: str, said: str) -> serializers.ValidationError:
    return serializers.ValidationError({name: [serializers.ErrorDetail(said, code)]})


class FeedbackView(ClinicAPIView):
    """Feedback on the cards of one service; the same again changes nothing. The answer is empty."""

    resource = "evaluations"
    shows_own_input = True
    authentication_classes = [CdsAuthentication]
    schema = None

    def post(self, request: Request, service_id: str) -> Response:
        """Keep all of it, or nothing where something can't be taken."""
        if service_id not in SERVICES:
            raise Http404
        body = FeedbackListBody(data=request.data)
        body.is_valid(raise_exception=True)
        take_feedback(
            clinic=self.clinic,
            client=self.principal.client,
            service=service_id,
            told=[_feedback(item) for item in body.validated_data["feedback"]],
            now=timezone.now(),
        )
        return Response({})


def _feedback(item: dict[str, Any]) -> Feedback:
    override = item.get("overrideReason", {})
    return Feedback(
        card=item["card"],
        outcome=Outcome(item["outcome"]),
        at=item["outcomeTimestamp"],
        suggestions=tuple(one["id"] for one in item.get("acceptedSuggestions", [])),
        reason=override.get("reason", {}).get("code", ""),
        comment=override.get("userComment", ""),
    )
