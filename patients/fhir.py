"""Runners as FHIR patients."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework.parsers import FormParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.fields import composed
from backend.platform.api.problems import Problem
from backend.platform.api.queries import MAX_PAGE_SIZE
from backend.platform.fhir.bundles import bundle
from backend.platform.fhir.elements import Resource, fhir_base, identifier_system, resource
from backend.platform.fhir.search import Search, read_search
from backend.platform.fhir.tokens import Token
from backend.platform.refusals import FieldProblem
from clinics.api.fhir import FhirSearch, FhirView
from patients.models import ArchiveReason, Patient, SexAtBirth
from patients.services import search_patients
from patients.shapes import PATIENT_SEARCH

#: The sex recorded at birth isn't FHIR's administrative gender; where the two may differ it says "other".
GENDERS = {
    SexAtBirth.FEMALE: "female",
    SexAtBirth.MALE: "male",
    SexAtBirth.INTERSEX: "other",
    SexAtBirth.UNKNOWN: "unknown",
}
#: Terms that say who somebody is: they travel in a body only.
IN_THE_BODY = {"family": "family_name", "given": "given_name", "birthdate": "birth_date"}


def external_ids() -> str:
    """What the practice system's own ids are called."""
    return identifier_system("external-id")


def is_external_id(text: Any) -> bool:
    """Whether a system is ours for the practice's own ids, on this host or on one before or after it."""
    return isinstance(text, str) and text.endswith("/fhir/identifier/external-id")


def patient_resource(patient: Patient) -> Resource:
    """A runner; an erased one has a pseudonym and isn't active."""
    contact = patient.contact or {}
    telecom = [{"system": name, "value": contact[name]} for name in ("email", "phone") if contact.get(name)]
    known = patient.external_id
    return resource(
        "Patient",
        patient.id,
        patient.updated_at,
        identifier=[{"system": external_ids(), "value": known}] if known else [],
        active=patient.archived_at is None,
        deceasedBoolean=True if patient.archive_reason == ArchiveReason.DECEASED else None,
        name=[{"use": "official", "family": patient.family_name, "given": [patient.given_name]}],
        telecom=telecom,
        gender=GENDERS[SexAtBirth(patient.sex_at_birth)],
        birthDate=patient.birth_date.isoformat() if patient.birth_date else None,
    )


class PatientFhir:
    """What the views of patients share."""

    resource = "patients"
    resource_type = "Patient"


class PatientSearch(PatientFhir, FhirSearch):
    """By the practice's own id: an address says nothing else about anybody."""

    parameters = {"identifier": "token"}

    def rows(self, search: Search) -> Any:
        """The clinic's patients, or the one with the identifier."""
        wanted = search.tokens("identifier")
        if wanted is None:
            return self.clinic.patients.all()
        return self.clinic.patients.filter(identified_by(wanted))

    def represent_row(self, row: Patient) -> Resource:
        """The patient."""
        return patient_resource(row)


class PatientRead(PatientFhir, FhirView):
    """One patient."""

    def get(self, request: Request, patient_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With the weak ETag of what is shown."""
        return self.represent(patient_resource(get_object_or_404(self.clinic.patients, pk=patient_id)))


class PatientPostSearch(PatientFhir, FhirView):
    """By name and birth date, which travel in the body: addresses end up in logs."""

    reading_methods = frozenset({*SAFE_METHODS, "POST"})
    parser_classes = [FormParser]
    searching = frozenset({"POST"})

    def post(self, request: Request) -> Response:
        """All that is found, or a refusal when that is more than a page: no link could hold the terms."""
        form: Any = request.data
        search = read_search(form, ("identifier", *IN_THE_BODY), common=(), zone=self.clinic.zone)
        terms = {ours: search.one(theirs) for theirs, ours in IN_THE_BODY.items() if theirs in search.values}
        wanted = search.tokens("identifier")
        rows = self.clinic.patients.all()
        if terms or wanted is None:
            named = PATIENT_SEARCH.run_validation(
                {name: text for name, text in terms.items() if text is not None}
            )
            rows = search_patients(clinic=self.clinic, **named)
        if wanted is not None:
            rows = rows.filter(identified_by(wanted))
        found = list(rows.order_by("updated_at", "id")[: MAX_PAGE_SIZE + 1])
        if len(found) > MAX_PAGE_SIZE:
            raise Problem(
                "invalid", errors=[FieldProblem("/family", "too_many", "Say more: too many are found.")]
            )
        address = {"relation": "self", "url": f"{fhir_base()}/Patient/_search"}
        return Response(bundle([patient_resource(patient) for patient in found], [address]))


def identified_by(wanted: Iterable[Token]) -> Q:
    """The patients with one of these; another system's finds nobody, a system alone all it names."""
    ours = [token.code for token in wanted if token.system in ("", external_ids())]
    known = Q(external_id__in=[composed(code) for code in ours if code and "\0" not in code])
    return known if all(ours) else Q(external_id__isnull=False)


urlpatterns = [
    path("Patient", PatientSearch.as_view(), name="fhir-patients"),
    path("Patient/_search", PatientPostSearch.as_view(), name="fhir-patient-search"),
    path("Patient/<uuid:patient_id>", PatientRead.as_view(), name="fhir-patient"),
]
