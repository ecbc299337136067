"""Follow-ups as they are read: the list and one of them."""

import uuid
from collections.abc import Collection
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.follow_ups.documents import follow_up_document, readable_follow_ups
from assessments.follow_ups.models import FollowUp, FollowUpKind
from assessments.follow_ups.shapes import FollowUpShape
from backend.platform.api.etags import Conditional
from backend.platform.api.fields import OffsetDateTimeField, WordField
from backend.platform.api.pagination import Ordering, PagedList
from backend.platform.api.queries import ListQuery
from backend.platform.openapi.document import describe
from clinics.api.views import ClinicAPIView
from clinics.identity.models import Clinic
from clinics.identity.visibility import veiled, visible


class FollowUpQuery(ListQuery):
    """Filters of the list of follow-ups."""

    state = WordField("FollowUpState", FollowUp.State, required=False, help_text="Only in this state.")
    kind = WordField("FollowUpKind", FollowUpKind, required=False, help_text="Only of this kind.")
    patient = serializers.UUIDField(required=False)
    due_before = OffsetDateTimeField(required=False)


class FollowUpsView(PagedList, ClinicAPIView):
    """What is to be asked, and when."""

    resource = "follow-ups"
    query_class: ClassVar[type[ListQuery]] = FollowUpQuery
    ordering: ClassVar[Ordering] = ("due_at", "id")

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Follow-ups, soonest due first."""
        query = self.read_query()
        wanted: dict[str, Any] = {name: query[name] for name in ("state", "kind", "patient") if name in query}
        if "due_before" in query:
            wanted["due_at__lt"] = query["due_before"]
        held = self.principal.scopes
        rows = visible(self.clinic.follow_ups.filter(**wanted), held)
        return self.page(readable_follow_ups(rows), query, lambda row: follow_up_document(veiled(row, held)))


class FollowUpView(Conditional, ClinicAPIView):
    """One follow-up."""

    resource = "follow-ups"
    needs_if_match: ClassVar[frozenset[str]] = frozenset()

    def get(self, request: Request, follow_up_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Its window, its state and the questions to ask."""
        return self.represent(document_of(self.clinic, follow_up_id, self.principal.scopes))


def document_of(clinic: Clinic, follow_up_id: uuid.UUID, held: Collection[str]) -> dict[str, Any]:
    """One follow-up of the clinic as far as it may be seen; raises ``NotFound``."""
    rows = visible(clinic.follow_ups.filter(id=follow_up_id), held)
    follow_up = readable_follow_ups(rows).first()
    if follow_up is None:
        raise NotFound
    return follow_up_document(veiled(follow_up, held))


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
