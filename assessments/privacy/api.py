"""The right to be forgotten."""

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.privacy.services.erasure import (
    KEPT_BECAUSE,
    erase_patient,
)
from backend.platform.api.fields import StrictSerializer, WordField, timestamp
from backend.platform.openapi.document import describe
from clinics.api.views import ClinicAPIView
from patients.models import Erasure, ErasureReason


@extend_schema_serializer(component_name="Erasure")
class ErasureBody(StrictSerializer):
    """Why. A code and no words: nothing about the person may be added while they are erased."""

    reason = WordField("ErasureReason", ErasureReason)


@extend_schema_serializer(component_name="ErasedRecords")
class ErasedRecordsShape(serializers.Serializer[Any]):
    """The rows of one kind."""

    kind = WordField("ErasedKind", [*KEPT_BECAUSE, "answered_request", "export"])
    pseudonymised = serializers.IntegerField(
        min_value=0, help_text="Rows that lost names, dates of birth, contacts or words; or were removed."
    )
    kept = serializers.IntegerField(min_value=0, help_text="Rows that stay, in what is left of them.")
    kept_because = WordField(
        "KeptBecause",
        sorted({*KEPT_BECAUSE.values()}),
        allow_null=True,
        help_text="`record`: a past decision must be explainable. `audit`: who read and changed what must be "
        "provable. `staff`: it is about the clinic's own people. Null when nothing stays.",
    )


@extend_schema_serializer(component_name="Erasure")
class ErasureShape(serializers.Serializer[Any]):
    """What was erased and what was kept. Sent again, the request gets the same report."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    reason = WordField("ErasureReason", ErasureReason)
    erased_at = serializers.DateTimeField()
    records = ErasedRecordsShape(many=True)


class ErasureView(ClinicAPIView):
    """The erasure of one patient; its service notes it in the access log itself."""

    resource = "erasure"
    shown_with: ClassVar[str] = "patients"
    logs_reads: ClassVar[bool] = False
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("legal_hold", "escalation_unresolved")}

    def post(self, request: Request, patient_id: uuid.UUID) -> Response:
        """Pseudonymise a patient everywhere; there is no way back.

        Names, contacts, your own id and everybody's words are gone from the record, its history and the
        kept answers of repeated requests; exports of the clinic end. Coded answers, scores and decisions stay
        under a pseudonym. Pending follow-ups are cancelled. Refused under a legal hold, and until every
        escalation of the patient is resolved. `/changes` tells whoever copied the record.
        """
        body = ErasureBody(data=request.data)
        body.is_valid(raise_exception=True)
        erasure = erase_patient(
            clinic=self.clinic,
            actor=self.principal.actor,
            patient_id=patient_id,
            reason=body.validated_data["reason"],
            request_id=request.META.get("REQUEST_ID", ""),
            action="POST patient-erasure",
            now=timezone.now(),
        )
        return Response(erasure_document(erasure))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The report as it was."""
        return Response(erasure_document(get_object_or_404(self.clinic.erasures, id=reference)))


def erasure_document(erasure: Erasure) -> dict[str, Any]:
    """The report."""
    return {
        "id": str(erasure.id),
        "patient": str(erasure.patient_id),
        "reason": erasure.reason,
        "erased_at": timestamp(erasure.erased_at),
        "records": erasure.records,
    }


describe(
    ErasureView,
    post=extend_schema(
        operation_id="erasePatient",
        summary="Erase a patient: the record stays under a pseudonym",
        tags=["patients"],
        request=ErasureBody,
        responses=ErasureShape,
    ),
)
