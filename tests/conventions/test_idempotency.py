"""The same POST again, under the same key, happens once and is answered the same way."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from backend.platform.api.headers import Creates
from backend.platform.openapi.docs import openapi_document
from backend.platform.storage.tenancy import clinic_scope
from clinics.api.idempotency import forget_answered_requests
from clinics.api.models import AnsweredRequest
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.conventions.threads import all_at_once, start
from tests.factories import (
    api_for,
    assessment_body,
    make_client,
    make_patient,
    make_token,
    reassuring_answers,
)
from tests.security.programmes import programmes_of
from tests.security.samples import signed_proof

PERSON = {"given_name": "Robin", "family_name": "Runner"}
KEY = "0192f1c4-key"


def keyed(key: str = KEY) -> dict[str, str]:
    return {"idempotency-key": key}


def patients_of(clinic: Clinic) -> int:
    with clinic_scope(clinic.id):
        return clinic.patients.count()


def escalation_of(api: APIClient, patient: Patient) -> str:
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))
    return str(api.post("/api/v1/assessments", body).json()["escalation"])


def acknowledged_escalation_of(api: APIClient, patient: Patient) -> str:
    escalation = escalation_of(api, patient)
    api.post(f"/api/v1/escalations/{escalation}/acknowledge", {})
    return escalation


def follow_up_of(api: APIClient, patient: Patient) -> str:
    return str(api.post("/api/v1/assessments", assessment_body(patient)).json()["follow_ups"][0])


def chaser_of(api: APIClient, patient: Patient) -> str:
    escalation_of(api, patient)
    found = api.get("/api/v1/follow-ups", {"patient": str(patient.id), "kind": "attendance"}).json()
    return str(found["results"][0]["id"])


def assessment_of(api: APIClient, patient: Patient) -> str:
    return str(api.post("/api/v1/assessments", assessment_body(patient)).json()["id"])


def provisional_of(api: APIClient, patient: Patient) -> str:
    body = assessment_body(patient, assessor_role="patient_self_report")
    return str(api.post("/api/v1/assessments", body).json()["id"])


def lead_of(patient: Patient) -> str:
    return str(patient.clinic.lead_id)


def preview_body(patient: Patient) -> dict[str, object]:
    return {"values": {"usual_pain_stop_gt": 4}, "on_behalf_of": lead_of(patient)}


def preview_of(api: APIClient, patient: Patient) -> str:
    return str(api.post("/api/v1/clinic/parameters/previews", preview_body(patient)).json()["id"])


def answer_body(patient: Patient) -> dict[str, object]:
    body = assessment_body(patient)
    del body["patient"]
    return body


def invited_by(api: APIClient) -> str:
    body = {"email": "kim@clinic.example", "name": "Kim", "role": "auditor"}
    return str(api.post("/api/v1/clinic/members", body).json()["id"])


def service_of(api: APIClient) -> str:
    """A webhook whose host is nobody's: .invalid never resolves."""
    body = {"name": "Desk", "kind": "webhook", "url": "https://desk.invalid/hook"}
    return str(api.post("/api/v1/clinic/on-call-services", body).json()["id"])


def endpoint_of(api: APIClient) -> str:
    """An endpoint whose host is nobody's."""
    return str(api.post("/api/v1/webhook-endpoints", {"url": "https://desk.invalid/events"}).json()["id"])


def delivery_of(api: APIClient) -> str:
    """The path of a delivery."""
    endpoint = endpoint_of(api)
    delivery = api.post(f"/api/v1/webhook-endpoints/{endpoint}/test", {}).json()["id"]
    return f"webhook-endpoints/{endpoint}/deliveries/{delivery}"


def registered_by(api: APIClient) -> str:
    body = {"name": "Kiosk", "grant_type": "client_credentials", "scopes": ["clinic:read"]}
    return str(api.post("/api/v1/clinic/clients", body).json()["id"])


def proof_of(client: str, clinic: uuid.UUID) -> tuple[str, dict[str, object]]:
    return f"clinic/clients/{client}/issuer-proof", signed_proof(client, clinic)


Prepare = Callable[[APIClient, Patient], tuple[str, dict[str, object]]]


def programme_of(patient: Patient, ready: str, assessment: str) -> uuid.UUID:
    """A programme in the state that its step needs."""
    with clinic_scope(patient.clinic_id):
        clinic = Clinic.objects.select_related("on_call").get(id=patient.clinic_id)
        return programmes_of(clinic, clinic.assessments.get(id=assessment), timezone.now())[ready]


def step(path: str, ready: str, **body: object) -> Prepare:
    """A step of a programme that stands ready for it."""
    return lambda api, patient: (
        f"programmes/{programme_of(patient, ready, assessment_of(api, patient))}/{path}",
        body,
    )


#: Every creating route by name: makes what it needs, and returns path and body.
CREATING: dict[str, Prepare] = {
    "programmes": lambda api, patient: ("programmes", {"assessment": assessment_of(api, patient)}),
    "runs": step("runs", "active", ended_at=timezone.now().isoformat()),
    "shoes": lambda _api, patient: (
        f"patients/{patient.id}/shoes",
        {"name": "Green", "started_on": "2026-01-05"},
    ),
    "programme-release": step("release", "draft"),
    "programme-settled": step("settled", "active"),
    "programme-clearance": step("clearance", "uncleared"),
    "programme-complete": step("complete", "built"),
    "programme-calm-days": step("calm-days", "calm", usual_nrs=2, walking_nrs=2),
    "programme-brisk-walks": step("brisk-walks", "restore", minutes=30, rise_during=0, rise_next_day=0),
    "programme-hold": step("hold", "active", reason="illness"),
    "programme-resume": step("resume", "held", reason="illness"),
    "programme-step-back": step("step-back", "active", reason="symptoms"),
    "programme-advance": step("advance", "checked", reason="clinical_judgement"),
    "patients": lambda _api, _patient: ("patients", dict(PERSON)),
    "assessments": lambda _api, patient: ("assessments", assessment_body(patient)),
    "follow-up-response": lambda api, patient: (
        f"follow-ups/{follow_up_of(api, patient)}/response",
        answer_body(patient),
    ),
    "follow-up-result": lambda api, patient: (
        f"follow-ups/{chaser_of(api, patient)}/result",
        {"result": "not_yet"},
    ),
    "amendments": lambda api, patient: (
        f"assessments/{assessment_of(api, patient)}/amendments",
        {**answer_body(patient), "reason": "Misheard"},
    ),
    "overrides": lambda api, patient: (
        f"assessments/{assessment_of(api, patient)}/overrides",
        {"decision": "refer_urgent", "reason": "Looks unwell"},
    ),
    "acknowledge": lambda api, patient: (f"escalations/{escalation_of(api, patient)}/acknowledge", {}),
    "resolve": lambda api, patient: (
        f"escalations/{acknowledged_escalation_of(api, patient)}/resolve",
        {"outcome_code": "attended", "outcome": "Seen"},
    ),
    "reopen": lambda api, patient: (
        f"escalations/{acknowledged_escalation_of(api, patient)}/reopen",
        {"reason": "Worse"},
    ),
    "confirmation": lambda api, patient: (
        f"assessments/{provisional_of(api, patient)}/confirmation",
        {"role": "physiotherapist"},
    ),
    "parameter-previews": lambda _api, patient: ("clinic/parameters/previews", preview_body(patient)),
    "parameters": lambda api, patient: (
        "clinic/parameters",
        {"preview": preview_of(api, patient), "reason": "Agreed.", "on_behalf_of": lead_of(patient)},
    ),
    "patient-erasure": lambda _api, patient: (f"patients/{patient.id}/erasure", {"reason": "unlawful"}),
    "exports": lambda _api, patient: ("exports", {"patient": str(patient.id)}),
    "clinic-members": lambda _api, _: (
        "clinic/members",
        {"email": "kim@clinic.example", "name": "Kim", "role": "auditor"},
    ),
    "clinic-member-invitation": lambda api, _: (f"clinic/members/{invited_by(api)}/invitation", {}),
    "clinic-member-unlock": lambda api, _: (f"clinic/members/{invited_by(api)}/unlock", {}),
    "on-call-service-test": lambda api, _: (f"clinic/on-call-services/{service_of(api)}/test", {}),
    "webhook-test": lambda api, _: (f"webhook-endpoints/{endpoint_of(api)}/test", {}),
    "webhook-redelivery": lambda api, _: (f"{delivery_of(api)}/redeliver", {}),
    "webhook-redeliveries": lambda api, _: (
        f"webhook-endpoints/{endpoint_of(api)}/redeliver",
        {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"},
    ),
    "clinic-client-issuer-proof": lambda api, patient: proof_of(registered_by(api), patient.clinic_id),
    "clinic-client-revocation": lambda api, _: (f"clinic/clients/{registered_by(api)}/revoke", {}),
}
#: A repeated answer leaves the secret out: tests/clinics/test_clients.py, tests/notify/test_services_api.py,
# tests/webhooks/test_api.py, tests/check_in/test_check_in.py.
SHOW_A_SECRET_ONCE = {
    "check-in-link",
    "clinic-clients", "clinic-client-secret", "on-call-services", "webhook-endpoints", "webhook-secret",
}  # fmt: skip
STORES_NOTHING = {"evaluations", "patient-search"}


@pytest.mark.parametrize("name", CREATING)
def test_the_same_request_again_gets_the_first_answer_again(
    api: APIClient, patient: Patient, name: str
) -> None:
    path, body = CREATING[name](api, patient)
    first = api.post(f"/api/v1/{path}", body, headers=keyed())
    again = api.post(f"/api/v1/{path}", body, headers=keyed())

    assert first.status_code in {200, 201, 202}
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert {"Location", "ETag"} & set(first.headers) == {"Location", "ETag"} & set(again.headers)
    assert again.headers.get("Location") == first.headers.get("Location")


def test_every_post_that_changes_something_takes_a_key() -> None:
    views = {
        pattern.name: pattern.callback.cls  # type: ignore[union-attr]
        for pattern in _patterns(get_resolver(), "")
        if hasattr(getattr(pattern.callback, "cls", None), "post")
    }
    creating = {
        name for name, view in views.items() if isinstance(view, type) and hasattr(view, "show_again")
    }

    assert set(views) - creating == STORES_NOTHING
    assert creating - SHOW_A_SECRET_ONCE == set(CREATING), "each has its case above"
    assert isinstance(views["patients"](), Creates)


def _patterns(resolver: URLResolver, prefix: str) -> list[URLPattern]:
    found: list[URLPattern] = []
    for item in resolver.url_patterns:
        path = f"{prefix}{item.pattern}"
        if isinstance(item, URLResolver):
            found += _patterns(item, path)
        elif path.startswith("api/v1/"):
            found.append(item)
    return found


def test_the_document_says_which_operations_take_a_key() -> None:
    taking = {
        path
        for path, item in openapi_document()["paths"].items()
        if "Idempotency-Key" in {header["name"] for header in item.get("post", {}).get("parameters", ())}
    }
    posts = {path for path, item in openapi_document()["paths"].items() if "post" in item}

    assert posts - taking == {"/api/v1/evaluations", "/api/v1/patients/search"}
    assert "409" in openapi_document()["paths"]["/api/v1/assessments"]["post"]["responses"]


def test_a_repeated_request_stores_nothing_new(api: APIClient, clinic: Clinic) -> None:
    for _ in range(3):
        assert api.post("/api/v1/patients", PERSON, headers=keyed()).status_code == 201
    assert patients_of(clinic) == 1


def test_the_key_of_another_body_is_refused(api: APIClient, clinic: Clinic) -> None:
    api.post("/api/v1/patients", PERSON, headers=keyed())
    other = api.post("/api/v1/patients", {**PERSON, "given_name": "Alex"}, headers=keyed())

    assert_problem(other, "idempotency_key_reused")
    assert patients_of(clinic) == 1


def test_the_same_key_on_another_route_is_another_request(api: APIClient, patient: Patient) -> None:
    registered = api.post("/api/v1/patients", PERSON, headers=keyed())
    assessed = api.post("/api/v1/assessments", assessment_body(patient), headers=keyed())

    assert (registered.status_code, assessed.status_code) == (201, 201)


def test_the_same_key_of_another_client_or_clinic_is_another_request(
    api: APIClient, clinic: Clinic, other_clinic: Clinic
) -> None:
    with clinic_scope(clinic.id):
        colleague = APIClient()
        colleague.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(make_client(clinic))}")
    ids = {
        caller.post("/api/v1/patients", PERSON, format="json", headers=keyed()).json()["id"]
        for caller in (api, colleague, api_for(other_clinic))
    }
    assert len(ids) == 3


def test_a_refused_request_may_be_sent_again_corrected(api: APIClient) -> None:
    refused = api.post("/api/v1/patients", {"given_name": "Robin"}, headers=keyed())
    corrected = api.post("/api/v1/patients", PERSON, headers=keyed())

    assert (refused.status_code, corrected.status_code) == (422, 201)


def test_without_a_key_every_request_counts(api: APIClient, clinic: Clinic) -> None:
    for _ in range(2):
        api.post("/api/v1/patients", PERSON)
    assert patients_of(clinic) == 2


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "café", "tab\tinside"])
def test_what_cannot_be_a_key_is_refused(api: APIClient, clinic: Clinic, key: str) -> None:
    assert_problem(api.post("/api/v1/patients", PERSON, headers=keyed(key)), "invalid", "/Idempotency-Key")
    assert patients_of(clinic) == 0


@pytest.mark.parametrize("key", ["!", "x" * 255, '"quoted~key"'])
def test_every_visible_ascii_text_is_a_key(api: APIClient, key: str) -> None:
    assert api.post("/api/v1/patients", PERSON, headers=keyed(key)).status_code == 201


def test_a_scope_that_was_taken_away_ends_the_replay(api: APIClient, clinic: Clinic) -> None:
    api.post("/api/v1/patients", PERSON, headers=keyed())
    with clinic_scope(clinic.id):
        token = make_token(clinic.api_clients.get(), scopes="patients:read")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    assert_problem(api.post("/api/v1/patients", PERSON, headers=keyed()), "permission_denied")


def test_the_answer_shows_what_is_stored_now_and_no_copy_is_kept(api: APIClient, clinic: Clinic) -> None:
    marker = {**PERSON, "family_name": "Zzyzx"}
    registered = api.post("/api/v1/patients", marker, headers=keyed())
    path = f"/api/v1/patients/{registered.json()['id']}"
    tag = api.get(path).headers["ETag"]
    api.patch(path, {"given_name": "Alex"}, headers={"if-match": tag})

    assert api.post("/api/v1/patients", marker, headers=keyed()).json()["given_name"] == "Alex"
    with clinic_scope(clinic.id):
        [row] = AnsweredRequest.objects.values()
    assert "Zzyzx" not in str(row)


def test_it_costs_at_most_two_statements(api: APIClient, patient: Patient) -> None:
    api.post("/api/v1/assessments", assessment_body(patient))
    with CaptureQueriesContext(connection) as plain:
        api.post("/api/v1/assessments", assessment_body(patient))
    with CaptureQueriesContext(connection) as with_key:
        api.post("/api/v1/assessments", assessment_body(patient), headers=keyed())
    assert len(with_key) - len(plain) <= 2


def test_a_key_is_forgotten_after_a_day(api: APIClient, clinic: Clinic, other_clinic: Clinic) -> None:
    api.post("/api/v1/patients", PERSON, headers=keyed())
    api_for(other_clinic).post("/api/v1/patients", PERSON, format="json", headers=keyed())
    now = timezone.now()

    assert forget_answered_requests(now=now + timedelta(hours=23, minutes=59)) == 0
    assert forget_answered_requests(now=now + timedelta(hours=24, minutes=1)) == 2
    assert "Idempotency-Replayed" not in api.post("/api/v1/patients", PERSON, headers=keyed()).headers


def test_another_clinic_sees_no_key(api: APIClient, other_clinic: Clinic) -> None:
    api.post("/api/v1/patients", PERSON, headers=keyed())
    with clinic_scope(other_clinic.id):
        assert AnsweredRequest.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_to_wait(api: APIClient, patient: Patient) -> None:
    body = assessment_body(patient)

    def post() -> Any:
        caller = APIClient()
        caller.credentials(**api._credentials)
        return caller.post("/api/v1/assessments", body, format="json", headers=keyed())

    with ThreadPoolExecutor(1) as pool:
        with clinic_scope(patient.clinic_id):
            list(Patient.objects.select_for_update().filter(id=patient.id))  # recording has to wait for this
            first = start(pool, post)
            _until_somebody_waits_for_a_row()
            meanwhile = all_at_once([post])[0]
        recorded = first.result(30)
    afterwards = post()

    assert_problem(meanwhile, "request_in_progress")
    assert int(meanwhile.headers["Retry-After"]) >= 1
    assert recorded.status_code == 201
    assert (afterwards.json(), afterwards.headers["Idempotency-Replayed"]) == (recorded.json(), "true")


def _until_somebody_waits_for_a_row() -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.02)
    pytest.fail("the first request never came to the row")


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_create_one(api: APIClient, clinic: Clinic) -> None:
    patient = make_patient(clinic)
    body = assessment_body(patient, reassuring_answers(bladder_change="yes"))

    def post() -> Any:
        caller = APIClient()
        caller.credentials(**api._credentials)
        return caller.post("/api/v1/assessments", body, format="json", headers=keyed())

    answers = all_at_once([post] * 50)
    statuses = Counter(answer.status_code for answer in answers)
    documents = [answer.json() for answer in answers if answer.status_code == 201]

    assert set(statuses) <= {201, 409}
    assert len({document["id"] for document in documents}) == 1
    assert (
        sum("Idempotency-Replayed" not in answer.headers for answer in answers if answer.status_code == 201)
        == 1
    )
    with clinic_scope(clinic.id):
        counts = (clinic.assessments.count(), clinic.escalations.count(), clinic.answered_requests.count())
    assert counts == (1, 1, 1)
