"""The dashboard's page of channels does what the API does, and shows no secret either."""

import json
from typing import Any

import pytest

from assessments.escalations.channels.models import OnCallService
from backend.platform.secrets import decrypt
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import latest_change, signed_in, statements, take
from tests.notify.receivers import Receiver

LIST = "/admin/settings/channels/"
SECRET = "abcdef0123456789abcdef"
STEPS = ("change", "try_it", "remove")


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Night desk",
        "kind": "webhook",
        "url": f"https://hooks.example.org/{SECRET}",
        "urgencies": ["emergency_now", "same_day"],
        "enabled": "on",
        **changes,
    }


def only(clinic: Clinic) -> OnCallService:
    with clinic_scope(clinic.id):
        return clinic.on_call_services.get()


def page_of(service: OnCallService) -> str:
    return f"{LIST}{service.pk}/"


def test_an_admin_adds_changes_and_removes_one(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    shown = browser.get(LIST).context["state"]
    added = take(browser, LIST, "add", **form())
    again = browser.post(LIST, {"state": shown, "step": "add", **form()})
    assert (again.status_code, "whsec_" in again.content.decode()) == (409, False)
    key = added.context["secret"]
    assert key.startswith("whsec_")
    service = only(clinic)
    assert (service.schema, service.urgencies) == ("https", ["emergency_now", "same_day"])
    page = browser.get(page_of(service)).content.decode()
    for text in (page, json.dumps(dict(browser.session.items())), str(browser.cookies)):
        assert SECRET not in text
        assert "whsec_" not in text
    assert "Never tried" in page
    changed = take(
        browser, page_of(service), "change", **form(name="Day desk", url="", urgencies=["routine"])
    )
    assert changed.status_code == 302, changed.content
    service = only(clinic)
    assert (service.name, service.urgencies) == ("Day desk", ["routine"])
    assert latest_change(clinic, "on_call_service", service)[0] == browser.session["_auth_user_id"]
    with clinic_scope(clinic.id):
        assert decrypt(service.sealed_url).endswith(SECRET), "an address left empty stays"
    assert statements(browser, page_of(service)) < 15
    assert take(browser, page_of(service), "remove")["Location"] == LIST
    with clinic_scope(clinic.id):
        assert not clinic.on_call_services.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": f"http://{SECRET}/"}, "url"),
        ({"kind": "apprise", "url": f"file:///{SECRET}"}, "url"),
        ({"urgencies": []}, "urgencies"),
        ({"kind": "pigeon"}, "kind"),
    ],
)
def test_what_the_api_refuses_is_refused_here(clinic: Clinic, changes: dict[str, Any], field: str) -> None:
    refused = take(signed_in(clinic), LIST, "add", **form(**changes))
    assert refused.status_code == 422
    assert list(refused.context["forms"]["add"].errors) == [field]
    assert SECRET not in refused.content.decode()
    with clinic_scope(clinic.id):
        assert not clinic.on_call_services.exists()


def test_without_a_key_the_page_says_so(clinic: Clinic, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = []
    assert "no encryption key" in take(signed_in(clinic), LIST, "add", **form()).content.decode()


def test_a_test_message_is_sent_by_its_button_only(clinic: Clinic, settings: Any, receiver: Receiver) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    browser = signed_in(clinic)
    take(browser, LIST, "add", **form(url=f"http://{receiver.address}/"))
    page = page_of(only(clinic))
    browser.get(page)
    assert receiver.received == []
    answer = take(browser, page, "try_it")
    assert "Last test: Sent" in browser.get(answer["Location"]).content.decode()
    assert only(clinic).test_result == "sent"
    receiver.status = 500
    take(browser, page, "try_it")
    assert "Last test: Failed for the moment" in browser.get(page).content.decode()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION, Role.AUDITOR])
def test_others_may_look_and_no_more(clinic: Clinic, role: Role) -> None:
    take(signed_in(clinic), LIST, "add", **form())
    service, browser = only(clinic), signed_in(clinic, role)
    assert "Night desk" in browser.get(LIST).content.decode()
    assert SECRET not in browser.get(page_of(service)).content.decode()
    assert browser.post(LIST, {"step": "add", **form()}).status_code == 403
    for step in STEPS:
        assert browser.post(page_of(service), {"step": step, **form(name="Other")}).status_code == 403
    assert only(clinic).name == "Night desk"


def test_another_clinics_service_is_not_there(clinic: Clinic, other_clinic: Clinic) -> None:
    take(signed_in(other_clinic), LIST, "add", **form())
    service, browser = only(other_clinic), signed_in(clinic)
    assert "Night desk" not in browser.get(LIST).content.decode()
    assert browser.get(page_of(service)).status_code == 404
    for step in STEPS:
        assert browser.post(page_of(service), {"step": step}).status_code == 404
