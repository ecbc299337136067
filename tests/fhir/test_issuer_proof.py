"""An issuer's calls are a client's once its software has signed that they are, and nobody else's."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.cds.models import Card
from assessments.fhir.questionnaire import ID
from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.models import PublishedKeys
from clinics.identity.models import ApiClient, Clinic
from tests.api_edge.checks import having_seen
from tests.factories import reassuring_answers
from tests.fhir.checks import fhir
from tests.fhir.test_cds import body, call
from tests.security.hospital import ISSUER, KEY, SCOPES, token
from tests.security.signing import claims, key_set, new_key, sign

CLIENTS = "/api/v1/clinic/clients"
PATIENT_VIEW = f"{settings.BASE_URL}/cds-services/patient-view"
OTHER = new_key(kid="theirs")


@pytest.fixture
def form(api: APIClient) -> dict[str, Any]:
    return body(fhir(api.get(f"/fhir/Questionnaire/{ID}")), reassuring_answers())


def software(api: APIClient, **keys: Any) -> str:
    """The address of new software that names the issuer, with keys that are anybody's."""
    new = {"name": "EHR", "grant_type": "client_credentials", "scopes": SCOPES.split()}
    path = f"{CLIENTS}/{api.post(CLIENTS, new).json()['id']}"
    answer = set_keys(api, path, **keys)
    assert answer.status_code == 200, answer.content
    return path


def set_keys(api: APIClient, path: str, **changes: Any) -> Any:
    said = {"jwks": json.loads(key_set(KEY)), "cds_issuer": ISSUER} | changes
    return api.put(f"{path}/keys", said, headers=having_seen(api, path))


def prove(api: APIClient, path: str, key: Any = KEY, **changes: Any) -> Any:
    said = claims(ISSUER, f"{settings.BASE_URL}{path}/issuer-proof", sub=None, **changes)
    return api.post(f"{path}/issuer-proof", {"token": sign(key, said)})


def cards_of(clinic: Clinic) -> int:
    with clinic_scope(clinic.id):
        return Card.objects.count()


def test_no_call_counts_before_the_issuer_is_proven(
    api: APIClient, clinic: Clinic, form: dict[str, Any]
) -> None:
    path = software(api)
    assert api.get(path).json()["cds_issuer_proven_at"] is None
    assert call(form).status_code == 401
    proven = prove(api, path)
    assert proven.status_code == 200, proven.content
    assert proven.json()["cds_issuer_proven_at"]
    assert call(form).status_code == 200
    assert cards_of(clinic) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://another.example"}, "iss"),
        ({"tenant": "north"}, "tenant"),
        ({"aud": PATIENT_VIEW}, "aud"),
        ({"exp": 1}, "exp"),
        ({"jti": None}, "jti"),
    ],
)
def test_a_proof_that_says_something_else_proves_nothing(
    api: APIClient, form: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    path = software(api)
    answer = prove(api, path, **changes)
    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/token", code)]
    assert call(form).status_code == 401


def test_a_proof_is_for_one_client_once_and_by_its_own_key(api: APIClient, other_api: APIClient) -> None:
    path, theirs = software(api), software(other_api)
    said = claims(ISSUER, f"{settings.BASE_URL}{path}/issuer-proof", sub=None)
    once = {"token": sign(KEY, said)}
    assert other_api.post(f"{theirs}/issuer-proof", once).json()["errors"][0]["code"] == "aud"
    assert api.post(f"{path}/issuer-proof", once).status_code == 200
    assert api.post(f"{path}/issuer-proof", once).json()["errors"][0]["code"] == "replay"
    assert prove(api, path, key=OTHER).json()["errors"][0]["code"] == "key"


def test_without_an_issuer_there_is_nothing_to_prove(api: APIClient) -> None:
    assert prove(api, software(api, cds_issuer=None)).status_code == 409


def test_two_clinics_may_wait_for_one_issuer_and_hear_nothing_of_each_other(
    api: APIClient, other_api: APIClient, other_clinic: Clinic, clinic: Clinic, form: dict[str, Any]
) -> None:
    """Whether an issuer is free, waited for or proven elsewhere, every answer is the same."""
    free = shape(set_keys(other_api, software(other_api, jwks=json.loads(key_set(OTHER)))))
    path = software(api)
    waited_for = shape(set_keys(other_api, software(other_api, jwks=json.loads(key_set(OTHER)))))
    assert prove(api, path).status_code == 200
    theirs = software(other_api, jwks=json.loads(key_set(OTHER)))
    proven = shape(set_keys(other_api, theirs, jwks=json.loads(key_set(OTHER))))
    assert free == waited_for == proven
    assert prove(other_api, theirs, key=OTHER).status_code == 200
    assert call(form).status_code == 200
    assert call(form, signed=sign(OTHER, claims(ISSUER, PATIENT_VIEW))).status_code == 200
    assert (cards_of(clinic), cards_of(other_clinic)) == (1, 1), "each by its own key"


def shape(answer: Any) -> tuple[int, list[str], Any]:
    document = answer.json()
    return answer.status_code, sorted(document), document["cds_issuer_proven_at"]


def test_who_registers_anothers_public_key_gets_none_of_its_calls(
    api: APIClient, other_api: APIClient, clinic: Clinic, other_clinic: Clinic, form: dict[str, Any]
) -> None:
    """First with a key of their own proven, before and after the true owner proved."""
    both = json.loads(key_set(OTHER, KEY))
    theirs = software(other_api, jwks=both)
    assert prove(other_api, theirs, key=OTHER).status_code == 200
    assert call(form).status_code == 401
    path = software(api)
    assert call(form).status_code == 401
    assert prove(api, path).status_code == 200
    assert set_keys(other_api, theirs, jwks=both).json()["cds_issuer_proven_at"], "their own proof stays"
    assert call(form).status_code == 200
    assert (cards_of(clinic), cards_of(other_clinic)) == (1, 0)


def test_what_was_proven_ends_with_the_issuer_the_tenant_and_the_key(
    api: APIClient, form: dict[str, Any]
) -> None:
    path = software(api)
    kept = {"jwks": json.loads(key_set(KEY, new_key(kid="more")))}
    for changes, stays in (
        (kept, True),
        ({"cds_tenant": "north"}, False),
        ({"cds_issuer": f"{ISSUER}/other"}, False),
        ({"jwks": json.loads(key_set(new_key()))}, False),
        ({"jwks": None, "jwks_uri": "https://ehr.example/keys"}, False),
    ):
        set_keys(api, path)
        assert prove(api, path).status_code == 200
        changed = set_keys(api, path, **changes)
        assert changed.status_code == 200
        assert bool(changed.json()["cds_issuer_proven_at"]) is stays


@pytest.mark.parametrize(("address", "counts"), [(f"{ISSUER}/keys", True), ("https://cdn.example/k", False)])
def test_a_new_key_at_the_issuers_own_host_needs_no_proof_of_its_own(
    api: APIClient, clinic: Clinic, form: dict[str, Any], address: str, counts: bool
) -> None:
    path = software(api, jwks=None, jwks_uri=address)
    published(clinic, KEY)
    assert prove(api, path).status_code == 200
    published(clinic, KEY, OTHER)
    answer = call(form, signed=sign(OTHER, claims(ISSUER, PATIENT_VIEW)))
    assert answer.status_code == (200 if counts else 401)
    assert call(form).status_code == 200


def published(clinic: Clinic, *keys: Any) -> None:
    """As a worker keeps it."""
    now = timezone.now()
    with clinic_scope(clinic.id):
        PublishedKeys.objects.update(keys=key_set(*keys), read_at=now, looked_at=now)


def test_one_key_that_speaks_for_two_clinics_says_last_where_it_belongs(
    api: APIClient, other_api: APIClient, clinic: Clinic, other_clinic: Clinic, form: dict[str, Any]
) -> None:
    paths = software(api), software(other_api)
    assert prove(api, paths[0]).status_code == 200
    assert prove(other_api, paths[1]).status_code == 200
    assert call(form).status_code == 200
    assert (cards_of(clinic), cards_of(other_clinic)) == (0, 1)
    assert prove(api, paths[0]).status_code == 200
    assert call(form).status_code == 200
    assert (cards_of(clinic), cards_of(other_clinic)) == (1, 1)


def test_software_that_was_withdrawn_or_went_back_to_a_secret_is_nobody(
    api: APIClient, clinic: Clinic, form: dict[str, Any]
) -> None:
    path = software(api)
    prove(api, path)
    with clinic_scope(clinic.id):
        ApiClient.objects.filter(cds_issuer=ISSUER).update(token_endpoint_auth_method="")
    assert call(form, signed=token("/cds-services/patient-view")).status_code == 401
