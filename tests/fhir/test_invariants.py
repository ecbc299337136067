"""FHIR's own invariants (FHIRPath) on every kind of resource that goes out, by Medplum's validator."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.fhir import capability_statement
from clinics.models import ApiClient, Clinic
from tests.factories import CASES
from tests.fhir.checks import fhir
from tests.fhir.test_cds import body, call
from tests.fhir.test_resources import TYPES
from tests.security.hospital import hospital
from tests.security.samples import World, api_with, fill
from tools import toolchain

NODE = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def node() -> Path:
    """Node with the validator installed as its lock says; neither has to be there."""
    toolchain.node_packages(NODE)
    return toolchain.node()


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


def wrong_with(node: Path, resources: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What the validator finds in each, but for its one mistake."""
    found = run_validator(node, resources)
    return [[issue for issue in issues if not is_mistaken(issue)] for issues in found]


def run_validator(node: Path, resources: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """All that the validator finds in each."""
    done = subprocess.run(
        [node, "validate.mjs"],
        cwd=NODE,
        input=json.dumps(resources),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return found


def is_mistaken(issue: dict[str, Any]) -> bool:
    """ras-2 bounds a probability: the validator takes one that isn't given, like ours, for too high."""
    return "Constraint ras-2 not met" in issue["details"]["text"]


def test_the_one_invariant_left_out_is_the_validators_mistake(node: Path) -> None:
    """FHIR's own XPath of ras-2 begins with "no probability, or": without one it holds for everybody.

    When this fails because the validator has been mended, ``is_mistaken`` goes.
    """
    plain = {"resourceType": "RiskAssessment", "status": "final", "subject": {"reference": "Patient/1"}}

    def found(**prediction: Any) -> bool:
        (issues,) = run_validator(node, [{**plain, "prediction": [prediction]}])
        assert all(map(is_mistaken, issues))
        return bool(issues)

    assert not found(probabilityDecimal=10), "within its bound"
    assert found(probabilityDecimal=101), "beyond it"
    assert found(rationale="none is given"), "the mistake"


def test_every_resource_holds_fhirs_invariants(
    node: Path, world: World, form: dict[str, Any], caller: ApiClient
) -> None:
    resources = list(outgoing(api_with(world), form))
    assert "probability" not in json.dumps(resources)
    for resource, issues in zip(resources, wrong_with(node, resources), strict=True):
        assert issues == [], resource


def test_the_validator_would_find_what_is_wrong(node: Path, form: dict[str, Any]) -> None:
    """An activity that is there twice over (cpl-3), and an element that isn't there."""
    twice = {"reference": {"reference": "Task/1"}, "detail": {"status": "not-started"}}
    plan = {"resourceType": "CarePlan", "status": "draft", "intent": "plan", "activity": [twice]}
    broken = {**plan, "subject": {"reference": "Patient/1"}}
    unknown = {**form, "status": "active", "colour": "red"}
    assert all(wrong_with(node, [broken, unknown]))
