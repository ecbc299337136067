"""Everything about one runner that the caller may see, as one bundle."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.fhir.answered import response_resource
from assessments.fhir.care_plan import plan_resource
from assessments.fhir.decision import decided, risk_resource
from assessments.fhir.impression import impression_resource, signed
from assessments.fhir.referral import PRIORITIES, flag_resources, request_resource
from assessments.fhir.task import task_resource, task_rows
from backend.api.fhir.bundles import bundle
from backend.api.fhir.elements import Resource, fhir_base
from backend.api.fhir.search import read_search
from clinics.fhir import FhirView
from patients.fhir import patient_resource


class Everything(FhirView):
    """``$everything``: the patient, and of the rest what the caller's scopes open."""

    resource = "patients"
    resource_type = "Patient"
    searches = True

    def get(self, request: Request, patient_id: uuid.UUID) -> Response:
        """All of it at once."""
        read_search(request.query_params, (), common=())
        patient = get_object_or_404(self.clinic.patients, pk=patient_id)
        found = [patient_resource(patient)]
        for scope, read in self._parts(patient_id):
            if scope in self.principal.scopes:
                found += read()
        address = f"{fhir_base()}/Patient/{patient_id}/$everything"
        return Response(bundle(found, [{"relation": "self", "url": address}]))

    def _parts(self, patient: uuid.UUID) -> Iterable[tuple[str, Callable[[], list[Resource]]]]:
        clinic, of = self.clinic, {"patient_id": patient}
        yield (
            "assessments:read",
            lambda: _all(
                decided(clinic.assessments.filter(**of)).order_by("created_at", "id"),
                lambda row: [response_resource(row), risk_resource(row)],
            ),
        )
        yield (
            "assessments:read",
            lambda: _all(signed(clinic, **of).order_by("at", "id")[:], _one(impression_resource)),
        )
        yield (
            "programmes:read",
            lambda: _all(
                clinic.programmes.filter(**of)
                .select_related("released_by__user")
                .order_by("created_at", "id"),
                _one(plan_resource),
            ),
        )
        yield (
            "escalations:read",
            lambda: _all(
                clinic.escalations.filter(**of).select_related("assessment").order_by("opened_at", "id"),
                lambda row: [
                    *([request_resource(row)] if row.urgency in PRIORITIES else []),
                    *flag_resources(row),
                ],
            ),
        )
        sees = "escalations:read" in self.principal.scopes
        yield (
            "follow-ups:read",
            lambda: _all(
                task_rows(clinic, escalations=sees, **of).order_by("at", "id")[:], _one(task_resource)
            ),
        )


def _one(represent: Callable[[Any], Resource]) -> Callable[[Any], list[Resource]]:
    return lambda row: [represent(row)]


def _all(rows: Iterable[Any], represent: Callable[[Any], list[Resource]]) -> list[Resource]:
    return [item for row in rows for item in represent(row)]
