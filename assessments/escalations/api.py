"""Escalations: the worklist, and what a person does with one."""

import uuid
from abc import abstractmethod
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.escalations.documents import escalation_document, readable_escalations
from assessments.escalations.models import Escalation, Outcome
from assessments.escalations.services.acknowledge import (
    acknowledge,
    reopen,
    resolve,
)
from assessments.escalations.shapes import EscalationShape, Reason, Resolution
from assessments.protocol.vocabulary import ESCALATED_URGENCIES
from backend.platform.api.etags import Conditional
from backend.platform.api.fields import WordField
from backend.platform.api.pagination import Ordering, PagedList
from backend.platform.api.queries import ListQuery
from backend.platform.openapi.document import describe
from clinics.api.clinicians import OnBehalf, named_clinician
from clinics.api.views import ClinicAPIView
from clinics.identity.clinicians import NamedClinician


class EscalationQuery(ListQuery):
    """Filters of the worklist."""

    state = WordField("EscalationState", Escalation.State, required=False, help_text="Only in this state.")
    urgency = WordField(
        "EscalatedUrgency", dict(ESCALATED_URGENCIES), required=False, help_text="Only of this urgency."
    )
    patient = serializers.UUIDField(required=False)


class EscalationsView(PagedList, ClinicAPIView):
    """The worklist."""

    resource = "escalations"
    query_class: ClassVar[type[ListQuery]] = EscalationQuery
    ordering: ClassVar[Ordering] = ("-urgency_rank", "opened_at", "id")

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Escalations by urgency, then longest waiting."""
        query = self.read_query()
        wanted = {name: query[name] for name in ("state", "urgency", "patient") if name in query}
        rows = readable_escalations(self.clinic.escalations.filter(**wanted))
        return self.page(rows, query, escalation_document)


class EscalationView(Conditional, ClinicAPIView):
    """One escalation."""

    resource = "escalations"
    needs_if_match: ClassVar[frozenset[str]] = frozenset()

    def get(self, request: Request, escalation_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Its state, its reasons and who has it."""
        escalation = readable_escalations(self.clinic.escalations.filter(id=escalation_id)).first()
        if escalation is None:
            raise NotFound
        return self.represent(escalation_document(escalation))


class _StepView(Conditional, ClinicAPIView):
    """A step that a named clinician takes. It needs no ``If-Match``: an acknowledgement must not wait."""

    resource = "escalations"
    needs_if_match: ClassVar[frozenset[str]] = frozenset()
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}
    body: ClassVar[type[OnBehalf]] = OnBehalf

    def post(self, request: Request, escalation_id: uuid.UUID) -> Response:
        """Take the step and answer with the escalation as it is now."""
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        self.step(escalation_id, named_clinician(self, body.validated_data), body.validated_data)
        return self.show_again(escalation_id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The escalation as it is now."""
        now_is = readable_escalations(self.clinic.escalations.all()).get(id=reference)
        return self.represent(escalation_document(now_is))

    @abstractmethod
    def step(self, escalation_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:
        """What is done with the escalation."""


class AcknowledgeView(_StepView):
    """A clinician takes it on."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})

    def step(self, escalation_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:  # noqa: ARG002
        """Stop the messages; doing it twice changes nothing, and a second clinician is told who has it."""
        acknowledge(clinic=self.clinic, escalation_id=escalation_id, by=by, now=timezone.now())


class ResolveView(_StepView):
    """It is closed with its outcome."""

    body = Resolution

    def step(self, escalation_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:
        """Close it; only after somebody acknowledged."""
        resolve(
            clinic=self.clinic,
            escalation_id=escalation_id,
            by=by,
            code=Outcome(body["outcome_code"]),
            outcome=body["outcome"],
            now=timezone.now(),
        )


class ReopenView(_StepView):
    """It starts again."""

    body = Reason
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "erased")}

    def step(self, escalation_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:
        """Send messages again from now on."""
        reopen(
            clinic=self.clinic, escalation_id=escalation_id, by=by, reason=body["reason"], now=timezone.now()
        )


describe(
    EscalationsView,
    get=extend_schema(
        operation_id="listEscalations",
        summary="List escalations, the most urgent first, then the oldest",
        responses=EscalationShape(many=True),
    ),
)
describe(
    EscalationView,
    get=extend_schema(operation_id="getEscalation", summary="Read an escalation", responses=EscalationShape),
)
for view, operation, summary in (
    (AcknowledgeView, "acknowledgeEscalation", "Take an escalation on: its messages stop"),
    (ResolveView, "resolveEscalation", "Close an escalation with its outcome"),
    (ReopenView, "reopenEscalation", "Open an escalation again"),
):
    describe(
        view,
        post=extend_schema(
            operation_id=operation, summary=summary, request=view.body, responses=EscalationShape
        ),
    )
