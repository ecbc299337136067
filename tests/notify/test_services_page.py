"""The dashboard's page of on-call services does what the API does, and shows no secret either."""

import re
from typing import Any

import pytest
from django.test import Client

from clinics.models import Clinic, OnCallService, Role
from clinics.services.secrets import decrypt
from clinics.tenancy import clinic_scope
from tests.factories import make_member
from tests.notify.receivers import Receiver

LIST = "/admin/clinics/oncallservice/"
SECRET = "abcdef0123456789abcdef"


def signed_in(clinic: Clinic, role: str = Role.ADMIN) -> Client:
    user = make_member(clinic, role).user
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    return browser


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
    return f"{LIST}{service.pk}/change/"


def test_an_admin_adds_changes_and_removes_one(clinic: Clinic) -> None:
    browser = signed_in(clinic)
    added = browser.post(f"{LIST}add/", form(), follow=True)
    assert re.search(r"shown this once: whsec_", added.content.decode())
    service = only(clinic)
    assert (service.schema, service.urgencies) == ("https", ["emergency_now", "same_day"])
    page = browser.get(page_of(service)).content.decode()
    assert SECRET not in page
    assert "whsec_" not in page
    assert "Never tried" in page
    changed = browser.post(page_of(service), form(name="Day desk", url="", urgencies=["routine"]))
    assert changed.status_code == 302, changed.content
    service = only(clinic)
    assert (service.name, service.urgencies) == ("Day desk", ["routine"])
    with clinic_scope(clinic.id):
        assert decrypt(service.sealed_url).endswith(SECRET), "an address left empty stays"
    browser.post(f"{LIST}{service.pk}/delete/", {"post": "yes"})
    with clinic_scope(clinic.id):
        assert not clinic.on_call_services.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"url": ""},
        {"url": f"http://{SECRET}/"},
        {"kind": "apprise", "url": f"file:///{SECRET}"},
        {"urgencies": []},
    ],
)
def test_what_the_api_refuses_is_refused_here(clinic: Clinic, changes: dict[str, Any]) -> None:
    refused = signed_in(clinic).post(f"{LIST}add/", form(**changes))
    assert refused.status_code == 200
    assert SECRET not in refused.content.decode()
    with clinic_scope(clinic.id):
        assert not clinic.on_call_services.exists()


def test_without_a_key_the_page_says_so(clinic: Clinic, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = []
    assert "no encryption key" in signed_in(clinic).post(f"{LIST}add/", form()).content.decode()


def test_a_test_message_is_sent_by_its_button_only(clinic: Clinic, settings: Any, receiver: Receiver) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    browser = signed_in(clinic)
    browser.post(f"{LIST}add/", form(url=f"http://{receiver.address}/"))
    button = f"{LIST}{only(clinic).pk}/test/"
    assert browser.get(button).status_code == 405
    assert receiver.received == []
    assert "Test message: Sent" in browser.post(button, follow=True).content.decode()
    assert only(clinic).test_result == "sent"


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION, Role.AUDITOR])
def test_others_may_look_and_no_more(clinic: Clinic, role: str) -> None:
    signed_in(clinic).post(f"{LIST}add/", form())
    service, browser = only(clinic), signed_in(clinic, role)
    assert "Night desk" in browser.get(LIST).content.decode()
    assert SECRET not in browser.get(page_of(service)).content.decode()
    assert browser.get(f"{LIST}add/").status_code == 403
    assert browser.post(page_of(service), form(name="Other")).status_code == 403
    assert browser.post(f"{LIST}{service.pk}/delete/", {"post": "yes"}).status_code == 403
    assert browser.post(f"{LIST}{service.pk}/test/").status_code == 403
    assert only(clinic).name == "Night desk"


def test_another_clinics_service_is_not_there(clinic: Clinic, other_clinic: Clinic) -> None:
    signed_in(other_clinic).post(f"{LIST}add/", form())
    service, browser = only(other_clinic), signed_in(clinic)
    assert "Night desk" not in browser.get(LIST).content.decode()
    assert browser.get(page_of(service)).headers.get("Location") == "/admin/"
    assert browser.post(f"{LIST}{service.pk}/test/").status_code == 404
