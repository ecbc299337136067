"""What each kind of page tells a browser, and the cookies it gives, from the real server behind a proxy."""

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from clinics.identity.models import Clinic, Role, User
from clinics.sign_in.services.reset_password import Reset
from patients.models import Patient
from tests.check_in.page import link
from tests.clinics.test_invitations import invite, link_to
from tests.factories import make_member
from tests.programme.weeks import Weeks
from tests.security.oauth import PASSWORD, authorization, register
from tests.served import Served, serving

pytestmark = pytest.mark.process

LOGIN = "/admin/login/"
FORM = "application/x-www-form-urlencoded"
HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
OURS = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
DASHBOARD = {**OURS, "script-src": "'self' 'unsafe-eval'"}
EVERY_ANSWER = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}


@dataclass
class Browser:
    """Keeps cookies as a browser does, and says what was said of each of them when it was set."""

    port: int
    headers: dict[str, str]
    kept: dict[str, str] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)

    def ask(self, path: str, form: dict[str, str] | None = None, **more: str) -> http.client.HTTPResponse:
        """The answer, whose text is in ``text``; a form is sent with its page's CSRF token."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {**self.headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        if self.kept:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        if form is None:
            line.request("GET", path, headers=headers)
        else:
            origin = f"{headers.get('X-Forwarded-Proto', 'http')}://127.0.0.1:{self.port}"
            line.request("POST", path, urlencode(form), {**headers, "Content-Type": FORM, "Origin": origin})
        answer = line.getresponse()
        self.text = answer.read().decode()
        line.close()
        for said in answer.headers.get_all("Set-Cookie", []):
            self._keep(said)
        return answer

    def submit(self, path: str, **fields: str) -> http.client.HTTPResponse:
        """Open a page, fill in its form and send it."""
        self.ask(path)
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.text)
        return self.ask(path, {**{name: unescape(value) for name, value in hidden}, **fields})

    def _keep(self, said: str) -> None:
        for name, cookie in SimpleCookie(said).items():
            if cookie.value:
                self.kept[name], self.given[name] = cookie.value, cookie
            else:
                self.kept.pop(name, None)


@pytest.fixture
def behind(transactional_db: Any) -> Iterator[Served]:
    """The server as it runs in public, behind a proxy with TLS."""
    with serving(SERVE_INSECURE_HTTP="0", TRUSTED_PROXIES="127.0.0.1") as running:
        yield running


@pytest.fixture
def person(clinic: Clinic) -> User:
    """Who may sign in at a server of its own, where nobody has made passwords cheap."""
    user = make_member(clinic, Role.CLINICIAN).user
    user.is_staff, user.password = True, make_password(PASSWORD, hasher="pbkdf2_sha256")
    user.save()
    return user


def sign_in(browser: Browser, person: User, page: str = LOGIN) -> http.client.HTTPResponse:
    answer = browser.submit(page, username=person.username, password=PASSWORD)
    assert answer.status == 302, browser.text
    return answer


def policy_of(answer: http.client.HTTPResponse) -> dict[str, str]:
    (said,) = answer.headers.get_all("Content-Security-Policy", [])
    return dict(part.strip().partition(" ")[::2] for part in said.split(";"))


def check_in(clinic: Clinic, patient: Patient) -> str:
    """The link to a check that is due now."""
    weeks = Weeks(clinic, patient, timezone.now() - timedelta(days=1))
    weeks.begin(episode_duration_days=3)
    follow_up = weeks.run()["follow_up"]
    weeks.later(days=1)
    return link(weeks, follow_up).path


def test_every_kind_of_page_is_as_closed_as_it_can_be(
    clinic: Clinic, api: APIClient, patient: Patient, person: User, behind: Served
) -> None:
    invitation, check = link_to(clinic, invite(api)), check_in(clinic, patient)
    authorize = f"/oauth/authorize/?{urlencode(authorization(register(clinic, 'authorization-code'))[0])}"
    stranger, signed_in = Browser(behind.port, HTTPS), Browser(behind.port, HTTPS)
    sign_in(signed_in, person)
    software = Browser(behind.port, {**HTTPS, "Authorization": api._credentials["HTTP_AUTHORIZATION"]})
    leads_on = {LOGIN: without_forms(DASHBOARD), "/oauth/authorize/": without_forms(OURS)}
    table: list[tuple[Browser, str, int, dict[str, str], str]] = [
        (stranger, LOGIN, 200, DASHBOARD, "no-store"),
        (stranger, f"{LOGIN}?next=/admin/", 200, DASHBOARD, "no-store"),
        (stranger, f"{LOGIN}?next={quote(authorize)}", 200, leads_on[LOGIN], "no-store"),
        (stranger, invitation, 200, DASHBOARD, "no-store"),
        (stranger, "/admin/invitation/made-up/", 410, DASHBOARD, "no-store"),
        (stranger, "/admin/password-reset/", 200, DASHBOARD, ""),
        (stranger, f"/admin/password-reset/{Reset.of(person).sealed()}/", 200, DASHBOARD, "no-store"),
        (stranger, "/admin/password-reset/made-up/", 410, DASHBOARD, "no-store"),
        (stranger, check, 200, OURS, "no-store"),
        (stranger, "/check-in/made-up", 410, OURS, "no-store"),
        (stranger, "/api/docs", 200, OURS, ""),
        (stranger, "/api/v1/patients", 401, OURS, "no-store"),
        (stranger, "/fhir/metadata", 200, OURS, "public"),
        (stranger, "/fhir/.well-known/smart-configuration", 200, OURS, "public"),
        (stranger, "/fhir/CodeSystem/decision", 200, OURS, "public"),
        (stranger, "/cds-services", 200, OURS, "public"),
        (stranger, "/api/schema", 200, OURS, ""),
        (stranger, "/api/problems/throttled", 200, OURS, ""),
        (stranger, "/oauth/token/", 405, OURS, ""),
        (stranger, "/statusz", 404, OURS, ""),
        (stranger, "/metrics", 404, OURS, ""),
        (stranger, "/livez", 200, OURS, ""),
        (stranger, "/readyz", 200, OURS, ""),
        (stranger, "/nothing", 404, OURS, ""),
        (software, "/api/v1/patients", 200, OURS, "no-store"),
        (software, f"/fhir/Patient/{patient.id}", 200, OURS, "no-store"),
        (signed_in, "/admin/", 200, DASHBOARD, "no-store"),
        (signed_in, f"/admin/choose-clinic/?next={quote(authorize)}", 200, leads_on[LOGIN], "no-store"),
        (signed_in, f"/admin/?next={quote(authorize)}", 200, DASHBOARD, "no-store"),
        (stranger, f"{check}?next={quote(authorize)}", 200, OURS, "no-store"),
        (signed_in, f"/admin/patients/patient/{patient.id}/change/", 200, DASHBOARD, "no-store"),
        (signed_in, authorize, 200, leads_on["/oauth/authorize/"], "no-store"),
    ]
    for browser, path, status, policy, kept in table:
        answer = browser.ask(path)
        assert (answer.status, policy_of(answer)) == (status, policy), path
        assert {name: answer.headers[name] for name in EVERY_ANSWER} == EVERY_ANSWER, path
        private = "no-referrer" if path.startswith("/check-in/") else "same-origin"
        assert answer.headers["Referrer-Policy"] == private, path
        assert kept in answer.headers.get("Cache-Control", ""), path
    assert set(software.given) == set(), "no cookie is of use to software"
    assert set(stranger.given) == {"__Host-csrftoken"}


def without_forms(policy: dict[str, str]) -> dict[str, str]:
    """What a page has whose form leads on to an application: browsers would hold the limit against it."""
    return {name: value for name, value in policy.items() if name != "form-action"}


def test_signing_in_to_an_application_leads_to_its_own_address(
    clinic: Clinic, person: User, behind: Served
) -> None:
    client = register(clinic, "authorization-code", redirect_uris="https://ehr.example/signed-in")
    asks, _ = authorization(client, redirect_uri="https://ehr.example/signed-in")
    authorize = f"/oauth/authorize/?{urlencode(asks)}"
    browser = Browser(behind.port, HTTPS)
    there = sign_in(browser, person, f"{LOGIN}?next={quote(authorize)}").headers["Location"]
    assert there == authorize
    answer = browser.submit(there, allow="Authorize")
    assert answer.status == 302, browser.text
    assert answer.headers["Location"].startswith("https://ehr.example/signed-in?code=")


#: The cookies of a browser that has signed in and asked for a new password: each is scripts' to read by none.
COOKIES = ("sessionid", "csrftoken", "known_browser", "messages")


def given_to(browser: Browser, person: User) -> dict[str, tuple[str, str, str, str, bool]]:
    """Each cookie's domain, path, SameSite, HttpOnly and Secure."""
    asked = browser.submit("/admin/password-reset/", email=person.email)
    assert asked.status == 302, browser.text
    assert any(name.endswith("messages") for name in browser.kept)
    browser.ask(asked.headers["Location"])
    assert not any(name.endswith("messages") for name in browser.kept), "it is said once"
    sign_in(browser, person)
    assert browser.ask("/admin/").status == 200
    return {
        name: (
            cookie["domain"],
            cookie["path"],
            cookie["samesite"],
            bool(cookie["httponly"]),
            bool(cookie["secure"]),
        )
        for name, cookie in browser.given.items()
    }


def test_every_cookie_is_this_hosts_own_where_https_is_served(person: User, behind: Served) -> None:
    browser = Browser(behind.port, HTTPS)
    given = given_to(browser, person)
    assert given == {f"__Host-{name}": ("", "/", "Lax", True, True) for name in COOKIES}
    planted = Browser(behind.port, HTTPS)  # as a neighbour of the same domain can, who can't set the other
    planted.kept = {"sessionid": browser.kept["__Host-sessionid"]}
    assert planted.ask("/admin/").status == 302
    browser.ask("/admin/")
    signed_out = browser.ask("/admin/logout/", {"csrfmiddlewaretoken": token_of(browser)})
    assert signed_out.status in (200, 302), browser.text
    assert "__Host-sessionid" not in browser.kept


def token_of(browser: Browser) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.text)
    assert found is not None, browser.text
    return found[1]


def test_the_demo_over_plain_http_gives_cookies_that_browsers_keep(person: User, served: Served) -> None:
    given = given_to(Browser(served.port, {}), person)
    assert given == dict.fromkeys(COOKIES, ("", "/", "Lax", True, False))


def test_what_arrives_in_the_clear_is_led_to_https(behind: Served) -> None:
    answer = Browser(behind.port, {"X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.1"}).ask(LOGIN)
    assert (answer.status, answer.headers.get_all("Set-Cookie")) == (301, None)
    assert answer.headers["Location"].startswith("https://")
