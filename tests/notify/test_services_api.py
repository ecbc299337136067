"""A clinic sets up its services; what is secret goes in and never comes out."""

import io
import uuid
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from rest_framework.test import APIClient

from assessments.escalations.channels.models import OnCallService
from assessments.escalations.channels.services.on_call_services import MOST_SERVICES, channel_of
from backend.platform.secrets import decrypt
from backend.platform.storage.tenancy import clinic_scope
from clinics.checks.configuration import check_encryption_keys, check_public_settings
from clinics.identity.models import Clinic
from tests.api_edge.checks import assert_matches, assert_problem
from tests.notify.receivers import Receiver
from tests.privacy.marker import MARKER, holds_marker, logged

URL = "/api/v1/clinic/on-call-services"
SECRET = f"{MARKER}abcdef0123456789"


def body(**changes: object) -> dict[str, object]:
    return {"name": "Night desk", "kind": "apprise", "url": f"signl4://{SECRET}", **changes}


def made(api: APIClient, **changes: object) -> dict[str, Any]:
    response = api.post(URL, body(**changes))
    assert response.status_code == 201, response.content
    return dict(response.json())


def change(api: APIClient, service: dict[str, Any], **changes: object) -> Any:
    at = f"{URL}/{service['id']}"
    return api.patch(at, changes, headers={"if-match": api.get(at).headers["ETag"]})


def row(clinic: Clinic) -> OnCallService:
    with clinic_scope(clinic.id):
        return clinic.on_call_services.select_related("clinic").get()


def test_a_service_is_added_read_changed_and_removed(api: APIClient) -> None:
    service = made(api)
    assert_matches("NewOnCallService", service)
    at = f"{URL}/{service['id']}"
    assert_matches("OnCallService", api.get(at).json())
    assert service["urgencies"] == ["emergency_now"]
    assert (service["enabled"], service["last_test"], service["signing_key"]) == (True, None, None)
    changed = change(api, service, name="Day desk", urgencies=["same_day"], enabled=False).json()
    assert (changed["name"], changed["urgencies"], changed["enabled"]) == ("Day desk", ["same_day"], False)
    assert [found["id"] for found in api.get(URL).json()["results"]] == [service["id"]]
    assert api.delete(at).status_code == 204
    assert_problem(api.get(at), "not_found")


def test_its_address_is_shown_by_schema_and_four_characters_at_most(api: APIClient) -> None:
    service = made(api)
    assert (service["schema"], service["ending"]) == ("signl4", "6789")
    assert "url" not in service
    short = made(api, url="signl4://abcdefgh")
    assert short["ending"] == "", "four of eight would be half of it"


def test_the_key_of_a_webhook_is_shown_once(api: APIClient) -> None:
    request = body(kind="webhook", url=f"https://hooks.example.org/{SECRET}")
    key = {"idempotency-key": "once"}
    first = api.post(URL, request, headers=key).json()
    assert first["signing_key"].startswith("whsec_")
    again = api.post(URL, request, headers=key)
    assert again.status_code == 201
    assert (again.json()["id"], again.json()["signing_key"]) == (first["id"], None)
    assert first["signing_key"] not in api.get(f"{URL}/{first['id']}").content.decode()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": f"file:///{SECRET}"}, "/url"),
        ({"url": f"json://{SECRET}.example.org"}, "/url"),
        ({"url": f"signl4://{SECRET}?optional=yes"}, "/url"),
        ({"url": f"http://{SECRET}.example.org", "kind": "webhook"}, "/url"),
        ({"url": f"https://127.0.0.1/{SECRET}", "kind": "webhook"}, "/url"),
        ({"url": f"https://{SECRET}@hooks.example.org/", "kind": "webhook"}, "/url"),
        ({"url": "x" * 2001}, "/url"),
        ({"kind": "carrier pigeon"}, "/kind"),
        ({"urgencies": []}, "/urgencies"),
        ({"urgencies": ["none"]}, "/urgencies/0"),
        ({"name": ""}, "/name"),
        ({"schema": "x"}, "/schema"),
        ({"sealed_url": "x"}, "/sealed_url"),
    ],
)
def test_what_is_unsafe_or_wrong_is_refused_by_name_and_stored_nowhere(
    api: APIClient, clinic: Clinic, changes: dict[str, object], pointer: str
) -> None:
    response = api.post(URL, body(**changes))
    assert_problem(response, "invalid", pointer)
    assert not holds_marker(response.content)
    with clinic_scope(clinic.id):
        assert not clinic.on_call_services.exists()


def test_a_changed_address_is_checked_too_and_counts_as_untested(
    api: APIClient, clinic: Clinic, settings: Any, receiver: Receiver
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    service = made(api, kind="webhook", url=f"http://{receiver.address}/")
    assert api.post(f"{URL}/{service['id']}/test").json()["last_test"]["result"] == "sent"
    assert_problem(change(api, service, url="file:///etc/passwd"), "invalid", "/url")
    assert_problem(change(api, service, kind="apprise"), "invalid", "/kind")
    changed = change(api, service, url=f"http://{receiver.address}/other").json()
    assert changed["last_test"] is None
    with clinic_scope(clinic.id):
        assert decrypt(row(clinic).sealed_url).endswith("/other")


def test_a_test_message_goes_out_now_and_says_what_came_of_it(
    api: APIClient, settings: Any, receiver: Receiver
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    service = made(api, kind="webhook", url=f"http://{receiver.address}/")
    for status, result, reason in (
        (204, "sent", ""),
        (503, "failed", "HTTP 503"),
        (403, "refused", "HTTP 403"),
    ):
        receiver.status = status
        tested = api.post(f"{URL}/{service['id']}/test")
        assert_matches("OnCallService", tested.json())
        last = tested.json()["last_test"]
        assert (last["result"], last["reason"]) == (result, reason)
        assert 0 <= last["latency_ms"] < 5000
    assert b'"on_call_service.test"' in receiver.received[0].body


def test_a_test_sent_again_under_its_key_sends_nothing(
    api: APIClient, settings: Any, receiver: Receiver
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    at = f"{URL}/{made(api, kind='webhook', url=f'http://{receiver.address}/')['id']}/test"
    answers = [api.post(at, headers={"idempotency-key": "t1"}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(receiver.received) == 1


def test_a_clinic_has_so_many_and_no_more(api: APIClient) -> None:
    for _ in range(MOST_SERVICES):
        made(api)
    assert_problem(api.post(URL, body()), "conflict")


def test_without_a_key_nothing_secret_is_stored(api: APIClient, clinic: Clinic, settings: Any) -> None:
    settings.ENCRYPTION_KEYS = []
    assert_problem(api.post(URL, body()), "conflict")
    with clinic_scope(clinic.id):
        assert not clinic.on_call_services.exists()


def test_another_clinics_service_is_not_found(api: APIClient, other_api: APIClient) -> None:
    at = f"{URL}/{made(api)['id']}"
    assert other_api.get(URL).json()["results"] == []
    assert_problem(other_api.post(f"{at}/test"), "not_found")
    assert_problem(other_api.delete(at), "not_found")
    assert_problem(other_api.delete(f"{URL}/{uuid.uuid4()}"), "not_found")


def test_no_secret_is_in_any_table_log_or_answer(api: APIClient, settings: Any, receiver: Receiver) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS, settings.ON_CALL_SCHEMAS = True, ["json"]
    receiver.status, receiver.body = 403, SECRET.encode()
    with logged():
        answers = [api.post(URL, body(url=f"json://{receiver.address}/{SECRET}"))]
        service = answers[0].json()
        answers += [api.get(URL), change(api, service, url=f"json://{receiver.address}/2/{SECRET}")]
        answers += [api.post(f"{URL}/{service['id']}/test"), api.delete(f"{URL}/{service['id']}")]
        hook = made(api, kind="webhook", url=f"http://{receiver.address}/{SECRET}")
        answers.append(api.post(f"{URL}/{hook['id']}/test"))
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 204, 200]
    assert not any(holds_marker(answer.content) for answer in answers)
    for table, text in everything_stored():
        assert not holds_marker(text), table
        assert hook["signing_key"].removeprefix("whsec_") not in text, table


def everything_stored() -> list[tuple[str, str]]:
    """Every table as text, read by its owner."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT tablename, tableowner FROM pg_tables WHERE schemaname = 'public'")
        tables = cursor.fetchall()
        cursor.execute(f"SET LOCAL ROLE {tables[0][1]}")
        found = []
        for table, _ in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            found.append((table, cursor.fetchone()[0]))
        cursor.execute("RESET ROLE")
    assert "Night desk" in dict(found)["clinics_oncallservicehistory"]
    return found


def rotate() -> str:
    said = io.StringIO()
    call_command("rotate_encryption_keys", stdout=said)
    return said.getvalue()


def test_keys_are_exchanged_without_losing_a_secret(api: APIClient, clinic: Clinic, settings: Any) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.ENCRYPTION_KEYS = [old]
    service = made(api, kind="webhook", url=f"https://hooks.example.org/{SECRET}")
    tag = api.get(f"{URL}/{service['id']}").headers["ETag"]
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(row(clinic).sealed_url).endswith(SECRET), "every key decrypts"
    assert rotate().startswith("2 secrets")
    settings.ENCRYPTION_KEYS = [new]
    stored = row(clinic)
    assert decrypt(stored.sealed_url) == f"https://hooks.example.org/{SECRET}"
    assert decrypt(stored.sealed_key) == service["signing_key"]
    assert channel_of(stored)
    assert api.get(f"{URL}/{service['id']}").headers["ETag"] == tag
    assert rotate().startswith("2 secrets"), "doing it twice changes nothing"


def test_what_no_key_reads_is_named_and_kept(api: APIClient, clinic: Clinic, settings: Any) -> None:
    service = made(api)
    before = row(clinic).sealed_url
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match=service["id"]):
        rotate()
    assert row(clinic).sealed_url == before


SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_a_service_for_others_does_not_start_without_keys_or_with_private_targets(settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["service.example"], "https://service.example"
    settings.SERVE_INSECURE_HTTP, settings.DEBUG, settings.TRUSTED_PROXIES = False, False, ["none"]
    settings.EMAIL_BACKEND, settings.DEFAULT_FROM_EMAIL = SMTP, "rtr@service.example"
    assert [found.id for found in check_public_settings(None)] == []
    settings.ENCRYPTION_KEYS, settings.ALLOW_PRIVATE_WEBHOOKS = [], True
    assert {found.id for found in check_public_settings(None)} == {"clinics.E013", "clinics.E014"}
    settings.ENCRYPTION_KEYS = ["too short"]
    assert [found.id for found in check_encryption_keys(None)] == ["clinics.E015"]


def test_mail_that_leaves_the_machine_in_the_clear_is_warned_of(settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["service.example"], "https://service.example"
    settings.SERVE_INSECURE_HTTP, settings.DEBUG, settings.TRUSTED_PROXIES = False, False, ["none"]
    settings.EMAIL_BACKEND, settings.DEFAULT_FROM_EMAIL = SMTP, "rtr@service.example"
    settings.EMAIL_HOST = "mail.example"
    assert [found.id for found in check_public_settings(None)] == ["clinics.W010"]
    settings.EMAIL_USE_TLS = True
    assert check_public_settings(None) == []
