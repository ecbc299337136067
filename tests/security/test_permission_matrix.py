"""Every route and method, taken from the URL configuration, with every credential and both clinics' ids.

The samples are requests that work; what each test changes is who asks, or whose row is named.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from rest_framework import serializers
from rest_framework.test import APIClient

from backend.platform.fhir.views import FhirAPIView
from backend.platform.openapi.docs import openapi_document
from backend.platform.storage.tenancy import clinic_scope
from clinics.api.views import scope_needed, scopes_needed
from clinics.checks.database import walls
from clinics.checks.routes import OPEN_ROUTES, Route, routes
from clinics.identity.models import Role
from clinics.identity.permissions import permissions_of
from clinics.identity.scopes import ALL_SCOPES
from tests.factories import make_member, make_token
from tests.security.cds_samples import CDS_IDS, CDS_SAMPLES
from tests.security.fhir_samples import FHIR_SAMPLES
from tests.security.hospital import hospital_api
from tests.security.samples import SAMPLES as NATIVE_SAMPLES
from tests.security.samples import Sample, World, api_with, bearing, clinic_client
from tests.worlds import *  # noqa: F403 - fixtures
from tests.worlds import undone

SAMPLES = NATIVE_SAMPLES | FHIR_SAMPLES | CDS_SAMPLES
#: Hospital software signs each call of these itself: no token of ours opens them, so no person does.
SIGNED = "cds-services"
CHANGING = {"PUT", "PATCH", "DELETE"}
NO_STATE = '"of no state"'
DOORS = ("api/v1/", "fhir/", SIGNED)
API = [route for route in routes() if route.path.startswith(DOORS) and route.name not in OPEN_ROUTES]
OPEN = [route for route in routes() if route.path.startswith(DOORS) and route.name in OPEN_ROUTES]
OPERATIONS = [(route, method) for route in API for method in route.methods]


def id_filters(route: Route) -> list[str]:
    """The parameters of a list's query string that take an id."""
    query = getattr(route.view, "query_class", None)
    fields = query().fields if query else {}
    return [name for name, field in fields.items() if isinstance(field, serializers.UUIDField)]


def each(operations: list[tuple[Route, str]]) -> Any:
    """One test for each operation, by its name."""
    names = [f"{method} {route.name}" for route, method in operations]
    return pytest.mark.parametrize(("route", "method"), operations, ids=names)


every_operation = each(OPERATIONS)
with_an_id_in_the_path = each([(route, method) for route, method in OPERATIONS if "<uuid:" in route.path])
with_an_id_in_a_filter = each([(route, "GET") for route in API if id_filters(route)])


def sample(route: Route, method: str, world: World) -> Sample:
    """The request that works in this clinic."""
    if (route.name, method) not in SAMPLES:
        pytest.fail(f"{method} {route.path} has no sample: add it to tests/security/samples.py")
    return SAMPLES[route.name, method](world)


def ask(
    api: APIClient,
    route: Route,
    method: str,
    request: Sample,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    """Send it."""
    path = reverse(route.name, kwargs=request.path)
    path += "?" + "&".join(f"{name}={value}" for name, value in (query or {}).items()) if query else ""
    return api.generic(
        method,
        path,
        json.dumps(request.body) if request.body is not None else request.form,
        content_type="application/x-www-form-urlencoded" if request.form else "application/json",
        headers={"If-Match": NO_STATE} | (headers or {}) if method in CHANGING else headers or {},
    )


def seen(world: World, route: Route, method: str, request: Sample) -> dict[str, str]:
    """The ``If-Match`` of a caller who has read what they change; reading it leaves no trace here."""
    if method not in CHANGING:
        return {}
    name, path = request.seen_at or (route.name, request.path)
    with undone():
        answer = api_with(world).get(reverse(name, kwargs=path))
    return {"If-Match": answer.get("ETag", NO_STATE)}


def caller(world: World, route: Route, scopes: str = " ".join(ALL_SCOPES)) -> APIClient:
    """The clinic's software with these scopes, as the route wants it to prove itself."""
    if route.path.startswith(SIGNED):
        return hospital_api(world.clinic, scopes)
    return api_with(world, scopes=scopes)


@pytest.fixture(scope="module")
def tokens(shared_worlds: tuple[World, World]) -> dict[str, str]:
    """A token for each scope alone, made once: some three thousand requests carry one of them."""
    clinic = shared_worlds[0].clinic
    with clinic_scope(clinic.id):
        software = clinic_client(clinic)
        return {scope: make_token(software, scopes=scope) for scope in ALL_SCOPES}


def content() -> dict[str, Any]:
    """How many rows every table of every clinic has and what is in them, read as the owner."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'clinics_clinic'")
        cursor.execute(f"SET LOCAL ROLE {cursor.fetchone()[0]}")
        found = {}
        for wall in walls():
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {wall.table} t"
            )
            found[wall.table] = cursor.fetchone()
        cursor.execute("RESET ROLE")
        return found


@every_operation
def test_only_the_right_scope_opens_it(
    world: World, tokens: dict[str, str], route: Route, method: str
) -> None:
    """No token: 401. Every other scope alone: 403, and nothing is written. The one it needs: it works."""
    needed = scope_needed(route.view, method)  # type: ignore[arg-type]
    assert needed in ALL_SCOPES
    request = sample(route, method, world)
    on_record = route.path.startswith(SIGNED)  # each call changes what its software is registered for
    with undone():
        before = content()
        assert ask(APIClient(), route, method, request).status_code == 401
        for scope in sorted(ALL_SCOPES.keys() - {needed}):
            api = caller(world, route, scope) if on_record else bearing(tokens[scope])
            before = content() if on_record else before
            answer = ask(api, route, method, request)
            assert answer.status_code == 403, (scope, answer.content)
            assert not on_record or content() == before
        assert content() == before
    api = caller(world, route, " ".join(scopes_needed(route.view, method) | request.grants))  # type: ignore[arg-type]
    answer = ask(api, route, method, request, headers=seen(world, route, method, request))
    assert answer.status_code in {200, 201, 202, 204}, answer.content


@every_operation
def test_only_a_role_that_may_opens_it(world: World, route: Route, method: str) -> None:
    """A person's token with every scope opens what the table of roles says, and nothing that is signed."""
    needed = scope_needed(route.view, method)  # type: ignore[arg-type]
    request = sample(route, method, world)
    for role in Role:
        with undone():
            member = make_member(world.clinic, role)
            headers = seen(world, route, method, request)
            answer = ask(api_with(world, user=member.user), route, method, request, headers=headers)
        if route.path.startswith(SIGNED):
            assert answer.status_code == 401, (role, answer.content)
        elif needed in permissions_of(role):
            assert answer.status_code in {200, 201, 202, 204}, (role, answer.content)
        else:
            assert answer.status_code == 403, (role, answer.content)


@with_an_id_in_the_path
def test_another_clinics_row_is_not_found_by_its_address(
    world: World, other_world: World, route: Route, method: str
) -> None:
    """As little as a row that never was, and nothing is written anywhere."""
    request, theirs = sample(route, method, world), sample(route, method, other_world)
    named = {name for name, value in request.path.items() if isinstance(value, uuid.UUID)}
    assert named
    api, before = api_with(world), content()
    for name in named:
        answers = [
            ask(api, route, method, Sample({**request.path, name: value}, request.body))
            for value in (theirs.path[name], uuid.uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert told(answers[0]) == told(answers[1])
        assert content() == before


@every_operation
def test_another_clinics_row_is_not_found_by_the_body(
    world: World, other_world: World, route: Route, method: str
) -> None:
    """Each field that takes an id in turn."""
    request, theirs = sample(route, method, world), sample(route, method, other_world)
    api = caller(world, route)
    headers = seen(world, route, method, request)
    before = content()
    for place in ids_in(request.body):
        named = value_at(theirs.body, place)
        kind = named[: -len(str(uuid.UUID(int=0)))]  # what stands before the id: "Patient/"
        for_them, for_nobody = (
            replaced(request.body, place, value) for value in (named, f"{kind}{uuid.uuid4()}")
        )
        answers = [
            ask(api, route, method, Sample(request.path, body), headers=headers)
            for body in (for_them, for_nobody)
        ]
        assert [answer.status_code for answer in answers] == [422, 422], answers[0].content
        assert codes(answers[0]) in (["not_found"], ["read_only"])
        assert told(answers[0]) == told(answers[1])
        assert content() == before


@every_operation
def test_every_field_that_takes_an_id_is_in_the_sample(world: World, route: Route, method: str) -> None:
    """From the OpenAPI document: a new field with an id can't be forgotten. Signed routes aren't in it."""
    if route.path.startswith(SIGNED):
        assert set(ids_in(sample(route, method, world).body)) == CDS_IDS[route.name]
        return
    if issubclass(route.view, FhirAPIView):  # type: ignore[arg-type]
        wanted = {("subject", "reference")} if route.view.body_type == "QuestionnaireResponse" else set()  # type: ignore[union-attr]
        assert method != "POST" or wanted <= set(ids_in(sample(route, method, world).body))
        return
    document = openapi_document()
    path = "/" + route.path.replace("uuid:", "").replace("str:", "").replace("path:", "")
    operation = document["paths"][path.replace("<", "{").replace(">", "}")][method.lower()]
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    wanted = set(id_fields(schema, document))
    assert wanted <= set(ids_in(sample(route, method, world).body))


@with_an_id_in_a_filter
def test_another_clinics_row_is_not_found_by_a_filter(
    world: World, other_world: World, route: Route, method: str
) -> None:
    """A filter by an id that isn't the clinic's finds as much as one by an id that is nobody's."""
    api, all_of_them = api_with(world), sample(route, method, world)
    for name in id_filters(route):
        for known in vars_of(other_world):
            answers = [
                ask(api, route, method, all_of_them, {name: value})
                for value in (str(known), str(uuid.uuid4()))
            ]
            assert [answer.json()["results"] for answer in answers] == [[], []]


def test_another_clinics_external_id_is_free_and_changes_nothing_there(
    world: World, other_world: World
) -> None:
    with clinic_scope(other_world.clinic.id):
        before = other_world.clinic.patients.values().get(id=other_world.patient.id)
    path = reverse("patient-by-external-id", args=[other_world.patient.external_id])
    answer = api_with(world).put(path, {"given_name": "Sam", "family_name": "Swift"}, format="json")
    assert answer.status_code == 201
    assert answer.json()["id"] != str(other_world.patient.id)
    with clinic_scope(other_world.clinic.id):
        assert other_world.clinic.patients.values().get(id=other_world.patient.id) == before


@pytest.mark.parametrize("route", OPEN, ids=[route.name for route in OPEN])
def test_what_asks_for_nothing_says_nothing_of_anybody(world: World, route: Route) -> None:
    """The same to everybody, whatever they hold, with no id of the clinic's rows in it."""
    path = "/" + route.path.replace("<slug:name>", "answer")
    answers = [who.get(path) for who in (APIClient(), api_with(world), hospital_api(world.clinic))]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    said = answers[0].content.decode()
    assert not [known for known in vars_of(world) if str(known) in said]
    assert world.clinic.name not in said
    for method in ("post", "put", "patch", "delete"):
        assert getattr(APIClient(), method)(path).status_code == 405


def test_no_sample_is_left_of_a_route_that_went() -> None:
    assert set(SAMPLES) <= {(route.name, method) for route, method in OPERATIONS}


def told(answer: Any) -> dict[str, Any]:
    """What a refusal says, but for the address and the id of the request."""
    body = answer.json()
    for issue in body.get("issue", []):
        issue.pop("diagnostics", None)
    return {name: value for name, value in body.items() if name not in {"instance", "request_id"}}


def codes(answer: Any) -> list[str]:
    """What is wrong at each place that a refusal names."""
    body = answer.json()
    if "errors" in body:
        return [error["code"] for error in body["errors"]]
    return [coding["code"] for issue in body["issue"] for coding in issue["details"]["coding"]]


def vars_of(world: World) -> list[Any]:
    """Every id that the filters could be given."""
    return [
        world.patient.id,
        world.assessment,
        world.open_escalation,
        world.follow_up,
        world.clinic.on_call_id,
    ]


def ids_in(body: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a body names rows by their ids."""
    if isinstance(body, dict):
        return [found for key, value in body.items() for found in ids_in(value, (*place, key))]
    if isinstance(body, list):
        return [found for number, value in enumerate(body) for found in ids_in(value, (*place, number))]
    try:
        return [place] if isinstance(body, str) and "-" in body and uuid.UUID(body.rpartition("/")[2]) else []
    except ValueError:
        return []


def id_fields(schema: Any, document: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the OpenAPI document says that a body names one."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for part in schema.get("allOf", []) + schema.get("oneOf", []) + schema.get("anyOf", []):
        yield from id_fields(part, document, place)
    if schema.get("format") == "uuid":
        yield place
    for name, inner in schema.get("properties", {}).items():
        yield from id_fields(inner, document, (*place, name))


def value_at(body: Any, place: tuple[Any, ...]) -> Any:
    """What stands there."""
    for key in place:
        body = body[key]
    return body


def replaced(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The body with another value there."""
    if not place:
        return value
    if isinstance(body, list):
        inner = replaced(body[place[0]], place[1:], value)
        return [inner if number == place[0] else one for number, one in enumerate(body)]
    return {**body, place[0]: replaced(body[place[0]], place[1:], value)}
