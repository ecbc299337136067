"""Everything about one runner that the caller may see, as one bundle."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.fhir.care_plan import plan_resources, plans_of
from assessments.fhir.clinical_impression import impression_resource, signed
from assessments.fhir.risk_assessment import decided, risk_resource
from assessments.fhir.service_request import flag_resource, flags, request_resource, requests
from assessments.fhir.stored_response import answered, response_resource
from assessments.fhir.task import shown_task, task_rows
from assessments.fhir.task_views import seen_with
from assessments.records.models import Assessment
from backend.platform.fhir.bundles import bundle
from backend.platform.fhir.elements import Resource, fhir_base
from backend.platform.fhir.search import read_search
from clinics.api.fhir import FhirView
from patients.fhir import patient_resource

Read = Callable[[], list[Resource]]


class Everything(FhirView):
    """``$everything``: the patient, and of the rest what the caller's scopes open."""

    resource = "patients"
    resource_type = "Patient"

    def get(self, request: Request, patient_id: uuid.UUID) -> Response:
        """All of it at once."""
        read_search(request.query_params, (), common=(), zone=self.clinic.zone)
        patient = get_object_or_404(self.clinic.patients, pk=patient_id)
        found = [patient_resource(patient)]
        for kinds, read in self._parts(patient_id):
            if any(map(self.may_read, kinds)):
                found += [item for item in read() if self.may_read(item["resourceType"])]
        address = f"{fhir_base()}/Patient/{patient_id}/$everything"
        return Response(bundle(found, [{"relation": "self", "url": address}]))

    def _parts(self, patient: uuid.UUID) -> tuple[tuple[tuple[str, ...], Read], ...]:
        """Which types each part holds, and how it is read."""
        clinic = self.clinic
        of: dict[str, Any] = {"patient_id": patient}
        assessments = decided(answered(clinic.assessments.filter(**of))).order_by("created_at", "id")
        plans = plans_of(clinic, **of).order_by("created_at", "id")
        referrals = requests(clinic, **of).order_by("opened_at", "id")
        warnings = flags(clinic, **of).order_by("escalation__opened_at", "id")
        impressions = signed(clinic, **of).order_by("at", "id")
        seen = seen_with(self)
        tasks = task_rows(clinic, permissions=seen, **of).order_by("at", "id")
        return (
            (("QuestionnaireResponse", "RiskAssessment"), lambda: _of_assessments(assessments)),
            (("ClinicalImpression",), lambda: [impression_resource(row) for row in impressions[:]]),
            (("CarePlan",), lambda: [*plan_resources(list(plans))]),
            (("ServiceRequest",), lambda: [request_resource(row) for row in referrals]),
            (("Flag",), lambda: [flag_resource(row) for row in warnings]),
            (("Task",), lambda: [shown_task(row, seen) for row in tasks[:]]),
        )


def _of_assessments(rows: Iterable[Assessment]) -> list[Resource]:
    return [item for row in rows for item in (response_resource(row), risk_resource(row))]
