"""Legal holds: what keeps a record from being erased."""

import uuid

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.problems import FieldProblem, Problem
from patients.api.serializers import LEGAL_HOLD, LegalHoldSerializer, PatientSerializer, patient_document
from patients.api.views import PatientView, patient_problems
from patients.models import Patient
from patients.services import hold_record, release_record


class LegalHoldView(Conditional, PatientView):
    """The hold on one patient's record."""

    resource = "erasure"
    shown_with = "patients"
    needs_if_match = frozenset({"PUT", "DELETE"})
    conflicts = {"PUT": ("erased",), "DELETE": ("erased",)}

    @extend_schema(
        operation_id="holdPatient",
        summary="Forbid erasing a patient until a day",
        request=LegalHoldSerializer,
        responses=PatientSerializer,
    )
    def put(self, request: Request, patient_id: uuid.UUID) -> Response:
        """In place of any hold before. With the ETag of the patient."""
        patient = self.locked(request, patient_id)
        hold = LEGAL_HOLD.run_validation(request.data)
        if hold["until"] < timezone.now().astimezone(self.clinic.zone).date():
            raise Problem("invalid", errors=[FieldProblem("/until", "in_the_past", "Not before today.")])
        with patient_problems():
            hold_record(patient=patient, **hold)
        return self.represent(patient_document(patient))

    @extend_schema(
        operation_id="releasePatient",
        summary="End the legal hold on a patient",
        request=None,
        responses={200: PatientSerializer},  # left to itself, the document promises 204 of every DELETE
    )
    def delete(self, request: Request, patient_id: uuid.UUID) -> Response:
        """Erases nothing by itself. With the ETag of the patient."""
        patient = self.locked(request, patient_id)
        with patient_problems():
            release_record(patient=patient)
        return self.represent(patient_document(patient))

    def locked(self, request: Request, patient_id: uuid.UUID) -> Patient:
        """The patient as the caller has seen it, locked."""
        patient = get_object_or_404(self.clinic.patients.select_for_update(), pk=patient_id)
        check_if_match(request, patient_document(patient))
        return patient
