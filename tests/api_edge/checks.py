"""What a test may say about an answer in one line."""

from typing import Any

from jsonschema import Draft202012Validator

from backend.platform.api.problems import CONTENT_TYPE, PROBLEMS
from backend.platform.openapi.docs import openapi_document
from tests.fhir.checks import assert_outcome


def assert_problem(response: Any, code: str, *pointers: str) -> dict[str, Any]:
    """The answer is this problem, as the document describes it, and names exactly these places."""
    assert response.headers["Content-Type"] == CONTENT_TYPE, response.content
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (PROBLEMS[code][0], code), body
    assert body["status"] == response.status_code
    assert body["type"].endswith(f"/api/problems/{code}")
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert response.headers["Cache-Control"] == "no-store"
    assert sorted(error["pointer"] for error in body["errors"]) == sorted(pointers), body["errors"]
    assert_matches("Problem", body)
    return body


def having_seen(api: Any, url: str) -> dict[str, str]:
    """The ``If-Match`` of a caller who has just read this."""
    return {"if-match": api.get(url).headers["ETag"]}


def assert_matches(component: str, document: Any) -> None:
    """The document is valid against a schema of the OpenAPI document and has no field beyond it."""
    openapi = openapi_document()
    schema = openapi["components"]["schemas"][component]
    Draft202012Validator({**schema, "components": openapi["components"]}).validate(document)
    assert set(document) <= set(schema["properties"])


def assert_refusal(response: Any, code: str) -> None:
    """The answer is this problem, in the form of the part of the service that was asked."""
    if response.request["PATH_INFO"].startswith("/fhir/"):
        assert_outcome(response, code)
    else:
        assert_problem(response, code)
