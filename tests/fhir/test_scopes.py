"""Every scope of SMART's on every route of FHIR: it opens its own type and interaction and nothing else."""

from typing import Any

import pytest

from assessments.fhir.capability import capability_statement
from clinics.api.fhir import letter_of
from clinics.checks.routes import OPEN_ROUTES, Route, routes
from clinics.identity.scopes import ALL_SCOPES, SMART_SCOPES, SMART_TYPES
from tests.security.fhir_samples import FHIR_SAMPLES
from tests.security.samples import World, api_with
from tests.security.test_permission_matrix import ask, seen
from tests.worlds import *  # noqa: F403 - fixtures
from tests.worlds import undone

OPERATIONS = [
    (route, method)
    for route in routes()
    if route.path.startswith("fhir/") and route.name not in OPEN_ROUTES
    for method in route.methods
]


def single_scopes() -> list[str]:
    return [scope for scope in SMART_SCOPES if len(scope.rpartition(".")[2]) == 1]


@pytest.mark.parametrize(
    ("route", "method"), OPERATIONS, ids=[f"{method} {route.name}" for route, method in OPERATIONS]
)
def test_only_the_scope_of_type_and_interaction_opens_it(world: World, route: Route, method: str) -> None:
    view: Any = route.view
    needed = f"system/{view.resource_type}.{letter_of(view(), method)}"
    if route.name == "fhir-process-response":
        needed = "system/QuestionnaireResponse.c"
    for scope in single_scopes():
        with undone():
            sample = FHIR_SAMPLES[route.name, method](world)
            headers = seen(world, route, method, sample)
            answer = ask(api_with(world, scopes=scope), route, method, sample, headers=headers)
            expected = {200, 201} if scope == needed else {403}
            assert answer.status_code in expected, (scope, answer.content)


def test_every_type_has_its_scopes_and_no_scope_promises_more() -> None:
    letters = {"create": "c", "read": "r", "update": "u", "search-type": "s"}
    done = {
        found["type"]: {letters[item["code"]] for item in found["interaction"]}
        for found in capability_statement()["rest"][0]["resource"]
        if found["type"] != "CodeSystem"  # open to everybody
    }
    assert done == {kind: set(allowed) for kind, (_, allowed) in SMART_TYPES.items()}
    assert all(needed <= set(ALL_SCOPES) for needed in SMART_SCOPES.values())
