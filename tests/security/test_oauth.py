"""Two ways to a token and no third; what a token opens ends with its clinic, its client and its person."""

import base64
import datetime as dt
import statistics
import time
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from backend import settings as as_shipped
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import ApiClient, Clinic, Role
from clinics.identity.permissions import permissions_of
from clinics.identity.scopes import ALL_SCOPES
from tests.factories import make_member
from tests.security.oauth import (
    REDIRECT,
    SECRET,
    allow,
    ask_token,
    authorization,
    can_sign_in,
    redeem,
    register,
    sign_in,
)

SOFTWARE, CODE = ApiClient.GRANT_CLIENT_CREDENTIALS, ApiClient.GRANT_AUTHORIZATION_CODE
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def get(path: str, token: str) -> Any:
    return APIClient().get(path, headers={"Authorization": f"Bearer {token}"})


def person_tokens(
    clinic: Clinic, role: str = Role.CLINICIAN, **changes: Any
) -> tuple[ApiClient, dict[str, Any]]:
    """A client, and what a person of the role got for it."""
    client = register(clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, role).user))
    parameters, verifier = authorization(client, **changes)
    tokens: dict[str, Any] = redeem(client, allow(browser, parameters)["code"], verifier).json()
    return client, tokens


def test_software_gets_a_token_for_an_hour(clinic: Clinic) -> None:
    tokens = ask_token(register(clinic, SOFTWARE), grant_type="client_credentials").json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    assert set(tokens["scope"].split()) == set(ALL_SCOPES)
    assert "refresh_token" not in tokens
    assert get("/api/v1/clinic", tokens["access_token"]).json()["id"] == str(clinic.id)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=3601)):
        assert get("/api/v1/clinic", tokens["access_token"]).status_code == 401


def test_the_database_keeps_neither_token_nor_secret(clinic: Clinic) -> None:
    client = register(clinic, SOFTWARE)
    token = ask_token(client, grant_type="client_credentials").json()["access_token"]
    with clinic_scope(clinic.id):
        stored = ApiClient.objects.get(pk=client.pk)
        assert SECRET not in stored.client_secret
        assert token not in str(list(stored.accesstoken_set.values()))


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x"])
def test_a_wrong_secret_gets_nothing(clinic: Clinic, secret: str) -> None:
    answer = ask_token(register(clinic, SOFTWARE), secret=secret, grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_wrong_secrets_never_shut_out_the_right_one(clinic: Clinic) -> None:
    client = register(clinic, SOFTWARE, redirect_uris="")
    for _ in range(30):
        assert ask_token(client, secret="wrong", grant_type="client_credentials").status_code == 401
    assert ask_token(client, grant_type="client_credentials").status_code == 200


def test_another_clinics_secret_opens_nothing(clinic: Clinic, other_clinic: Clinic) -> None:
    ours = register(clinic, SOFTWARE, client_secret="our secret, and nobody else's")
    theirs = register(other_clinic, SOFTWARE, client_secret="their secret")
    for client, secret in ((ours, "their secret"), (theirs, "our secret, and nobody else's")):
        assert ask_token(client, secret=secret, grant_type="client_credentials").status_code == 401


def test_the_clinic_follows_the_client_that_proves_itself(clinic: Clinic, other_clinic: Clinic) -> None:
    """Basic names one client, the form another: the token, if any, is of the one whose secret was right."""
    ours, theirs = register(clinic, SOFTWARE), register(other_clinic, SOFTWARE, client_secret="theirs")
    answer = ask_token(ours, grant_type="client_credentials", client_id=theirs.client_id)
    if answer.status_code == 200:
        assert get("/api/v1/clinic", answer.json()["access_token"]).json()["id"] == str(clinic.id)
    assert (
        ask_token(
            grant_type="client_credentials", client_id=theirs.client_id, client_secret=SECRET
        ).status_code
        == 401
    )


def test_a_withdrawn_client_gets_no_token_and_its_tokens_end(clinic: Clinic) -> None:
    client = register(clinic, SOFTWARE)
    token = ask_token(client, grant_type="client_credentials").json()["access_token"]
    with clinic_scope(clinic.id):
        clinic.api_clients.filter(pk=client.pk).update(allowed_scopes="")
    assert ask_token(client, grant_type="client_credentials").status_code == 401
    assert get("/api/v1/clinic", token).status_code == 403


def test_a_scope_that_the_client_lost_is_lost_at_once(clinic: Clinic) -> None:
    client = register(clinic, SOFTWARE)
    token = ask_token(client, grant_type="client_credentials").json()["access_token"]
    with clinic_scope(clinic.id):
        clinic.api_clients.filter(pk=client.pk).update(allowed_scopes="clinic:read")
    assert get("/api/v1/clinic", token).status_code == 200
    assert get("/api/v1/patients", token).status_code == 403


@pytest.mark.parametrize(
    "scope", ["patients:write", "patients:read patients:write", "everything", "introspection"]
)
def test_a_scope_the_client_may_not_have_is_refused(clinic: Clinic, scope: str) -> None:
    client = register(clinic, SOFTWARE, allowed_scopes="patients:read")
    answer = ask_token(client, grant_type="client_credentials", scope=scope)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("grant", ["password", DEVICE, "implicit", "urn:example:own", ""])
@pytest.mark.parametrize(
    "registered", [SOFTWARE, CODE, ApiClient.GRANT_PASSWORD, ApiClient.GRANT_DEVICE_CODE]
)
def test_no_other_grant_is_answered(clinic: Clinic, grant: str, registered: str) -> None:
    """Not even for a client that somebody registered for it."""
    user = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    form = {"username": user.username, "password": "runs-every-morning-2026", "device_code": "1234"}
    answer = ask_token(register(clinic, registered), grant_type=grant, **form)
    assert answer.status_code == 400
    assert answer.json()["error"] in {"unsupported_grant_type", "unauthorized_client", "invalid_request"}


def test_software_does_not_get_a_token_by_a_grant_it_was_not_registered_for(clinic: Clinic) -> None:
    answer = ask_token(register(clinic, CODE), grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize(
    "path",
    [
        "applications/",
        "applications/register/",
        "register/",
        "device-authorization/",
        "device/",
        "introspect/",
        "authorized_tokens/",
        "userinfo/",
    ],
)
def test_the_toolkits_other_pages_do_not_exist(db: None, path: str) -> None:
    assert Client().get(f"/oauth/{path}").status_code == 404
    assert Client().post(f"/oauth/{path}").status_code == 404


def test_a_person_signs_in_and_gets_tokens_for_their_clinic(clinic: Clinic) -> None:
    """From the client's link through the sign-in page and the consent page to the API."""
    client = register(clinic, CODE)
    user = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    parameters, verifier = authorization(client)
    to_sign_in = Client().get("/oauth/authorize/", parameters)
    assert to_sign_in["Location"].startswith("/admin/login/?next=/oauth/authorize/")
    browser, signed_in = sign_in(user, next_page="/oauth/authorize/")
    assert signed_in["Location"] == "/oauth/authorize/"
    assert b"Read patients and their running profiles" in browser.get("/oauth/authorize/", parameters).content
    told = allow(browser, parameters)
    assert (told["state"], told["iss"]) == ("as sent", "http://localhost:8000")
    tokens = redeem(client, told["code"], verifier).json()
    assert tokens["expires_in"] == 3600
    assert get("/api/v1/patients", tokens["access_token"]).status_code == 200
    assert get("/api/v1/escalations", tokens["access_token"]).status_code == 403  # not asked for


def test_a_person_who_declines_gives_no_code(clinic: Clinic) -> None:
    client = register(clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    answer = browser.post("/oauth/authorize/", authorization(client)[0])
    assert "error=access_denied" in answer["Location"]
    assert "code=" not in answer["Location"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_person_of_another_clinic_is_refused(clinic: Clinic, other_clinic: Clinic, method: str) -> None:
    client = register(clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(other_clinic, Role.ADMIN).user))
    parameters, _ = authorization(client)
    answer = getattr(browser, method)("/oauth/authorize/", {**parameters, "allow": "Authorize"})
    assert answer.status_code == 403
    assert client.name not in answer.content.decode()
    with clinic_scope(clinic.id):
        assert client.grant_set.count() == 0


def test_naming_two_clients_at_once_gives_no_code(clinic: Clinic, other_clinic: Clinic) -> None:
    """Their own clinic's client in the address, another clinic's in the form."""
    ours, theirs = register(clinic, CODE), register(other_clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    parameters, _ = authorization(theirs)
    answer = browser.post(
        f"/oauth/authorize/?client_id={ours.client_id}", {**parameters, "allow": "Authorize"}
    )
    assert answer.status_code in {400, 403}
    pair = base64.b64encode(f"{ours.client_id}:".encode()).decode()
    header = {"Authorization": f"Basic {pair}"}
    answer = browser.post("/oauth/authorize/", {**parameters, "allow": "Authorize"}, headers=header)
    assert answer.status_code in {400, 403}
    with clinic_scope(other_clinic.id):
        assert theirs.grant_set.count() == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_an_authorization_request_that_is_not_code_with_pkce_is_refused(
    clinic: Clinic, changes: dict[str, str | None], error: str
) -> None:
    client = register(clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    parameters, _ = authorization(client, **changes)
    answer = browser.get("/oauth/authorize/", parameters)
    said = answer.headers.get("Location", "") + answer.content.decode()
    assert answer.status_code in {302, 400}
    assert error in said or "unauthorized_client" in said
    assert "code=" not in answer.headers.get("Location", "").replace("error_code=", "")


def test_an_unknown_redirect_is_not_followed(clinic: Clinic) -> None:
    client = register(clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    for elsewhere in ("http://evil.example/", REDIRECT + "/more", REDIRECT + "?x=1"):
        answer = browser.get("/oauth/authorize/", authorization(client, redirect_uri=elsewhere)[0])
        assert answer.status_code == 400
        assert "Location" not in answer


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "x" * 64}, {"code_verifier": ""}, {"redirect_uri": "http://localhost:9000/other"}],
)
def test_a_code_alone_is_worth_nothing(clinic: Clinic, changes: dict[str, str]) -> None:
    client = register(clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    parameters, verifier = authorization(client)
    code = allow(browser, parameters)["code"]
    assert redeem(client, code, verifier, **changes).status_code == 400


def test_a_code_is_good_for_its_own_client_once_and_for_a_minute(
    clinic: Clinic, other_clinic: Clinic
) -> None:
    client, other = register(clinic, CODE), register(other_clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    parameters, verifier = authorization(client)
    code = allow(browser, parameters)["code"]
    assert redeem(other, code, verifier).status_code == 400
    assert redeem(client, code, verifier).status_code == 200
    assert redeem(client, code, verifier).status_code == 400
    late, verifier = authorization(client)
    code = allow(browser, late)["code"]
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61)):
        assert redeem(client, code, verifier).status_code == 400


def test_a_refresh_token_turns_and_its_second_use_ends_the_family(clinic: Clinic) -> None:
    client, first = person_tokens(clinic)
    second = ask_token(client, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert get("/api/v1/patients", second["access_token"]).status_code == 200
    stolen = ask_token(client, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    after = ask_token(client, grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert after.status_code == 400
    assert get("/api/v1/patients", second["access_token"]).status_code == 401


def test_a_refresh_token_is_its_own_clients_and_gains_no_scope(clinic: Clinic) -> None:
    client, tokens = person_tokens(clinic)
    other = register(clinic, CODE)
    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert ask_token(other, **refresh).status_code == 400
    assert ask_token(client, **refresh, scope="patients:read patients:write").status_code == 400


def test_a_refresh_token_outlives_its_access_token_by_twelve_hours(clinic: Clinic) -> None:
    client, tokens = person_tokens(clinic)
    with time_machine.travel(timezone.now() + dt.timedelta(hours=13, seconds=1)):
        answer = ask_token(client, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert answer.status_code == 400


def test_a_revoked_token_opens_nothing(clinic: Clinic) -> None:
    client, tokens = person_tokens(clinic)
    form = {"token": tokens["access_token"], "client_id": client.client_id, "client_secret": SECRET}
    assert Client().post("/oauth/revoke_token/", form).status_code == 200
    assert get("/api/v1/patients", tokens["access_token"]).status_code == 401


def test_another_clinics_client_revokes_nothing(clinic: Clinic, other_clinic: Clinic) -> None:
    _, tokens = person_tokens(clinic)
    other = register(other_clinic, CODE)
    form = {"token": tokens["access_token"], "client_id": other.client_id, "client_secret": SECRET}
    Client().post("/oauth/revoke_token/", form)
    assert get("/api/v1/patients", tokens["access_token"]).status_code == 200


def test_a_persons_token_opens_what_their_role_may(clinic: Clinic) -> None:
    """Scopes and role, whichever is narrower."""
    _, tokens = person_tokens(clinic, Role.RECEPTION)
    assert get("/api/v1/patients", tokens["access_token"]).status_code == 200
    assert get("/api/v1/assessments", tokens["access_token"]).status_code == 403


@pytest.mark.parametrize("ended", ["membership", "account"])
def test_a_person_who_left_is_shut_out_at_once(clinic: Clinic, ended: str) -> None:
    client = register(clinic, CODE)
    member = make_member(clinic, Role.CLINICIAN)
    browser, _ = sign_in(can_sign_in(member.user))
    parameters, verifier = authorization(client)
    token = redeem(client, allow(browser, parameters)["code"], verifier).json()["access_token"]
    assert get("/api/v1/patients", token).status_code == 200
    if ended == "account":
        member.user.is_active = False
        member.user.save()
    else:
        with clinic_scope(clinic.id):
            member.delete()
    assert get("/api/v1/patients", token).status_code == 401


def asked(headers: dict[str, str]) -> list[str]:
    """What a refused request asks the database, besides opening and ending its transaction."""
    with CaptureQueriesContext(connection) as captured:
        assert APIClient().get("/api/v1/patients", headers=headers).status_code == 401
    frame = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(frame)]


@pytest.mark.django_db(transaction=True)
def test_a_request_without_a_token_asks_the_database_nothing() -> None:
    assert asked({}) == []


@pytest.mark.django_db(transaction=True)
def test_a_made_up_token_costs_one_look_up() -> None:
    [look_up] = asked({"Authorization": "Bearer made-up"})
    assert "authenticate_token" in look_up


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.CLINICIAN, Role.AUDITOR])
def test_a_token_answer_names_only_what_the_persons_role_allows(clinic: Clinic, role: str) -> None:
    asked_for = "patients:read patients:write assessments:read access-log:read clients:write"
    client, tokens = person_tokens(clinic, role, scope=asked_for)
    allowed = {scope for scope in asked_for.split() if scope in permissions_of(role)}
    assert set(tokens["scope"].split()) == allowed < set(asked_for.split())
    again = ask_token(client, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert set(again["scope"].split()) == allowed


def test_a_code_needs_the_redirect_that_it_was_asked_with(clinic: Clinic) -> None:
    client = register(clinic, CODE)
    browser, _ = sign_in(can_sign_in(make_member(clinic, Role.CLINICIAN).user))
    parameters, verifier = authorization(client)
    form = {"code": allow(browser, parameters)["code"], "code_verifier": verifier}
    answer = ask_token(client, grant_type="authorization_code", **form)
    assert (answer.status_code, "access_token" in answer.json()) == (400, False)
    assert (
        ask_token(client, grant_type="authorization_code", redirect_uri=REDIRECT, **form).status_code == 200
    )


def test_a_random_secret_is_kept_without_stretching_and_a_password_with(clinic: Clinic) -> None:
    assert register(clinic, SOFTWARE).client_secret.startswith("random_secret_sha256$")
    assert not make_password("runs-every-morning-2026").startswith("random_secret")
    first, *_ = as_shipped.PASSWORD_HASHERS
    assert first.endswith("PBKDF2PasswordHasher")


def test_a_wrong_secret_costs_what_an_unknown_client_does(clinic: Clinic) -> None:
    """Neither tells that an id exists, nor lets anybody fill a processor."""
    client = register(clinic, SOFTWARE)
    stranger = ApiClient(client_id="x" * 40)

    def seconds(one: ApiClient) -> float:
        begun = time.process_time()
        assert ask_token(one, secret="wrong", grant_type="client_credentials").status_code == 401
        return time.process_time() - begun

    seconds(client), seconds(stranger)
    known, unknown = (statistics.median(seconds(one) for _ in range(15)) for one in (client, stranger))
    assert abs(known - unknown) < 0.02
    assert known < 0.1
