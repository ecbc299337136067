"""A body is read in one way only, or refused with its place."""

import json

import pytest
from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from backend.platform.api.fields import NoteField
from backend.platform.refusals import INSIDE
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem

URL = "/api/v1/patients"


def send(api: APIClient, body: bytes | str, content_type: str = "application/json"):
    return api.generic("POST", URL, body, content_type=content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"given_name": "\xff"}',
        b'{"given_name": NaN}',
        b'{"given_name": Infinity}',
        b'{"given_name": -Infinity}',
        b'{"given_name": 1e999}',
        b'{"given_name": 9' + b"9" * 5000 + b"}",
        b"[" * 60_000,
        b'\xef\xbb\xbf{"given_name": "Bom"}',
        b"{'given_name': 'quotes'}",
    ],
)
def test_what_is_not_json_is_malformed_and_nothing_is_stored(
    api: APIClient, clinic: Clinic, body: bytes
) -> None:
    response = send(api, body)

    if body:
        assert_problem(response, "malformed")
    else:  # an empty body is an empty object: everything required is missing
        assert_problem(response, "invalid", "/given_name", "/family_name")
    with clinic_scope(clinic.id):
        assert clinic.patients.count() == 0


def test_the_place_of_a_syntax_error_is_named(api: APIClient) -> None:
    body = assert_problem(send(api, '{"given_name":\n  oops}'), "malformed")

    assert "line 2, column 3" in body["detail"]
    assert "oops" not in body["detail"]


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", "true", '[{"given_name": "A"}]'])
def test_a_body_that_is_no_object_is_invalid(api: APIClient, body: str) -> None:
    problem = assert_problem(send(api, body), "invalid", "")

    assert problem["errors"][0]["code"] == "not_an_object"


def test_a_key_given_twice_is_refused_with_its_place(api: APIClient, clinic: Clinic) -> None:
    response = send(
        api,
        '{"given_name": "A", "given_name": "B", "family_name": "C",'
        ' "contact": {"phone": "123", "a/b": 1, "phone": "456", "a/b": 2}}',
    )

    # No field is called "a/b": perhaps it is somebody's name, and its place ends above it.
    problem = assert_problem(response, "malformed", "/given_name", "/contact/phone", "/contact")
    assert {error["code"] for error in problem["errors"]} == {"duplicate_key"}
    assert "a/b" not in response.content.decode()
    (unnamed,) = [error for error in problem["errors"] if error["pointer"] == "/contact"]
    assert unnamed["detail"].startswith(INSIDE)
    with clinic_scope(clinic.id):
        assert clinic.patients.count() == 0


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800", r"\udfff", r"\ud800\ud800"])
def test_text_that_postgresql_cannot_hold_is_refused_with_its_place(api: APIClient, escape: str) -> None:
    response = send(
        api, f'{{"given_name": "a{escape}", "running_profile": {{"goal_event": {{"type": "{escape}"}}}}}}'
    )

    assert_problem(response, "malformed", "/given_name", "/running_profile/goal_event/type")


def test_a_key_that_postgresql_cannot_hold_is_refused(api: APIClient) -> None:
    assert_problem(send(api, r'{"contact": {"\u0000": 1}}'), "malformed", "/contact")


def test_escapes_and_pairs_of_surrogates_are_ordinary_text(api: APIClient) -> None:
    response = send(api, r'{"given_name": "Zo\u00eb", "family_name": "\ud83c\udfc3"}')

    assert response.status_code == 201
    assert (response.json()["given_name"], response.json()["family_name"]) == ("Zoë", "🏃")


def test_the_charset_of_the_header_does_not_matter(api: APIClient) -> None:
    body = json.dumps({"given_name": "Zoë", "family_name": "Ålund"}, ensure_ascii=False).encode()
    response = send(api, body, "application/json; charset=latin-1")

    assert response.json()["given_name"] == "Zoë"


def test_a_body_over_the_cap_is_refused_and_one_at_the_cap_is_read(api: APIClient) -> None:
    cap = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    frame = '{"given_name": "A", "family_name": "B"}'

    assert send(api, frame + " " * (cap - len(frame))).status_code == 201
    assert_problem(send(api, frame + " " * (cap - len(frame) + 1)), "body_too_large")


def test_a_body_that_hides_its_length_is_not_read_beyond_the_cap(api: APIClient) -> None:
    from io import BytesIO

    from backend.platform.api.parsers import StrictJSONParser
    from backend.platform.api.problems import Problem

    stream = BytesIO(b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 10))
    with pytest.raises(Problem) as refused:
        StrictJSONParser().parse(stream)

    assert refused.value.problem_code == "body_too_large"
    assert stream.tell() == settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1


def test_a_body_in_chunks_is_refused_and_not_taken_for_an_empty_one(api: APIClient, patient: Patient) -> None:
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "HTTP_IF_MATCH": "*"}
    response = api.patch(f"{URL}/{patient.pk}", {"archived": True}, **chunked)

    assert_problem(response, "length_required")


@pytest.mark.parametrize(
    ("text", "status"), [("two\nlines,\r\n\tone tab", 200), ("bell\x07", 422), ("\n \t", 422), ("a\x7f", 422)]
)
def test_a_note_may_have_several_lines_and_no_other_control_character(text: str, status: int) -> None:
    note = NoteField(max_length=100)
    if status == 200:
        assert note.run_validation(text) == text
    else:
        with pytest.raises(ValidationError):
            note.run_validation(text)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_another_media_type_is_refused(api: APIClient, content_type: str) -> None:
    assert_problem(send(api, '{"given_name": "A"}', content_type), "unsupported_media_type")


def test_no_body_of_the_api_is_read_before_its_own_parser(api: APIClient, patient: Patient) -> None:
    """Read as a form, one that is broken would be answered by whoever read it, and not as a problem."""
    broken = "multipart/form-data"  # without a boundary
    seen = {"if-match": api.get(f"{URL}/{patient.pk}").headers["ETag"]}
    for method, path in (("POST", URL), ("PATCH", f"{URL}/{patient.pk}"), ("POST", "/api/v1/evaluations")):
        answer = api.generic(method, path, "x", content_type=broken, headers=seen)
        assert_problem(answer, "unsupported_media_type")
        assert not hasattr(answer.wsgi_request, "_post"), path
