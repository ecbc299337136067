"""A clinic registers its software; secrets are shown once, and nobody grants more than they hold."""

import json
import logging
from typing import Any

import pytest
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.api.models import AnsweredRequest
from clinics.identity.models import ApiClient, Clinic, Role
from clinics.identity.permissions import permissions_of
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for, make_client, make_member, make_token
from tests.security.dump import tables_holding
from tests.security.oauth import ask_token

URL = "/api/v1/clinic/clients"
KIOSK = {"name": "Kiosk", "grant_type": "client_credentials", "scopes": ["clinic:read", "patients:read"]}
APP = KIOSK | {"grant_type": "authorization_code", "redirect_uris": ["https://app.example/signed-in"]}


def register(api: APIClient, **changes: object) -> dict[str, Any]:
    answer = api.post(URL, KIOSK | changes)
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def url_of(client: dict[str, Any], *more: str) -> str:
    return "/".join((URL, client["id"], *more))


def change(api: APIClient, client: dict[str, Any], **fields: object) -> Any:
    tag = api.get(url_of(client)).headers["ETag"]
    return api.patch(url_of(client), fields, headers={"if-match": tag})


def row(clinic: Clinic, client: dict[str, Any]) -> ApiClient:
    with clinic_scope(clinic.id):
        return clinic.api_clients.get(id=client["id"])


def ask(clinic: Clinic, client: dict[str, Any], secret: str) -> Any:
    return ask_token(row(clinic, client), secret=secret, grant_type="client_credentials")


def test_a_registered_client_gets_tokens_with_its_scopes(api: APIClient, clinic: Clinic) -> None:
    client = register(api)
    assert_matches("ClientWithSecret", client)
    assert (client["active"], client["client_secret_status"]) == (True, "shown_this_once")
    answer = ask(clinic, client, client["client_secret"])
    assert answer.status_code == 200
    assert set(answer.json()["scope"].split()) == set(KIOSK["scopes"])
    assert api.get(url_of(client)).json() == {
        name: value for name, value in client.items() if not name.startswith("client_secret")
    }


def test_the_secret_is_nowhere_but_in_the_answer(api: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    """Not in any table, list, replay or log line; only its hash is."""
    with caplog.at_level(logging.DEBUG):
        key = {"idempotency-key": "kiosk"}
        first = api.post(URL, KIOSK, headers=key).json()
        again = api.post(URL, KIOSK, headers=key)
        rotated = api.post(url_of(first, "rotate-secret")).json()
    secrets = [first["client_secret"], rotated["client_secret"]]
    assert all(secrets)
    for text in (again.content.decode(), api.get(URL).content.decode(), caplog.text):
        assert not [secret for secret in secrets if secret in text]
    assert [tables_holding(secret) for secret in secrets] == [set(), set()]
    assert "clinics_apiclient" in tables_holding(first["client_id"])


def test_a_secret_is_beyond_guessing(api: APIClient) -> None:
    """128 characters of an alphabet that a handful of them shows to be more than fifty letters wide."""
    secrets = [register(api)["client_secret"] for _ in range(5)]
    assert {len(secret) for secret in secrets} == {128}
    assert len(set(secrets)) == len(secrets)
    assert len(set("".join(secrets))) > 50


def test_a_repeated_registration_says_that_the_secret_was_shown(api: APIClient, clinic: Clinic) -> None:
    first, second = (api.post(URL, KIOSK, headers={"idempotency-key": "kiosk"}) for _ in range(2))
    assert second.headers["Idempotency-Replayed"] == "true"
    assert_matches("ClientWithSecret", second.json())
    expected = {"client_secret": None, "client_secret_status": "shown_before"}
    assert second.json() == first.json() | expected
    with clinic_scope(clinic.id):
        assert clinic.api_clients.filter(name="Kiosk").count() == 1
        assert AnsweredRequest.objects.count() == 1


def test_a_new_secret_replaces_the_old_one_at_once(api: APIClient, clinic: Clinic) -> None:
    client = register(api)
    token = ask(clinic, client, client["client_secret"]).json()["access_token"]
    answer = api.post(url_of(client, "rotate-secret"))
    assert_matches("ClientWithSecret", answer.json())
    assert ask(clinic, client, client["client_secret"]).status_code == 401
    assert ask(clinic, client, answer.json()["client_secret"]).status_code == 200
    caller = APIClient(headers={"Authorization": f"Bearer {token}"})
    assert caller.get("/api/v1/clinic").status_code == 401
    with clinic_scope(clinic.id):
        changes = list(
            row(clinic, client).history.order_by("pgh_id").values_list("secret_changed_at", flat=True)
        )
    assert len(set(changes)) == 2


def test_a_repeated_rotation_changes_the_secret_once(api: APIClient, clinic: Clinic) -> None:
    client = register(api)
    key = {"idempotency-key": "rotate"}
    first, second = (api.post(url_of(client, "rotate-secret"), headers=key).json() for _ in range(2))
    assert second == first | {"client_secret": None, "client_secret_status": "shown_before"}
    assert ask(clinic, client, first["client_secret"]).status_code == 200


def test_revoking_ends_every_token_at_once_and_for_good(api: APIClient, clinic: Clinic) -> None:
    client = register(api)
    token = ask(clinic, client, client["client_secret"]).json()["access_token"]
    caller = APIClient(headers={"Authorization": f"Bearer {token}"})
    application = row(clinic, client)
    RefreshToken.objects.create(user=make_member(clinic, Role.ADMIN).user, application=application, token="r")
    assert caller.get("/api/v1/clinic").status_code == 200

    answers = [api.post(url_of(client, "revoke")) for _ in range(2)]

    assert [(answer.status_code, answer.json()["active"], answer.json()["scopes"]) for answer in answers] == [
        (200, False, [])
    ] * 2
    assert caller.get("/api/v1/clinic").status_code == 401
    assert ask(clinic, client, client["client_secret"]).status_code == 401
    for tokens in (AccessToken, RefreshToken, Grant):
        assert not tokens.objects.filter(application=application).exists()
    assert_problem(change(api, client, scopes=["clinic:read"]), "conflict")
    assert_problem(api.post(url_of(client, "rotate-secret")), "conflict")
    assert api.get(url_of(client)).status_code == 200  # stays in the record of what it did


def test_software_does_not_revoke_itself(api: APIClient, clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        own = {"id": str(clinic.api_clients.get().id)}
    assert_problem(api.post(url_of(own, "revoke")), "conflict")
    person = api_for(clinic, user=make_member(clinic, Role.ADMIN).user)
    assert person.post(url_of(own, "revoke")).status_code == 200
    assert api.get("/api/v1/clinic").status_code == 401


def test_scopes_that_the_caller_does_not_hold_are_not_granted(clinic: Clinic) -> None:
    narrow = api_for(clinic, scopes="clients:read clients:write clinic:read")
    refused = narrow.post(URL, KIOSK)
    assert_problem(refused, "permission_denied", "/scopes")
    assert "patients:read" in refused.json()["detail"]
    client = register(narrow, scopes=["clinic:read"])
    assert_problem(
        change(narrow, client, scopes=["clinic:read", "patients:read"]), "permission_denied", "/scopes"
    )
    assert narrow.get(url_of(client)).json()["scopes"] == ["clinic:read"]


def test_a_person_grants_what_their_role_allows(clinic: Clinic) -> None:
    admin = api_for(clinic, user=make_member(clinic, Role.ADMIN).user)
    granted = register(
        admin, scopes=[str(p) for p in permissions_of(Role.CLINICIAN) if p != "deliveries:read"]
    )
    assert "escalations:write" in granted["scopes"]


def test_the_secret_and_redirects_of_a_stronger_client_are_out_of_reach(clinic: Clinic) -> None:
    """Whoever got them would be that client."""
    strong = register(api_for(clinic), **APP)
    narrow = api_for_first(clinic, "clients:read clients:write clinic:read")
    assert_problem(narrow.post(url_of(strong, "rotate-secret")), "permission_denied", "/scopes")
    elsewhere = {"redirect_uris": ["https://evil.example/"]}
    assert_problem(change(narrow, strong, **elsewhere), "permission_denied", "/scopes")
    assert narrow.get(url_of(strong)).json()["redirect_uris"] == APP["redirect_uris"]
    assert narrow.post(url_of(strong, "revoke")).status_code == 200  # shutting off is always possible


def api_for_first(clinic: Clinic, scopes: str) -> APIClient:
    """The clinic's first software with a token of these scopes."""
    with clinic_scope(clinic.id):
        token = make_token(clinic.api_clients.order_by("created").first(), scopes=scopes)  # type: ignore[arg-type]
    api = APIClient(headers={"Authorization": f"Bearer {token}"})
    api.default_format = "json"
    return api


WRONG = [
    ({"grant_type": "password"}, "/grant_type"),
    ({"grant_type": "client-credentials"}, "/grant_type"),
    ({"scopes": []}, "/scopes"),
    ({"scopes": ["everything:write"]}, "/scopes/0"),
    ({"scopes": "clinic:read"}, "/scopes"),
    ({"name": ""}, "/name"),
    ({"redirect_uris": ["https://app.example/"]}, "/redirect_uris"),
    (APP | {"redirect_uris": []}, "/redirect_uris"),
    (APP | {"redirect_uris": ["ftp://app.example/"]}, "/redirect_uris/0"),
    (APP | {"redirect_uris": ["javascript:alert(1)"]}, "/redirect_uris/0"),
    (APP | {"redirect_uris": ["https://app.example/#part"]}, "/redirect_uris/0"),
    (APP | {"redirect_uris": ["https://*.example/"]}, "/redirect_uris/0"),
    (APP | {"redirect_uris": ["https://me:pass@app.example/"]}, "/redirect_uris/0"),
    (APP | {"redirect_uris": ["https://a.example/ https://b.example/"]}, "/redirect_uris/0"),
    (APP | {"redirect_uris": ["https://[bad/"]}, "/redirect_uris/0"),
    (APP | {"redirect_uris": ["/relative"]}, "/redirect_uris/0"),
    ({"client_secret": "chosen by the caller"}, "/client_secret"),
    ({"client_id": "chosen-by-the-caller"}, "/client_id"),
    ({"skip_authorization": True}, "/skip_authorization"),
]


@pytest.mark.parametrize(("wrong", "pointer"), WRONG, ids=lambda value: json.dumps(value)[-40:])
def test_what_is_wrong_is_named_and_nothing_stored(
    api: APIClient, clinic: Clinic, wrong: dict[str, object], pointer: str
) -> None:
    assert_problem(api.post(URL, KIOSK | wrong), "invalid", pointer)
    with clinic_scope(clinic.id):
        assert clinic.api_clients.count() == 1


def test_plain_http_is_no_redirect_in_production(api: APIClient, settings: Any) -> None:
    settings.OAUTH2_PROVIDER = settings.OAUTH2_PROVIDER | {"ALLOWED_REDIRECT_URI_SCHEMES": ["https"]}
    plain = APP | {"redirect_uris": ["http://app.example/"]}
    assert_problem(api.post(URL, plain), "invalid", "/redirect_uris/0")
    assert api.post(URL, APP).status_code == 201


def test_it_acts_for_a_clinician_who_works_here(api: APIClient, clinic: Clinic, other_clinic: Clinic) -> None:
    client = register(api, acts_for=str(clinic.on_call_id))
    assert client["acts_for"] == str(clinic.on_call_id)
    wrong = (
        make_member(clinic, Role.AUDITOR).id,
        make_member(clinic, Role.CLINICIAN, active=False).id,
        make_member(clinic, Role.CLINICIAN, accepted=False).id,
        other_clinic.on_call_id,
    )
    for member in wrong:
        assert_problem(change(api, client, acts_for=str(member)), "invalid", "/acts_for")
    assert change(api, client, acts_for=None).json()["acts_for"] is None


def test_a_change_needs_the_state_that_was_read_and_keeps_the_rest(api: APIClient) -> None:
    client = register(api)
    tag = api.get(url_of(client)).headers["ETag"]
    assert api.patch(url_of(client), {"name": "Desk"}).status_code == 428
    changed = api.patch(url_of(client), {"name": "Desk"}, headers={"if-match": tag})
    assert (changed.json()["name"], changed.json()["scopes"]) == ("Desk", client["scopes"])
    assert api.patch(url_of(client), {"name": "Hall"}, headers={"if-match": tag}).status_code == 412
    assert_problem(change(api, client, grant_type="authorization_code"), "invalid", "/grant_type")


def test_clients_are_listed_in_the_order_of_their_changes(api: APIClient, clinic: Clinic) -> None:
    first, second = register(api, name="First"), register(api, name="Second")
    change(api, first, name="First again")
    names = [
        listed["name"] for listed in api.get(URL, {"updated_since": first["created_at"]}).json()["results"]
    ]
    assert names == ["Second", "First again"]
    page = api.get(URL, {"page_size": 1}).json()
    assert len(page["results"]) == 1
    assert api.get(page["next"]).json()["results"][0]["id"] == second["id"]


def test_another_clinics_client_does_not_exist_here(api: APIClient, other_clinic: Clinic) -> None:
    theirs = {"id": str(make_client(other_clinic).id)}
    assert api.get(url_of(theirs)).status_code == 404
    for action in ("rotate-secret", "revoke"):
        assert api.post(url_of(theirs, action)).status_code == 404
    assert theirs["id"] not in api.get(URL).content.decode()
