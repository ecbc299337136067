"""Software is registered on a page, its secret shown once, by the rules of the API."""

import json
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import ApiClient, Clinic, Role
from tests.dashboard.settings_pages import latest_change, signed_in, statements, take
from tests.security.signing import key_set, new_key

PAGE = "/admin/settings/clients/"
NEW = {"name": "Website", "grant_type": "client_credentials", "scopes": ["patients:read", "patients:write"]}


def page_of(client: ApiClient) -> str:
    return f"{PAGE}{client.pk}/"


def only(clinic: Clinic, name: str = "Website") -> ApiClient:
    with clinic_scope(clinic.id):
        return clinic.api_clients.select_related("acts_for").get(name=name)


def register(browser: Any, **changes: Any) -> Any:
    return take(browser, PAGE, "register", **{**NEW, **changes})


def test_a_secret_is_shown_once_and_is_in_no_address_and_no_message(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    shown = browser.get(PAGE).context["state"]
    answer = browser.post(PAGE, {"state": shown, "step": "register", **NEW})
    secret = answer.context["secret"]
    assert answer.status_code == 200
    assert secret in answer.content.decode()
    assert check_password(secret, only(clinic).client_secret)
    assert "no-store" in answer["Cache-Control"]
    # Sent again, as a browser does that loads the page anew, it registers nothing and shows nothing.
    again = browser.post(PAGE, {"state": shown, "step": "register", **NEW})
    assert again.status_code == 409
    for page in (again, browser.get(PAGE), browser.get(page_of(only(clinic)))):
        assert secret not in page.content.decode()
    assert secret not in json.dumps(dict(browser.session.items())) + str(browser.cookies)
    who, made = latest_change(clinic, "api_client", only(clinic))
    assert (who, made["name"]) == (browser.session["_auth_user_id"], "Website")
    assert "client_secret" not in made


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "a\x07"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything:write"]}, "scopes"),
        ({"grant_type": "password"}, "grant_type"),
        ({"grant_type": "authorization_code"}, "redirect_uris"),
        ({"redirect_uris": "http://example.org/*"}, "redirect_uris"),
        ({"acts_for": "0197f1f0-0000-7000-8000-000000000000"}, "acts_for"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(clinic: Clinic, changes: dict[str, Any], field: str) -> None:
    answer = register(signed_in(clinic), **changes)
    assert answer.status_code == 422
    assert list(answer.context["forms"]["register"].errors) == [field]
    assert "secret" not in answer.context
    with clinic_scope(clinic.id):
        assert clinic.api_clients.count() == 1


def test_it_is_changed_and_its_scopes_stand_in_words(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    register(browser)
    page = page_of(only(clinic))
    assert "Reads and changes patients and their running profiles" in browser.get(page).content.decode()
    acts_for = str(clinic.on_call_id)
    changed = take(browser, page, "change", name="Website", scopes=["protocols:read"], acts_for=acts_for)
    assert changed.status_code == 302
    assert (only(clinic).allowed_scopes, str(only(clinic).acts_for_id)) == ("protocols:read", acts_for)


def test_a_new_secret_takes_the_place_of_the_old_one_and_is_shown_once(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    old = register(browser).context["secret"]
    page = page_of(only(clinic))
    shown = browser.get(page).context["state"]
    secret = browser.post(page, {"state": shown, "step": "rotate"}).context["secret"]
    kept = only(clinic).client_secret
    assert check_password(secret, kept)
    assert not check_password(old, kept)
    assert browser.post(page, {"state": shown, "step": "rotate"}).status_code == 409
    assert secret not in browser.get(page).content.decode()


def test_it_signs_with_keys_of_its_own_and_never_a_private_one(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    register(browser)
    page, key = page_of(only(clinic)), new_key()
    for wrong in ("{", "{}", f'{{"keys": [{key.export_private()}]}}'):
        answer = take(browser, page, "set_keys", jwks=wrong)
        assert list(answer.context["forms"]["set_keys"].errors) == ["jwks"]
    assert take(browser, page, "set_keys", jwks=key_set(key)).status_code == 302
    assert only(clinic).token_endpoint_auth_method == "private_key_jwt"
    assert "Signs its requests" in browser.get(page).content.decode()
    assert take(browser, page, "set_keys").status_code == 302
    assert only(clinic).token_endpoint_auth_method == ""


def test_what_is_withdrawn_stays_so(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    register(browser)
    page = page_of(only(clinic))
    assert take(browser, page, "withdraw")["Location"] == PAGE
    assert only(clinic).allowed_scopes == ""
    assert "Withdrawn" in browser.get(page).content.decode()
    assert "was withdrawn" in take(browser, page, "rotate").content.decode()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.AUDITOR, Role.RECEPTION])
def test_nobody_else_changes_software(clinic: Clinic, role: Role) -> None:
    register(signed_in(clinic))
    browser, client = signed_in(clinic, role), only(clinic)
    assert browser.post(PAGE, {"step": "register", **NEW}).status_code == 403
    for step in ("change", "rotate", "set_keys", "withdraw"):
        assert browser.post(page_of(client), {"step": step}).status_code == 403
    assert only(clinic).client_secret == client.client_secret


def test_another_clinics_software_is_not_there(clinic: Clinic, other_clinic: Clinic) -> None:
    register(signed_in(other_clinic))
    client, browser = only(other_clinic), signed_in(clinic)
    assert browser.get(page_of(client)).status_code == 404
    for step in ("change", "rotate", "set_keys", "withdraw"):
        assert browser.post(page_of(client), {"step": step}).status_code == 404
    assert "Website" not in browser.get(PAGE).content.decode()
    assert only(other_clinic).allowed_scopes == client.allowed_scopes


def test_software_takes_few_statements_however_much_there_is(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    before = statements(browser, PAGE)
    register(browser)
    assert statements(browser, PAGE) == before < 15
    assert statements(browser, page_of(only(clinic))) < 15
