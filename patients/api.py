"""The patients of the caller's clinic."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.fields import ONE_LINE, composed
from backend.platform.api.pagination import PagedList
from backend.platform.api.problems import Problem
from backend.platform.refusals import FieldProblem
from clinics.api.views import ClinicAPIView
from patients.models import Patient
from patients.services import (
    change_patient,
    find_or_register_patient,
    hold_record,
    register_patient,
    release_record,
    search_patients,
)
from patients.shapes import (
    LEGAL_HOLD,
    PATIENT,
    PATIENT_CHANGES,
    PATIENT_SEARCH,
    LegalHoldSerializer,
    PatientQuery,
    PatientSearchSerializer,
    PatientSerializer,
    patient_document,
)

#: As the field of that name is.
EXTERNAL_ID = OpenApiParameter(
    "external_id",
    {"type": "string", "minLength": 1, "maxLength": 100, "pattern": ONE_LINE},
    OpenApiParameter.PATH,
    description="Your own id of this person.",
)


class PatientView(ClinicAPIView):
    """What the views of patients share."""

    resource = "patients"

    def location(self, patient: Patient) -> dict[str, str]:
        """The header that says where a new patient is."""
        return {"Location": self.address_of({"id": patient.id})}

    def address_of(self, document: Mapping[str, Any]) -> str:
        """Where a patient is read."""
        return self.request.build_absolute_uri(reverse("patient", args=[document["id"]]))


class PatientList(PagedList, PatientView):
    """All patients, and new ones."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    query_class = PatientQuery
    conflicts = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listPatients",
        summary="List patients, the least recently changed first",
        responses=PatientSerializer(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Archived patients are among them unless `archived=false`."""
        query = self.read_query()
        patients = self.clinic.patients.all()
        if "external_id" in query:
            patients = patients.filter(external_id=query["external_id"])
        if "archived" in query:
            patients = patients.filter(archived_at__isnull=not query["archived"])
        return self.page(patients, query, patient_document)

    @extend_schema(
        operation_id="createPatient",
        summary="Register a patient",
        request=PatientSerializer,
        responses={201: PatientSerializer},
    )
    def post(self, request: Request) -> Response:
        """An `external_id` that another patient of the clinic has is a conflict."""
        details = PATIENT.run_validation(request.data)
        patient = register_patient(clinic=self.clinic, details=details, now=timezone.now())
        return self.registered(patient)

    def registered(self, patient: Patient) -> Response:
        """201 with its address."""
        return Response(patient_document(patient), status=201, headers=self.location(patient))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The patient who was registered, as they are now."""
        return self.registered(get_object_or_404(self.clinic.patients, pk=reference))


class PatientDetail(Conditional, PatientView):
    """One patient."""

    needs_if_match = frozenset({"PATCH"})
    conflicts = {"PATCH": ("conflict", "erased")}

    @extend_schema(operation_id="getPatient", summary="Read a patient", responses=PatientSerializer)
    def get(self, request: Request, patient_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With the ETag that a change needs."""
        return self.represent(patient_document(get_object_or_404(self.clinic.patients, pk=patient_id)))

    @extend_schema(
        operation_id="updatePatient",
        summary="Change a patient, or archive them",
        request=PatientSerializer,
        responses=PatientSerializer,
    )
    def patch(self, request: Request, patient_id: uuid.UUID) -> Response:
        """Fields left out stay as they are.

        `contact` and `running_profile` are merged the same way (RFC 7396): a null clears one of their fields.
        """
        patient = get_object_or_404(self.clinic.patients.select_for_update(), pk=patient_id)
        check_if_match(request, patient_document(patient))
        changes = PATIENT_CHANGES.run_validation(request.data)
        change_patient(patient=patient, changes=changes, now=timezone.now())
        return self.represent(patient_document(patient))


class PatientByExternalId(Conditional, PatientView):
    """One patient, by the practice system's own id."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"PUT"})
    needs_if_match = frozenset({"PUT"})
    conflicts = {"PUT": ("conflict", "erased")}

    @extend_schema(
        operation_id="putPatient",
        summary="Create or replace the patient with your own id",
        parameters=[EXTERNAL_ID],
        request=PatientSerializer,
        responses={200: PatientSerializer, 201: PatientSerializer},
    )
    def put(self, request: Request, external_id: str) -> Response:
        """Creates the patient when there is none, else replaces every field but `archived`.

        Replacing needs `If-Match`; a body that changes nothing does not, so that a PUT whose answer was lost
        can be sent again. `If-Match` never creates; `If-None-Match: *` only creates.
        """
        details = PATIENT.run_validation({"external_id": external_id, **dict(request.data)})
        if details["external_id"] != composed(external_id):
            wrong = FieldProblem("/external_id", "differs_from_path", "Must be the id in the path.")
            raise Problem("invalid", errors=[wrong])
        patient, created = find_or_register_patient(clinic=self.clinic, details=details, now=timezone.now())
        if "If-Match" in request.headers if created else request.headers.get("If-None-Match") == "*":
            raise Problem("precondition_failed")
        if created:
            return self.represent(patient_document(patient), status=201, headers=self.location(patient))
        seen = patient_document(patient)
        changed = change_patient(patient=patient, changes=details, now=timezone.now(), replace=True)
        if changed:
            check_if_match(request, seen)  # a refusal takes the change back
        return self.represent(patient_document(patient))


class PatientSearch(PagedList, PatientView):
    """Search terms travel in the body: addresses end up in logs."""

    reading_methods = frozenset({*SAFE_METHODS, "POST"})

    @extend_schema(
        operation_id="searchPatients",
        summary="Search patients by name, birth date or your own id",
        request=PatientSearchSerializer,
        responses=PatientSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """POST the same body to `next` and `previous`.

        The order is that of the list of patients, so that no cursor holds a name.
        """
        query = self.read_query()
        terms = PATIENT_SEARCH.run_validation(request.data)
        return self.page(search_patients(clinic=self.clinic, **terms), query, patient_document)


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
        release_record(patient=patient)
        return self.represent(patient_document(patient))

    def locked(self, request: Request, patient_id: uuid.UUID) -> Patient:
        """The patient as the caller has seen it, locked."""
        patient = get_object_or_404(self.clinic.patients.select_for_update(), pk=patient_id)
        check_if_match(request, patient_document(patient))
        return patient
