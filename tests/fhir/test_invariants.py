"""FHIR's own invariants (FHIRPath) on every kind of resource that goes out, by Medplum's validator."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from assessments.fhir.capability import capability_statement
from clinics.identity.models import ApiClient, Clinic
from tests.factories import CASES
from tests.fhir.checks import fhir
from tests.fhir.medplum import is_mistaken, run_validator, wrong_with
from tests.fhir.test_cds import body, call
from tests.fhir.test_resources import TYPES
from tests.security.hospital import hospital
from tests.security.samples import World, api_with, fill

pytestmark = pytest.mark.process


@pytest.fixture
def world(clinic: Clinic) -> World:
    return fill(clinic)


@pytest.fixture
def form(world: World) -> dict[str, Any]:
    return fhir(api_with(world).get("/fhir/Questionnaire"))["entry"][0]["resource"]


@pytest.fixture
def caller(clinic: Clinic, form: dict[str, Any]) -> ApiClient:
    return hospital(clinic)


def outgoing(api: APIClient, form: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the server says of itself, the form, every type, refusals and the drafts of every card."""
    yield capability_statement()
    yield form
    for kind in TYPES:
        yield fhir(api.get(f"/fhir/{kind}"))
    yield api.get("/fhir/nothing").json()
    yield api.post("/fhir/QuestionnaireResponse", {"resourceType": "Basic"}).json()
    for case in CASES.values():
        (card,) = call(body(form, case["answers"])).json()["cards"]
        for suggestion in card["suggestions"]:
            yield from (action["resource"] for action in suggestion["actions"])


def test_the_one_invariant_left_out_is_the_validators_mistake() -> None:
    """FHIR's own XPath of ras-2 begins with "no probability, or": without one it holds for everybody.

    When this fails because the validator has been mended, ``is_mistaken`` goes.
    """
    plain = {"resourceType": "RiskAssessment", "status": "final", "subject": {"reference": "Patient/1"}}

    def found(**prediction: Any) -> bool:
        (issues,) = run_validator([{**plain, "prediction": [prediction]}])
        assert all(map(is_mistaken, issues))
        return bool(issues)

    assert not found(probabilityDecimal=10), "within its bound"
    assert found(probabilityDecimal=101), "beyond it"
    assert found(rationale="none is given"), "the mistake"


def test_every_resource_holds_fhirs_invariants(world: World, form: dict[str, Any], caller: ApiClient) -> None:
    resources = list(outgoing(api_with(world), form))
    assert "probability" not in json.dumps(resources)
    for resource, issues in zip(resources, wrong_with(resources), strict=True):
        assert issues == [], resource


def test_the_validator_would_find_what_is_wrong(form: dict[str, Any]) -> None:
    """An activity that is there twice over (cpl-3), and an element that isn't there."""
    twice = {"reference": {"reference": "Task/1"}, "detail": {"status": "not-started"}}
    plan = {"resourceType": "CarePlan", "status": "draft", "intent": "plan", "activity": [twice]}
    broken = {**plan, "subject": {"reference": "Patient/1"}}
    unknown = {**form, "status": "active", "colour": "red"}
    assert all(wrong_with([broken, unknown]))
