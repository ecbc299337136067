"""`/webhook-endpoints`: added, changed, rotated, tried, and what was told read and sent again."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from assessments.webhooks.services.endpoints import MOST_ENDPOINTS
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.clock import Clock
from tests.factories import assessment_body
from tests.notify.receivers import Receiver
from tests.webhooks.endpoints import deliver

pytestmark = pytest.mark.django_db
URL = "/api/v1/webhook-endpoints"


def add(api: APIClient, receiver: Receiver, **details: object) -> Any:
    answer = api.post(URL, {"url": f"http://{receiver.address}/in", **details})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_a_clinic_has_so_many_endpoints_and_no_more(
    api: APIClient, other_api: APIClient, receiver: Receiver
) -> None:
    made = [add(api, receiver)["id"] for _ in range(MOST_ENDPOINTS)]
    wish = {"url": f"http://{receiver.address}/in"}
    assert_problem(api.post(URL, wish), "conflict")
    assert other_api.post(URL, wish).status_code == 201, "another clinic has its own"
    assert api.delete(f"{URL}/{made[0]}").status_code == 204
    add(api, receiver)
    assert_problem(api.post(URL, wish), "conflict")


def test_a_secret_is_shown_once_and_stored_encrypted(
    api: APIClient, clinic: Clinic, receiver: Receiver
) -> None:
    keyed = {"Idempotency-Key": "one"}
    body = {"url": f"http://{receiver.address}/in"}
    first, again = (api.post(URL, body, headers=keyed) for _ in range(2))
    secret = first.json()["secret"]
    assert secret.startswith("whsec_")
    assert (again.json()["id"], again.json()["secret"]) == (first.json()["id"], None)
    assert secret not in api.get(first.headers["Location"]).content.decode() + api.get(URL).content.decode()
    with clinic_scope(clinic.id):
        assert secret not in str(list(clinic.webhook_endpoints.values()))


def test_a_rotated_secret_verifies_beside_the_old_one(
    api: APIClient, receiver: Receiver, clock: Clock
) -> None:
    made = add(api, receiver)
    rotated = api.post(f"{URL}/{made['id']}/rotate-secret", {}).json()
    assert rotated["old_secrets_until"] is not None
    api.post(f"{URL}/{made['id']}/test", {})
    deliver(clock)
    (request,) = receiver.received
    for secret in (made["secret"], rotated["secret"]):
        assert Webhook(secret).verify(request.body, request.headers)["type"] == "ping"
    leaked = api.post(f"{URL}/{made['id']}/rotate-secret", {"overlap_seconds": 0}).json()
    assert leaked["old_secrets_until"] is None
    assert api.post(f"{URL}/{made['id']}/rotate-secret", {"overlap_seconds": 10**9}).status_code == 422


def test_a_test_reaches_whoever_listens_to_something_else(
    api: APIClient, receiver: Receiver, clock: Clock
) -> None:
    made = add(api, receiver, events=["escalation.opened"])
    delivery = api.post(f"{URL}/{made['id']}/test", {})
    assert (delivery.status_code, delivery.json()["state"]) == (201, "pending")
    deliver(clock)
    told = api.get(delivery.headers["Location"]).json()
    assert (told["type"], told["about"], told["state"]) == ("ping", made["id"], "delivered")
    (attempt,) = told["tries"]
    assert (attempt["status"], attempt["result"]) == (204, "delivered")


def test_a_change_needs_the_state_it_changes_and_a_410_is_undone_by_enabling(
    api: APIClient, patient: Patient, receiver: Receiver, clock: Clock
) -> None:
    made = add(api, receiver)
    url = f"{URL}/{made['id']}"
    assert api.patch(url, {"description": "Desk"}).status_code == 428
    receiver.status = 410
    api.post("/api/v1/assessments", assessment_body(patient))
    deliver(clock)
    gone = api.get(url)
    assert (gone.json()["enabled"], gone.json()["disabled_because"]) == (False, "gone")
    (delivery,) = api.get(f"{url}/deliveries", {"state": "given_up"}).json()["results"]
    again = f"{url}/deliveries/{delivery['id']}/redeliver"
    assert api.post(again, {}).status_code == 409, "not while it is switched off"
    assert api.post(f"{url}/test", {}).status_code == 409
    receiver.status = 200
    on = api.patch(url, {"enabled": True}, headers={"If-Match": gone.headers["ETag"]})
    assert (on.status_code, on.json()["disabled_because"]) == (200, None)
    assert api.post(again, {}).json()["state"] == "pending"
    deliver(clock)
    assert len({request.headers["webhook-id"] for request in receiver.received}) == 1
    assert api.get(f"{url}/deliveries/{delivery['id']}").json()["attempts"] == 2


def test_a_span_of_time_is_sent_again(
    api: APIClient, patient: Patient, receiver: Receiver, clock: Clock
) -> None:
    made = add(api, receiver)
    api.post("/api/v1/assessments", assessment_body(patient))
    deliver(clock)
    day = {"since": "2020-01-01T00:00:00Z", "until": "2999-01-01T00:00:00Z"}
    url = f"{URL}/{made['id']}/redeliver"
    assert api.post(url, day).json()["pending"] == 0, "nothing was given up"
    assert api.post(url, {**day, "which": "all"}).json()["pending"] == 1
    deliver(clock)
    assert len(receiver.received) == 2
    assert api.post(url, {**day, "until": "2019-01-01T00:00:00Z"}).status_code == 422


def test_a_removed_endpoint_is_gone_with_its_log(api: APIClient, receiver: Receiver, clock: Clock) -> None:
    url = f"{URL}/{add(api, receiver)['id']}"
    api.post(f"{url}/test", {})
    deliver(clock)
    assert api.delete(url).status_code == 204
    assert api.get(f"{url}/deliveries").status_code == 404


ATTACKS = [
    *(
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "https://",
        "https:///x",
        "//hooks.example.org/",
    ),
    *("https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/"),
    *(
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://0x7f.1/",
    ),
    *(
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1%25eth0]/",
    ),
    *("https://[fd00::1]/", "https://[2002:7f00:1::]/", "https://localhost/", "https://localhost./"),
    *(
        "https://hooks.example.org./",
        "https://jo:pw@hooks.example.org/",
        "https://hooks.example.org@127.0.0.1/",
    ),
    *("https://hooks.example.org:22/", "https://hooks.example.org:0/", "https://hooks.example.org:99999/"),
    *(
        "https://hooks.example.org\\@127.0.0.1/",
        "https://h\u00f6oks.example.org/",
        "https://\u2460\u2461\u2466.0.0.1/",
    ),
    *("https://hooks.example.org/#x", "https://hooks.example.org/a b", "https://hooks.example.org:443x/"),
]


@pytest.mark.parametrize("url", ATTACKS)
def test_an_unsafe_address_is_refused_when_it_is_added_and_when_it_is_changed(
    api: APIClient, clinic: Clinic, url: str, settings: Settings
) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = False
    refused = api.post(URL, {"url": url})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/url"]
    made = api.post(URL, {"url": "https://hooks.example.org/"}).json()
    address = f"{URL}/{made['id']}"
    tag = {"If-Match": api.get(address).headers["ETag"]}
    assert api.patch(address, {"url": url}, headers=tag).status_code == 422
    assert api.get(address).json()["url"] == "https://hooks.example.org/"
