"""Webhook endpoints on a page: added, changed, tried, told again, their log read; by the rules of the API."""

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from assessments.webhooks.models import WebhookEndpoint
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.clock import Clock
from tests.dashboard.settings_pages import latest_change, signed_in, statements, take
from tests.factories import api_for, assessment_body
from tests.notify.receivers import Receiver
from tests.webhooks.conftest import clock, receiver  # noqa: F401 - fixtures
from tests.webhooks.endpoints import deliver

PAGE = "/admin/settings/webhooks/"


def only(clinic: Clinic) -> WebhookEndpoint:
    with clinic_scope(clinic.id):
        return clinic.webhook_endpoints.get()


def page_of(endpoint: WebhookEndpoint) -> str:
    return f"{PAGE}{endpoint.pk}/"


def add(browser: Any, address: str = "hooks.example.org", **fields: Any) -> Any:
    scheme = "http" if address.startswith("127.") else "https"
    return take(browser, PAGE, "add", url=f"{scheme}://{address}/in", **fields)


def test_a_secret_is_shown_once_and_is_in_no_address_and_no_message(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    answer = add(browser, description="Data team", events=["escalation.opened"])
    secret = answer.context["secret"]
    assert secret.startswith("whsec_")
    page = page_of(only(clinic))
    shown = browser.get(page).context["state"]
    rotated = browser.post(page, {"state": shown, "step": "rotate", "overlap_seconds": "86400"})
    new = rotated.context["secret"]
    assert "Sign beside the new one until" in rotated.content.decode()
    again = browser.post(page, {"state": shown, "step": "rotate", "overlap_seconds": "0"})
    assert again.status_code == 409
    for other in (again, browser.get(PAGE), browser.get(page)):
        assert "whsec_" not in other.content.decode()
    kept = json.dumps(dict(browser.session.items())) + str(browser.cookies)
    assert secret not in kept
    assert new not in kept
    who, made = latest_change(clinic, "webhook_endpoint", only(clinic))
    assert who == browser.session["_auth_user_id"]
    assert "sealed_keys" not in made


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": "http://example.org/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"events": ["everything"]}, "events"),
        ({"description": "a\x07"}, "description"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(clinic: Clinic, fields: dict[str, Any], field: str) -> None:
    answer = take(signed_in(clinic), PAGE, "add", **{"url": "https://hooks.example.org/in", **fields})
    assert answer.status_code == 422
    assert list(answer.context["forms"]["add"].errors) == [field]
    with clinic_scope(clinic.id):
        assert not clinic.webhook_endpoints.exists()


def test_without_a_key_the_page_says_so(clinic: Clinic, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []
    assert "no encryption key" in add(signed_in(clinic)).content.decode()


def test_a_test_is_sent_and_its_answer_stands_in_the_log(
    clinic: Clinic,
    receiver: Receiver,  # noqa: F811
    clock: Clock,  # noqa: F811
) -> None:
    browser = signed_in(clinic)
    receiver.headers = {"X-Trace": "abc-123", "Set-Cookie": "session=of-theirs"}
    add(browser, receiver.address)
    page = page_of(only(clinic))
    assert take(browser, page, "ping").status_code == 302
    assert "On its way" in browser.get(page).content.decode()
    deliver(clock)
    log = browser.get(page).content.decode()
    for words in ("A test that the clinic asked for", "Delivered, 1 try", "HTTP 204", " ms", "abc-123"):
        assert words in log
    assert "of-theirs" not in log


def test_what_was_given_up_is_sent_again_one_or_a_span(
    clinic: Clinic,
    patient: Patient,
    receiver: Receiver,  # noqa: F811
    clock: Clock,  # noqa: F811
) -> None:
    browser, api = signed_in(clinic), api_for(clinic)
    add(browser, receiver.address, events=["assessment.recorded"])
    page, receiver.status = page_of(only(clinic)), 410
    api.post("/api/v1/assessments", assessment_body(patient))
    deliver(clock)
    gone = browser.get(page).content.decode()
    assert "Switched off: it answered that it is gone" in gone
    assert "Given up after 1 try: HTTP 410" in gone
    with clinic_scope(clinic.id):
        delivery = clinic.webhook_deliveries.get()
    assert "switch it on first" in take(browser, page, "again", delivery=delivery.pk).content.decode()
    assert take(browser, page, "enable").status_code == 302
    assert take(browser, page, "again", delivery=delivery.pk).status_code == 302
    receiver.status = 200
    deliver(clock)
    assert "Delivered, 2 tries" in browser.get(page).content.decode()
    at = timezone.localtime(timezone.now(), clinic.zone)
    ends = {"since": at - dt.timedelta(hours=1), "until": at + dt.timedelta(hours=1)}
    asked = {name: moment.strftime("%Y-%m-%dT%H:%M") for name, moment in ends.items()}
    answer = take(browser, page, "again_span", **asked, which="all")
    assert "Of that time 1 are on their way now" in browser.get(answer["Location"]).content.decode()
    wrong = take(browser, page, "again_span", since=asked["until"], until=asked["since"], which="all")
    assert list(wrong.context["forms"]["again_span"].errors) == ["until"]


def test_it_is_paused_changed_and_removed(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    add(browser)
    page = page_of(only(clinic))
    assert take(browser, page, "pause").status_code == 302
    assert not only(clinic).enabled
    assert "Paused by the clinic" in browser.get(page).content.decode()
    stale = browser.get(page).context["state"]
    changed = take(browser, page, "change", url="https://other.example.org/in", description="Other")
    assert changed.status_code == 302
    assert only(clinic).url == "https://other.example.org/in"
    late = browser.post(page, {"state": stale, "step": "change", "url": "https://late.example.org/"})
    assert late.status_code == 409
    assert take(browser, page, "remove")["Location"] == PAGE
    with clinic_scope(clinic.id):
        assert not clinic.webhook_endpoints.exists()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.AUDITOR, Role.RECEPTION])
def test_nobody_else_sees_or_changes_an_endpoint(clinic: Clinic, role: Role) -> None:
    add(signed_in(clinic))
    browser, endpoint = signed_in(clinic, role), only(clinic)
    assert browser.get(page_of(endpoint)).status_code == 403
    for step in ("change", "rotate", "pause", "ping", "again", "again_span", "remove"):
        assert browser.post(page_of(endpoint), {"step": step}).status_code == 403
    assert only(clinic).sealed_keys == endpoint.sealed_keys


def test_another_clinics_endpoint_or_delivery_is_not_there(clinic: Clinic, other_clinic: Clinic) -> None:
    theirs, browser = signed_in(other_clinic), signed_in(clinic)
    add(theirs)
    take(theirs, page_of(only(other_clinic)), "ping")
    endpoint = only(other_clinic)
    with clinic_scope(other_clinic.id):
        delivery = other_clinic.webhook_deliveries.get()
    assert browser.get(page_of(endpoint)).status_code == 404
    for step in ("change", "rotate", "pause", "ping", "again", "again_span", "remove"):
        assert browser.post(page_of(endpoint), {"step": step}).status_code == 404
    add(browser)
    assert take(browser, page_of(only(clinic)), "again", delivery=delivery.pk).status_code == 404


def test_a_log_takes_few_statements_however_long_it_is(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    add(browser)
    page = page_of(only(clinic))
    take(browser, page, "ping")
    before = statements(browser, page)
    for _ in range(30):
        take(browser, page, "ping")
    assert statements(browser, page) == before < 15
    assert "Page 1 of 2" in browser.get(page).content.decode()
    assert browser.get(page, {"state": "delivered", "page": "9"}).context["deliveries"] == []
