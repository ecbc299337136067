"""The OpenAPI document: valid, typed question by question, and true of what the service answers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.test import APIClient

from assessments.protocol import QUESTIONS
from backend.platform.api.problems import CONTENT_TYPE
from backend.platform.openapi.docs import openapi_document
from backend.platform.openapi.schema import tidy_nulls
from clinics.identity.scopes import ALL_SCOPES
from patients.models import Patient
from tests.api_edge.checks import assert_matches
from tests.factories import assessment_body

METHODS = {"get", "post", "put", "patch", "delete"}
#: What does not answer in JSON, by its operation.
OTHER_MEDIA_TYPES = {
    "readExport": "application/x-ndjson",
    "getOutcomesCsv": "text/csv",
    "printPlan": "text/html",
    "printProgramme": "text/html",
    "getPlanPdf": "application/pdf",
    "getProgrammePdf": "application/pdf",
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(json.dumps(openapi_document()))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        yield from ((path, method, item[method]) for method in METHODS & set(item))


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_route_of_the_api_is_described(document: dict[str, Any]) -> None:
    api = next(item for item in get_resolver().url_patterns if str(item.pattern) == "api/v1/")
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) for route in _routes(api)}

    assert {f"/api/v1/{route}" for route in routes} == set(document["paths"])


def _routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for item in resolver.url_patterns:
        if isinstance(item, URLPattern):
            yield f"{prefix}{item.pattern}"
        else:
            yield from _routes(item, f"{prefix}{item.pattern}")


def test_every_operation_has_a_name_of_its_own_a_summary_and_its_scopes(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for path, method, operation in operations(document):
        assert re.fullmatch(r"[a-z][A-Za-z]+", operation["operationId"]), (path, method)
        assert operation["summary"], (path, method)
        [requirement] = operation["security"]
        scopes = requirement["oauth2"]
        assert scopes, (path, method)
        assert set(scopes) <= set(ALL_SCOPES), (path, method)
        if method == "get":
            assert all(scope.endswith(":read") for scope in scopes), (path, method)
        # One for what it does; what says something once asks for the scope to read it besides.
        assert len(scopes) == 1 or {scope.partition(":")[2] for scope in scopes} == {"read", "write"}


def test_every_error_is_the_one_problem_under_its_own_media_type(document: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, method, operation in operations(document):
        statuses = set(operation["responses"])
        assert {"401", "403", "406", "429", "503"} <= statuses, (path, method)
        assert ("requestBody" in operation) <= ({"400", "413", "415", "422"} <= statuses), (path, method)
        for status, answer in operation["responses"].items():
            assert answer["description"], (path, method, status)
            if status >= "400":
                assert set(answer["content"]) == {CONTENT_TYPE}, (path, method, status)
                assert answer["content"][CONTENT_TYPE]["schema"] == problem, (path, method, status)
            elif status in {"204", "304"}:
                assert "content" not in answer, (path, method, status)
            else:
                said = OTHER_MEDIA_TYPES.get(operation["operationId"], "application/json")
                assert set(answer["content"]) == {said}, (path, method, status)


def test_what_needs_if_match_says_so(document: dict[str, Any]) -> None:
    patch = document["paths"]["/api/v1/patients/{patient_id}"]["patch"]
    [header] = [item for item in patch["parameters"] if item["in"] == "header"]

    assert (header["name"], header["required"]) == ("If-Match", True)
    assert {"412", "428"} <= set(patch["responses"])
    assert "ETag" in patch["responses"]["200"]["headers"]


def test_a_partial_change_presets_no_field(document: dict[str, Any]) -> None:
    """A generated client would send the default, and reset what its caller never mentioned."""
    partial = {
        name: schema
        for name, schema in document["components"]["schemas"].items()
        if name.startswith("Patched")
    }
    assert len(partial) > 5
    for name, schema in partial.items():
        assert [field for field, said in schema["properties"].items() if "default" in said] == [], name


def test_the_words_of_a_query_are_enums_with_a_name(document: dict[str, Any]) -> None:
    unnamed = [
        f"{path} {parameter['name']}"
        for path, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query" and "enum" in parameter["schema"]
    ]
    assert unnamed == []


def test_no_client_is_asked_to_send_what_only_the_service_sends(document: dict[str, Any]) -> None:
    assert len(document["webhooks"]) > 10
    for item in document["webhooks"].values():
        assert item["post"]["x-internal"] is True


def test_the_list_parameters_are_typed(document: dict[str, Any]) -> None:
    found = document["paths"]["/api/v1/patients"]["get"]["parameters"]
    parameters = {item["name"]: item["schema"] for item in found if item["in"] == "query"}

    assert set(parameters) == {"archived", "cursor", "external_id", "page_size", "updated_since"}
    assert parameters["page_size"] | {"minimum": 1, "maximum": 100, "default": 50} == parameters["page_size"]
    assert parameters["updated_since"]["format"] == "date-time"


def test_no_trace_of_older_nulls_is_left(document: dict[str, Any]) -> None:
    text = json.dumps(document)

    assert not {'"nullable"', "NullEnum", "BlankEnum", '"oneOf": [{}'} & set(
        re.findall(r'"nullable"|NullEnum|BlankEnum|"oneOf": \[\{\}', text)
    )


def test_a_text_that_may_be_empty_is_one_text(document: dict[str, Any]) -> None:
    said = document["components"]["schemas"]["PatchedWebhookEndpointRequest"]["properties"]["description"]
    assert said["type"] == "string"
    assert re.search(said["pattern"], "")
    assert re.search(said["pattern"], "Front desk")
    assert not re.search(said["pattern"], "a\x00b")


def test_nulls_are_tidied_into_what_client_generators_read() -> None:
    schemas = "#/components/schemas/"
    choices = [{"$ref": f"{schemas}{name}"} for name in ("Color", "BlankEnum", "NullEnum")]
    before = {
        "components": {
            "schemas": {
                "NullEnum": {"type": "null"},
                "BlankEnum": {"enum": [""]},
                "Thing": {
                    "properties": {
                        "color": {"oneOf": choices, "description": "kept"},
                        "shade": {"oneOf": choices[:2]},
                        "any": {"oneOf": [{}, {"type": "null"}], "description": "kept"},
                    }
                },
            }
        }
    }

    after = tidy_nulls(before, generator=None, request=None, public=True)["components"]["schemas"]

    assert set(after) == {"Thing"}
    assert after["Thing"]["properties"] == {
        "color": {"oneOf": [choices[0], {"type": "null"}], "description": "kept"},
        "shade": choices[0],
        "any": {"description": "kept"},
    }


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference or an "or null"."""
    while "$ref" in schema or "oneOf" in schema:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        else:
            schema = schema["oneOf"][0]
    return schema


@pytest.mark.parametrize("direction", ["", "Request"])
def test_every_question_is_typed_from_the_table(document: dict[str, Any], direction: str) -> None:
    answers = document["components"]["schemas"][f"Answers{direction}"]
    assert set(answers["properties"]) == {question.name for question in QUESTIONS}
    assert answers.get("additionalProperties", True) is not bool(direction)
    types = {"choice": "string", "text": "string", "date": "string", "date_or_time": "string"}
    types |= {"choices": "array", "objects": "array", "features": "object"}
    for question in QUESTIONS:
        schema = resolve(document, answers["properties"][question.name])
        kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
        assert kind == types.get(question.type, question.type), question.name
        if question.type == "choice":
            assert schema["enum"] == [*question.choices, "unknown"], question.name
        if question.type in ("integer", "number"):
            assert (schema["minimum"], schema["maximum"]) == (question.low, question.high), question.name


def test_in_a_request_every_answer_may_be_null_and_in_an_answer_none(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for question in QUESTIONS:
        assert _allows_null(schemas["AnswersRequest"]["properties"][question.name]), question.name
        assert not _allows_null(schemas["Answers"]["properties"][question.name]), question.name


def _allows_null(schema: dict[str, Any]) -> bool:
    return {"type": "null"} in schema.get("oneOf", []) or "null" in schema.get("type", [])


def test_a_distance_may_come_with_its_unit(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["AnswersRequest"]["properties"]["weekly_km_current"]
    unit = resolve(document, {"$ref": schema["oneOf"][1]["$ref"]})["properties"]["unit"]

    assert resolve(document, unit)["enum"] == ["km", "mi"]


def test_what_the_service_answers_is_what_the_document_says(api: APIClient, patient: Patient) -> None:
    """An emergency with an unfinished screen shows every shape."""
    answers = {
        "bladder_change": "yes",
        "diagnoses": [{"code": "disc_injury", "status": "suspected"}],
        "spa_features": {"buttock_pain": "yes"},
        "weekly_km_current": {"value": 10, "unit": "mi"},
        "walking_ability": "unable",
        "pain_walking_nrs": 0,
    }
    recorded = api.post("/api/v1/assessments", assessment_body(patient, answers))
    assert recorded.status_code == 201, recorded.content
    body = recorded.json()

    assert body["evaluation"]["decision"] == "refer_emergency"
    assert body["evaluation"]["missing"]
    assert body["evaluation"]["contradictions"]
    assert_matches("Assessment", body)
    assert_matches("Assessment", api.get(f"/api/v1/assessments/{body['id']}").json())
    assert_matches("PaginatedAssessmentList", api.get("/api/v1/assessments").json())
    assert_matches("Escalation", api.get(f"/api/v1/escalations/{body['escalation']}").json())
    assert_matches("PaginatedEscalationList", api.get("/api/v1/escalations").json())


def test_follow_ups_and_stateless_evaluations_are_what_the_document_says(
    api: APIClient, patient: Patient
) -> None:
    body = assessment_body(patient)
    recorded = api.post("/api/v1/assessments", body).json()
    assert recorded["follow_ups"]
    assert_matches("FollowUp", api.get(f"/api/v1/follow-ups/{recorded['follow_ups'][0]}").json())
    assert_matches("PaginatedFollowUpList", api.get("/api/v1/follow-ups").json())

    del body["patient"]
    evaluated = api.post("/api/v1/evaluations", body)
    assert evaluated.status_code == 200
    assert_matches("EvaluationWithNotices", evaluated.json())


def test_the_document_is_served_as_yaml_and_as_json_and_kept_by_readers(client: Client) -> None:
    as_yaml = client.get("/api/schema")
    as_json = client.get("/api/schema", headers={"accept": "application/json"})

    assert as_yaml.headers["Content-Type"].startswith("application/vnd.oai.openapi")
    assert yaml.safe_load(as_yaml.content) == as_json.json()
    again = client.get("/api/schema", headers={"if-none-match": as_json.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_docs_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/docs")
    script = client.get("/api/docs?script=")
    assert (page.status_code, script.status_code) == (200, 200)

    text = page.content.decode() + script.content.decode()
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text)
    assert '"validatorUrl": null' in text  # else Swagger UI shows the document to a validator of its makers
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.content.decode())
    assert len(assets) >= 3
    for asset in assets:
        assert client.get(asset).status_code == 200, asset
