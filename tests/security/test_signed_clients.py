"""Software that proves itself by a signature: SMART Backend Services at the token endpoint."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
import structlog
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from backend.platform.broker import redis
from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.services.assertions import LEEWAY_SECONDS, LONGEST_SECONDS, _use_once
from clinics.clients.services.signed_clients import ASSERTION_TYPE, token_url
from clinics.clients.services.signed_tokens import REASONS, TokenRefusedError
from clinics.identity.models import ApiClient, Clinic
from tests.api_edge.checks import having_seen
from tests.conventions.threads import all_at_once
from tests.fhir.checks import assert_outcome, fhir
from tests.security.oauth import SECRET, ask_token, register
from tests.security.signing import claims, key_set, new_key, sign

KEY = new_key()
SCOPES = "assessments:read patients:read follow-ups:read follow-ups:write"


@pytest.fixture
def client(clinic: Clinic) -> ApiClient:
    return signed(clinic, client_jwks=key_set(KEY))


def signed(clinic: Clinic, **keys: str) -> ApiClient:
    return register(
        clinic,
        ApiClient.GRANT_CLIENT_CREDENTIALS,
        redirect_uris="",
        allowed_scopes=SCOPES,
        token_endpoint_auth_method="private_key_jwt",
        **keys,
    )


def ask(assertion: str, **form: str) -> Any:
    fields = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    return Client().post("/oauth/token/", fields | {"client_assertion": assertion} | form)


def assertion(client: ApiClient, **changes: Any) -> str:
    return sign(KEY, claims(client.client_id, token_url(), **changes))


def api_with(token: str) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_a_signature_gets_a_token_for_five_minutes(clinic: Clinic, algorithm: str) -> None:
    key = new_key(algorithm)
    client = signed(clinic, client_jwks=key_set(key))
    answer = ask(sign(key, claims(client.client_id, token_url()), algorithm=algorithm))
    assert answer.status_code == 200, answer.content
    assert answer.json()["expires_in"] <= 300
    assert answer.json()["scope"].split() == SCOPES.split()
    assert api_with(answer.json()["access_token"]).get("/fhir/Patient").status_code == 200


def test_a_smart_scope_opens_its_type_and_its_interactions_only(client: ApiClient) -> None:
    granted = ask(assertion(client), scope="system/RiskAssessment.s system/Task.rs").json()
    api = api_with(granted["access_token"])
    fhir(api.get("/fhir/RiskAssessment"))
    nothing = "9f7c3e0e-0000-4000-8000-000000000000"
    for path in (f"/fhir/RiskAssessment/{nothing}", "/fhir/QuestionnaireResponse", "/fhir/Patient"):
        assert_outcome(api.get(path), "permission_denied")
    assert_outcome(api.put(f"/fhir/Task/{nothing}", {}, format="json"), "permission_denied")
    assert api.get("/api/v1/assessments").status_code == 403


@pytest.mark.parametrize(
    "scope", ["system/CarePlan.rs", "system/RiskAssessment.c", "system/*.rs", "user/Task.rs"]
)
def test_a_smart_scope_beyond_what_the_client_has_is_refused(client: ApiClient, scope: str) -> None:
    answer = ask(assertion(client), scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_smart_scope_ends_with_the_native_one_behind_it(clinic: Clinic, client: ApiClient) -> None:
    api = api_with(ask(assertion(client), scope="system/Patient.rs").json()["access_token"])
    fhir(api.get("/fhir/Patient"))
    with clinic_scope(clinic.id):
        ApiClient.objects.filter(id=client.id).update(allowed_scopes="assessments:read")
    assert_outcome(api.get("/fhir/Patient"), "permission_denied")


REFUSED = {
    "for another audience": {"aud": "https://elsewhere.example/token"},
    "for a second audience as well": {"aud": [token_url(), "https://elsewhere.example"]},
    "without the slash": {"aud": token_url().rstrip("/")},
    "about somebody else": {"sub": "another"},
    "from somebody else": {"iss": "another"},
    "without an end": {"exp": None},
    "ended": {"exp": int(time.time()) - 60},
    "too long": {"exp": int(time.time()) + 86_400},
    "an end in words": {"exp": "tomorrow"},
    "from the future": {"iat": int(time.time()) + 86_400},
    "not yet": {"nbf": int(time.time()) + 86_400},
    "without an id": {"jti": None},
    "an id too long": {"jti": "x" * 256},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_an_assertion_that_says_something_else_gets_nothing(
    client: ApiClient, changes: dict[str, Any]
) -> None:
    sent = assertion(client, **changes)
    with structlog.testing.capture_logs() as logs:
        answer = ask(sent)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    (refused,) = (line for line in logs if line["event"] == "assertion_refused")
    assert refused["reason"] in {*REASONS, "unknown"}, "the log says why, by a code"
    values = [*sent.split("."), *(str(value) for value in changes.values() if value is not None)]
    for said in (str(refused), answer.content.decode()):
        assert not [value for value in values if value in said], "neither log nor answer says a value of it"


def test_an_assertion_ends_five_minutes_from_now_at_the_latest(client: ApiClient) -> None:
    for seconds, status in ((280, 200), (400, 401)):
        assert ask(assertion(client, exp=int(time.time()) + seconds)).status_code == status


HEADERS = {
    "no key id": {"kid": None},
    "a key that isn't there": {"kid": "other"},
    "no type": {"typ": None},
    "another type": {"typ": "at+jwt"},
    "an address of its own": {"jku": "https://evil.example/jwks.json"},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_an_assertion_with_another_header_gets_nothing(client: ApiClient, header: dict[str, Any]) -> None:
    assert ask(sign(KEY, claims(client.client_id, token_url()), **header)).status_code == 401


def test_another_key_another_algorithm_and_none_get_nothing(client: ApiClient) -> None:
    said = claims(client.client_id, token_url())
    assert ask(sign(new_key(), said)).status_code == 401
    rsa = new_key("RS384")
    assert ask(sign(rsa, said, algorithm="RS256")).status_code == 401
    header, _, rest = assertion(client).partition(".")
    assert ask(f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoia2V5LTIwMjYifQ.{rest}").status_code == 401
    assert ask(f"{header}.{rest.partition('.')[0]}.").status_code == 401
    for broken in ("", "x", "a.b.c", "x" * 9000, "\0.\0.\0"):
        assert ask(broken).status_code in {400, 401}


def test_the_same_assertion_gets_one_token(client: ApiClient) -> None:
    once = assertion(client)
    assert ask(once).status_code == 200
    assert ask(once).status_code == 401


def test_of_many_at_once_one_is_first(client: ApiClient) -> None:
    said = claims(client.client_id, token_url())

    def use() -> bool:
        try:
            _use_once(said)
        except TokenRefusedError:
            return False
        return True

    assert sum(all_at_once([use] * 12)) == 1


PRESENT = """
import json, sys
import django
django.setup()
from clinics.clients.services.assertions import _use_once
from clinics.clients.services.signed_tokens import TokenRefusedError
try:
    _use_once(json.loads(sys.argv[1]))
    print("taken")
except TokenRefusedError as exc:
    print(exc.reason)
"""


@pytest.mark.process
def test_another_process_knows_what_was_used_here(client: ApiClient) -> None:
    """Redis remembers, for longer than the assertion could be used, and holds nothing of it but a hash."""
    said = claims(client.client_id, token_url())
    assert ask(sign(KEY, said)).status_code == 200
    fresh = said | {"jti": "another"}
    environment = os.environ | {"REDIS_URL": django_settings.REDIS_URL}
    for given, answer in ((said, "replay"), (fresh, "taken"), (fresh, "replay")):
        done = subprocess.run(
            [sys.executable, "-c", PRESENT, json.dumps(given)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout.strip() == answer, done.stderr
    keys = list(redis().scan_iter("used:*"))
    assert len(keys) >= 2
    assert max(redis().ttl(key) for key in keys) > LONGEST_SECONDS + LEEWAY_SECONDS
    assert not any(said["jti"] in key.decode() for key in keys)


def test_without_redis_nobody_gets_in_and_may_try_again(client: ApiClient, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = ask(assertion(client))
    assert (answer.status_code, answer.json()) == (503, {"error": "temporarily_unavailable"})
    assert answer.headers["Retry-After"]


def test_a_client_has_one_way_to_prove_itself(clinic: Clinic, client: ApiClient) -> None:
    assert ask_token(client, grant_type="client_credentials").status_code == 401
    with_secret = register(clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="")
    assert ask(sign(KEY, claims(with_secret.client_id, token_url()))).status_code == 401
    assert ask(assertion(client), client_secret=SECRET).status_code == 401
    assert ask(assertion(client), client_assertion_type="urn:other").status_code == 401


def test_an_assertion_opens_its_own_clinic_only(client: ApiClient, other_clinic: Clinic) -> None:
    theirs = register(other_clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, redirect_uris="")
    assert ask(assertion(client), client_id=theirs.client_id).status_code == 401
    assert ask(sign(KEY, claims(theirs.client_id, token_url()))).status_code == 401


def test_keys_are_set_by_the_api_and_take_the_secrets_place(api: APIClient, clinic: Clinic) -> None:
    new = {"name": "EHR", "grant_type": "client_credentials", "scopes": ["patients:read"]}
    made = api.post("/api/v1/clinic/clients", new).json()
    client_path = f"/api/v1/clinic/clients/{made['id']}"
    path = f"{client_path}/keys"
    keys = {"jwks": json.loads(key_set(KEY))}
    shown = api.put(path, keys, headers=having_seen(api, client_path))
    assert shown.status_code == 200, shown.content
    assert shown.json()["keys"]["jwks"] == keys["jwks"]
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get(id=made["id"])
    assert ask_token(client, secret=made["client_secret"], grant_type="client_credentials").status_code == 401
    assert ask(sign(KEY, claims(made["client_id"], token_url()))).status_code == 200
    private = {"jwks": {"keys": [json.loads(KEY.export())]}}
    for wrong in (
        private,
        {"jwks": {}},
        {"jwks_uri": "http://ehr.example"},
        {**keys, "jwks_uri": "https://a.example"},
    ):
        assert api.put(path, wrong, headers=having_seen(api, client_path)).status_code == 422
    assert api.put(path, {}, headers=having_seen(api, client_path)).json()["keys"] is None
    assert ask_token(client, secret=made["client_secret"], grant_type="client_credentials").status_code == 200


def test_what_smart_clients_read_of_us_is_so(db: None) -> None:
    said = Client().get("/fhir/.well-known/smart-configuration").json()
    assert said["token_endpoint"] == token_url() == f"{django_settings.BASE_URL}/oauth/token/"
    assert "private_key_jwt" in said["token_endpoint_auth_methods_supported"]
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert "system/RiskAssessment.rs" in said["scopes_supported"]
