"""What another site makes a browser send: refused at every address, and nothing changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from clinics.identity.models import ApiClient, Clinic, Role, User
from clinics.sign_in.services.reset_password import Reset
from patients.models import Patient
from tests.clinics.test_invitations import invite, link_to
from tests.dashboard.test_form_origin import Forms, addresses, person_of, stored, strict_browser
from tests.dashboard.walk import rows_of
from tests.factories import assessment_body, make_member
from tests.programme.weeks import eight_weeks
from tests.security.oauth import PASSWORD, authorization, can_sign_in, register

#: So many addresses are walked at least, or the walk has missed a kind of page.
ADDRESSES_AT_LEAST = 50
Send = Callable[[Client, str, dict[str, str]], HttpResponse]


def without_token(browser: Client, address: str, fields: dict[str, str]) -> Any:
    """As another site's form is: the cookies go along, the token doesn't."""
    return browser.post(address, {name: fields[name] for name in fields if name != "csrfmiddlewaretoken"})


def with_a_made_up_token(browser: Client, address: str, fields: dict[str, str]) -> Any:
    return browser.post(address, {**fields, "csrfmiddlewaretoken": "x" * 64})


def from_another_site(browser: Client, address: str, fields: dict[str, str]) -> Any:
    """With a token that somehow leaked: the browser says where the form stands."""
    token = browser.cookies["csrftoken"].value
    return browser.post(
        address, {**fields, "csrfmiddlewaretoken": token}, headers={"origin": "https://evil.example"}
    )


FORGERIES = (without_token, with_a_made_up_token, from_another_site)
every_forgery = pytest.mark.parametrize("send", FORGERIES, ids=lambda send: send.__name__)


def forms_at(browser: Client, address: str, origin: str) -> list[tuple[str, dict[str, str]]]:
    """What the page of an address would send; a form by itself where it has none that is filled in."""
    answer = browser.get(address)
    shown = answer.status_code == 200 and "text/html" in answer["Content-Type"]
    found = Forms(answer.content.decode(), address).found if shown else []
    return [*found, (address, {"opened_in": origin})]


def test_no_forged_form_does_anything_for_who_is_signed_in(clinic: Clinic) -> None:
    """Filled in just as the real page fills it in, and sent to whatever answers below /admin/ and /oauth/."""
    rows = rows_of(clinic, eight_weeks(clinic))
    person = person_of(clinic)
    browser = strict_browser(person)
    browser.get("/admin/settings/members/")
    asks, _ = authorization(register(clinic, ApiClient.GRANT_AUTHORIZATION_CODE))
    others = ["/admin/login/", "/admin/logout/", "/admin/choose-clinic/", reverse("admin:password_change")]
    origin = f"{clinic.id}.{person.pk}"
    forms = [
        form for address in (*addresses(clinic, rows), *others) for form in forms_at(browser, address, origin)
    ]
    forms.append(("/oauth/authorize/", {**asks, "allow": "Authorize"}))
    assert len({address for address, _ in forms}) >= ADDRESSES_AT_LEAST
    before = stored(clinic)
    for send in FORGERIES:
        answers = {address: send(browser, address, fields).status_code for address, fields in forms}
        assert {address: status for address, status in answers.items() if status != 403} == {}, send
    assert stored(clinic) == before
    assert browser.get("/admin/").status_code == 200, "nor were they signed out"


@every_forgery
def test_no_forged_form_does_anything_for_a_stranger(clinic: Clinic, api: APIClient, send: Send) -> None:
    """Signing somebody in as somebody else, taking an invitation or choosing a password by another site."""
    person = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    chosen = {"new_password1": "walks-every-evening-2026", "new_password2": "walks-every-evening-2026"}
    forms = {
        "/admin/login/": {"username": person.username, "password": PASSWORD},
        "/admin/password-reset/": {"email": person.email},
        f"/admin/password-reset/{Reset.of(User.objects.get(pk=person.pk)).sealed()}/": chosen,
        link_to(clinic, invite(api)): chosen,
    }
    browser = Client(enforce_csrf_checks=True)
    browser.get("/admin/login/")
    before = stored(clinic)
    for address, fields in forms.items():
        assert send(browser, address, fields).status_code == 403, address
    assert stored(clinic) == before
    assert "sessionid" not in browser.cookies


def test_a_session_is_no_credential_of_the_api(clinic: Clinic, patient: Patient) -> None:
    """So that a form of another site reaches nothing there either."""
    browser = strict_browser(person_of(clinic))
    assert browser.get("/admin/").status_code == 200
    before = stored(clinic)
    assert browser.get("/api/v1/patients").status_code == 401
    answer = browser.post("/api/v1/assessments", assessment_body(patient), content_type="application/json")
    assert answer.status_code == 401
    assert browser.post("/fhir/QuestionnaireResponse", {}).status_code == 401
    assert stored(clinic) == before
