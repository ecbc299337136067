"""One runner's history."""

import uuid
from functools import singledispatch
from typing import Any, ClassVar

from django.db.models import Model
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.cds.models import CardFeedback
from assessments.escalations.models import Escalation, EscalationEvent
from assessments.follow_ups.models import FollowUp
from assessments.letters.models import Letter
from assessments.programmes.models import ProgrammeEvent
from assessments.records.models import Assessment, Override
from assessments.timeline.services.timeline import patient_timeline
from backend.platform.api.fields import WordField, timestamp
from backend.platform.api.pagination import Ordering, PagedList
from backend.platform.api.queries import ListQuery
from clinics.api.views import ClinicAPIView

TYPES = (
    "assessment",
    "override",
    "follow_up",
    "escalation",
    "escalation_event",
    "programme_event",
    "card_feedback",
    "letter",
)


class TimelineQuery(ListQuery):
    """A timeline is read as a whole; ``/changes`` says what is new."""

    updated_since = None  # type: ignore[assignment]  # how a serializer drops an inherited field


@extend_schema_serializer(component_name="TimelineEntry")
class TimelineEntryShape(serializers.Serializer[Any]):
    """Something that happened."""

    at = serializers.DateTimeField(help_text="For an assessment, when it was made and not when it came in.")
    type = WordField("TimelineType", TYPES)
    id = serializers.UUIDField()
    what = serializers.CharField(
        help_text="The decision, the kind of follow-up and the result reported on it (`booking_confirmed`), "
        "or why it was cancelled with the record (`day_7_cancelled_deceased`), "
        "`opened`, what happened to an escalation, what moved a programme (`reacted_green`), what was done "
        "with a card in another system (`accepted`, `overridden`, `overridden_excluded_by_imaging`), or to "
        "whom a letter was issued."
    )
    urgency = serializers.CharField(allow_null=True)
    assessment = serializers.UUIDField(
        allow_null=True, help_text="What it is about; for a follow-up its answer, if that is an assessment."
    )
    comment = serializers.CharField(
        allow_null=True, help_text="What was written with feedback on a card; null for everything else."
    )


class TimelineView(PagedList, ClinicAPIView):
    """What happened to one runner."""

    resource = "assessments"
    query_class: ClassVar[type[ListQuery]] = TimelineQuery
    ordering: ClassVar[Ordering] = ("at", "id")

    @extend_schema(
        operation_id="getPatientTimeline",
        summary="Read what happened to a patient, oldest first",
        tags=["patients"],
        responses=TimelineEntryShape(many=True),
    )
    def get(self, request: Request, patient_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Assessments, overrides, escalations, programmes, letters; follow-ups answered or ended for good."""
        query = self.read_query()
        patient = get_object_or_404(self.clinic.patients.select_related("clinic"), pk=patient_id)
        return self.page(patient_timeline(patient=patient), query, entry)  # type: ignore[arg-type]


def _entry(
    row: Any, type_: str, what: str, urgency: str | None, about: uuid.UUID | None, comment: str = ""
) -> dict[str, Any]:
    return {
        "at": timestamp(row.at),
        "type": type_,
        "id": str(row.id),
        "what": what,
        "urgency": urgency,
        "assessment": str(about) if about else None,
        "comment": comment or None,
    }


@singledispatch
def entry(row: Model) -> dict[str, Any]:
    """One row as the timeline shows it."""
    raise TypeError(type(row).__name__)


@entry.register
def _(row: Assessment) -> dict[str, Any]:
    return _entry(row, "assessment", row.decision, row.urgency, row.id)


@entry.register
def _(row: Override) -> dict[str, Any]:
    return _entry(row, "override", row.decision, row.urgency, row.assessment_id)


@entry.register
def _(row: FollowUp) -> dict[str, Any]:
    if row.cancelled_because:
        what = f"{row.kind}_cancelled_{row.cancelled_because}"
        return _entry(row, "follow_up", what, row.urgency or None, row.assessment_id)
    what = f"{row.kind}_{row.result}" if row.result and row.answer_id is None else row.kind
    return _entry(row, "follow_up", what, row.urgency or None, row.answer_id or row.assessment_id)


@entry.register
def _(row: Escalation) -> dict[str, Any]:
    return _entry(row, "escalation", "opened", row.urgency, row.assessment_id)


@entry.register
def _(row: EscalationEvent) -> dict[str, Any]:
    escalation = row.escalation
    return _entry(row, "escalation_event", row.kind, escalation.urgency, escalation.assessment_id)


@entry.register
def _(row: ProgrammeEvent) -> dict[str, Any]:
    what = f"{row.kind}_{row.reaction}" if row.reaction else row.kind
    return _entry(row, "programme_event", what, None, row.programme.assessment_id)


@entry.register
def _(row: CardFeedback) -> dict[str, Any]:
    what = f"{row.outcome}_{row.reason}".replace("-", "_") if row.reason else row.outcome
    return _entry(row, "card_feedback", what, row.card.urgency, None, row.comment)


@entry.register
def _(row: Letter) -> dict[str, Any]:
    escalation = row.escalation
    return _entry(row, "letter", row.to, escalation.urgency, escalation.assessment_id)
