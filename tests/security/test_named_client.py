"""An OAuth request speaks of one client, and whoever reads it reads the same."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from oauth2_provider.models import AccessToken

from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.services.signed_clients import ASSERTION_TYPE, token_url
from clinics.identity.models import ApiClient, Clinic
from tests.security.oauth import SECRET, register
from tests.security.signing import claims, key_set, new_key, sign

KEY = new_key()
FORM = "application/x-www-form-urlencoded"
WRONG = ("form", "repeated", "client", "query")


def post(fields: list[tuple[str, str]], authorization: str | None = None, query: str = "") -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    body = urlencode([("grant_type", "client_credentials"), *fields])
    return Client().post(f"/oauth/token/{query}", body, content_type=FORM, headers=headers)


def basic(user: str, secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


@pytest.fixture
def software(clinic: Clinic) -> ApiClient:
    return register(clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="")


@pytest.fixture
def theirs(other_clinic: Clinic) -> ApiClient:
    return register(
        other_clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="", client_secret="x" * 20
    )


def signed_for(client: ApiClient) -> list[tuple[str, str]]:
    text = sign(KEY, claims(client.client_id, token_url()))
    return [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", text)]


def nobody_got_in(*clinics: Clinic) -> bool:
    found = 0
    for clinic in clinics:
        with clinic_scope(clinic.id):
            found += AccessToken.objects.filter(application__clinic=clinic).count()
    return found == 0


def test_a_client_named_once_gets_its_token(software: ApiClient) -> None:
    own = software.client_id
    for fields, header in (
        ([("client_id", own), ("client_secret", SECRET)], None),
        ([], basic(own)),
        ([("client_id", own)], basic(own)),
    ):
        assert post(fields, header).status_code == 200


def test_what_names_two_clients_is_refused_before_it_is_read(
    clinic: Clinic, other_clinic: Clinic, software: ApiClient, theirs: ApiClient
) -> None:
    ours, other = software.client_id, theirs.client_id
    secret = ("client_secret", SECRET)
    refused = [
        post([("client_id", ours), ("client_id", other), secret]),
        post([("client_id", other), ("client_id", ours), secret]),
        post([("client_id", ours), secret, secret]),
        post([("client_id", other)], basic(ours)),
        post([secret], basic(ours)),
        post(signed_for(software), basic(ours)),
        post([*signed_for(software), ("client_id", other)]),
        post([*signed_for(software), ("client_id", ours), secret]),
        post([*signed_for(software), *signed_for(theirs)]),
        post([("client_id", ours), secret], query=f"?client_id={other}"),
        post([("client_id", ours), secret], "Bearer x"),
        post([], f"{basic(ours)}, {basic(other)}"),
        post([], f"{basic(ours)},{basic(other)}"),
    ]
    for answer in refused:
        assert answer.status_code in {400, 401}
        assert answer.json()["error"] in {"invalid_request", "invalid_client"}
    assert nobody_got_in(clinic, other_clinic)


def test_a_signature_is_no_secret_and_a_secret_no_signature(clinic: Clinic, software: ApiClient) -> None:
    with clinic_scope(clinic.id):
        ApiClient.objects.filter(id=software.id).update(
            token_endpoint_auth_method="private_key_jwt", client_jwks=key_set(KEY)
        )
    assert post([], basic(software.client_id)).status_code == 401
    assert post(signed_for(software)).status_code == 200


@given(
    st.integers(0, 200), st.sampled_from(" \t\n=-_!\0é,"), st.sampled_from(["Basic", "basic", "BASIC", ""])
)
@hypothesis(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_header_has_one_spelling(
    clinic: Clinic, software: ApiClient, at: int, text: str, scheme: str
) -> None:
    """Lenient base64 would drop what is foreign; here it is another header, and no client's."""
    encoded = basic(software.client_id).partition(" ")[2]
    at %= len(encoded) + 1
    answer = post([], f"{scheme} {encoded[:at]}{text}{encoded[at:]}")
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": "form"}
    assert nobody_got_in(clinic)


def test_a_refusal_repeats_nothing(software: ApiClient) -> None:
    for answer in (
        post([("client_id", "Anna Example"), ("client_id", "Bert Example")]),
        post([("client_id", "Anna Example")], basic("Bert Example")),
        post([("client_id", "Anna Example\0")]),
    ):
        assert "Example" not in answer.content.decode()
        assert json.loads(answer.content)["error_description"] in WRONG
