"""Every conditional header on every method of every endpoint of FHIR: honoured or refused, never ignored."""

from typing import Any

import pytest

from assessments.fhir.capability import capability_statement
from assessments.records.models import Assessment
from backend.platform.storage.tenancy import clinic_scope
from clinics.checks.routes import OPEN_ROUTES, Route, routes
from tests.fhir.checks import assert_outcome
from tests.security.fhir_samples import FHIR_SAMPLES
from tests.security.samples import World, api_with
from tests.security.test_permission_matrix import ask
from tests.worlds import *  # noqa: F403 - fixtures
from tests.worlds import undone

OPERATIONS = [
    (route, method)
    for route in routes()
    if route.path.startswith("fhir/") and route.name not in OPEN_ROUTES
    for method in route.methods
    if method != "HEAD"
]
LONG_AGO, OF_NOBODY = "Sat, 01 Jan 2000 00:00:00 GMT", 'W/"0"'
REFUSED, FULL = "refused", "answered in full"
#: Where a header is honoured; on every other method it is refused. A version nobody has is a failed match.
TABLE: dict[tuple[str, str], dict[str, str]] = {
    ("If-None-Exist", "identifier=urn:engine|1"): {},
    ("If-Unmodified-Since", LONG_AGO): {},
    ("If-Match", OF_NOBODY): {},
    ("If-None-Match", OF_NOBODY): {"GET": FULL},
    ("If-Modified-Since", LONG_AGO): {"GET": FULL},
}


@pytest.mark.parametrize("header", TABLE, ids=lambda header: str(header[0]))
@pytest.mark.parametrize(
    ("route", "method"), OPERATIONS, ids=[f"{method} {route.name}" for route, method in OPERATIONS]
)
def test_a_condition_is_honoured_or_refused(
    world: World, route: Route, method: str, header: tuple[str, str]
) -> None:
    name, value = header
    api = api_with(world)
    with undone():
        sample = FHIR_SAMPLES[route.name, method](world)
        answer = ask(api, route, method, sample, headers={name: value})
        if TABLE[header].get(method, REFUSED) == FULL:
            assert answer.status_code == 200
            assert answer.json()["resourceType"]
            return
    assert_outcome(answer, "precondition_failed", status=412)


def test_a_reader_who_has_the_version_is_told_so(world: World) -> None:
    api, path = api_with(world), f"/fhir/RiskAssessment/{world.assessment}"
    tag = api.get(path).headers["ETag"]
    for sent in (tag, tag.removeprefix("W/"), f'"0", {tag}', "*"):
        assert api.get(path, headers={"if-none-match": sent}).status_code == 304, sent


def test_a_conditional_create_records_nothing_and_names_the_key(world: World) -> None:
    sample: Any = FHIR_SAMPLES["fhir-responses", "POST"](world)
    with clinic_scope(world.clinic.id):
        before = Assessment.objects.count()
    answer = api_with(world).post(
        "/fhir/QuestionnaireResponse", sample.body, headers={"if-none-exist": "identifier=urn:engine|msg-1"}
    )
    assert answer.status_code == 412
    assert "Idempotency-Key" in answer.json()["issue"][0]["details"]["text"]
    assert "msg-1" not in answer.content.decode()
    with clinic_scope(world.clinic.id):
        assert Assessment.objects.count() == before


def test_the_server_says_which_conditions_it_takes() -> None:
    for found in capability_statement()["rest"][0]["resource"]:
        done = {item["code"] for item in found["interaction"]}
        assert found.get("conditionalRead") == ("not-match" if "read" in done else None)
        assert found.get("conditionalCreate") == (False if "create" in done else None)
        assert found.get("conditionalUpdate") == (False if "update" in done else None)
