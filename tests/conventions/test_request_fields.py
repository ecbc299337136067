"""What a caller sends is taken as it is or refused: no body has a field that coerces."""

from collections.abc import Iterator

import pytest
from rest_framework import serializers
from rest_framework.test import APIClient

from backend.platform.api.fields import StrictSerializer
from backend.platform.openapi.docs import openapi_document
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem

#: REST framework's own read "5" as 5, false as 0 and a time without offset as some time.
COERCING = {
    serializers.BooleanField,
    serializers.CharField,
    serializers.DateTimeField,
    serializers.FloatField,
    serializers.IntegerField,
}
#: Describes, and what rests on it, what the question table validates; tests/api_edge holds the two together.
DESCRIBES_ONLY = "assessments.decisions.shapes.assessments"


def bodies(base: type[StrictSerializer] = StrictSerializer) -> Iterator[type[StrictSerializer]]:
    """Every serializer of a request; reading the document has imported all views."""
    openapi_document()
    for body in base.__subclasses__():
        yield body
        yield from bodies(body)


def test_no_field_of_a_request_coerces() -> None:
    found = {
        f"{body.__module__}.{body.__name__}.{name}"
        for body in bodies()
        if not any(base.__module__ == DESCRIBES_ONLY for base in body.__mro__)
        for name, field in body().fields.items()
        if not field.read_only and {type(field), type(getattr(field, "child", None))} & COERCING
    }
    assert found == set()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"distance_before": {"unit": "km", "value": False}}, "/distance_before/value"),
        ({"distance_before": {"unit": "km", "value": "12"}}, "/distance_before/value"),
        ({"worn": "no"}, "/worn"),
    ],
)
def test_a_number_that_is_none_is_refused(
    api: APIClient, clinic: Clinic, patient: Patient, change: dict[str, object], place: str
) -> None:
    body = {"name": "Blue ones", "started_on": "2026-01-05", **change}
    assert_problem(api.post(f"/api/v1/patients/{patient.id}/shoes", body), "invalid", place)
    assert api.get(f"/api/v1/patients/{patient.id}/shoes").json()["results"] == []
