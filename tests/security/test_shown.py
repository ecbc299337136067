"""What an answer shows: only to who may read it, and noted once for each patient, whatever the method was.

Taken from the URL configuration like the permission matrix: a view that shows a patient and doesn't note it
fails here, and so does one that shows a patient to who may only write.
"""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from backend.platform.api.headers import Creates
from backend.platform.storage.tenancy import clinic_scope
from clinics.api.views import ClinicAPIView, is_read, scopes_needed
from clinics.checks.routes import Route
from clinics.identity.models import Clinic
from clinics.identity.scopes import ALL_SCOPES
from tests.security.samples import Sample, World
from tests.security.test_permission_matrix import (
    SIGNED,
    ask,
    caller,
    every_operation,
    sample,
    seen,
)
from tests.worlds import *  # noqa: F403 - fixtures
from tests.worlds import two_worlds

#: What names rows by their ids and shows nothing of what is in them, and why that is no reading of a record.
IDS_ALONE = {
    "access-log": "who read whom; reading it is no reading of the record",
    "changes": "which rows to read again",
    "webhook-endpoints": "addresses",
    "webhook-deliveries": "messages, which hold ids",
    "webhook-delivery": "a message",
    "webhook-redelivery": "a message",
    "webhook-test": "a message about nobody",
}
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def shared_worlds(module_transaction: None) -> tuple[World, World]:
    """Two clinics, in the first of which every runner has a name of their own."""
    worlds = two_worlds()
    clinic = worlds[0].clinic
    with clinic_scope(clinic.id):
        for number, patient in enumerate(clinic.patients.all()):
            clinic.patients.filter(pk=patient.pk).update(family_name=f"Runner-no-{number:02}-")
    return worlds


@every_operation
def test_who_may_only_write_is_shown_nothing(world: World, route: Route, method: str) -> None:
    """Each scope that opens an operation, alone: what is shown implies the scope to read."""
    assert route.view is not None
    request, needed = sample(route, method, world), scopes_needed(route.view, method)
    api = caller(world, route, " ".join(needed | request.grants))
    answer, body, noted = asked(api, world, route, method, request)
    shown = patients_in(body, world, route, request)
    if answer.status_code == 204 and not is_read(route.view, method):
        assert not body
        assert method == "DELETE" or answer.headers["Location"].startswith("http"), answer.headers
    if shown:
        assert needed & {scope for scope in ALL_SCOPES if scope.endswith(":read")}, shown
    if route.name not in NOTED_BY_THEIR_SERVICE:
        assert noted == Counter(shown)


@every_operation
def test_each_patient_who_is_shown_is_noted_once(world: World, route: Route, method: str) -> None:
    """With every scope, and for a POST once more under its key."""
    assert route.view is not None
    request = sample(route, method, world)
    api = caller(world, route)
    keyed = {"Idempotency-Key": "the-same-request"} if method == "POST" and is_keyed(route) else {}
    for _ in range(2 if keyed else 1):
        _, body, noted = asked(api, world, route, method, request, **keyed)
        shown = patients_in(body, world, route, request)
        if route.name in NOTED_BY_THEIR_SERVICE:
            continue
        assert noted == Counter(shown)
        about = [found for value in request.path.values() if (found := rows(world.clinic).get(value))]
        if about and body and issubclass(route.view, ClinicAPIView) and route.view.logs_reads:
            assert shown or route.name in IDS_ALONE, "an answer about somebody shows somebody"


#: Erasing leaves its own entry, whether or not the report is shown.
NOTED_BY_THEIR_SERVICE = {"patient-erasure"}


def is_keyed(route: Route) -> bool:
    """Whether the route answers again under an Idempotency-Key."""
    return isinstance(route.view() if route.view else None, Creates) and not route.path.startswith(SIGNED)


def asked(
    api: APIClient, world: World, route: Route, method: str, request: Sample, **headers: str
) -> tuple[Any, str, Counter[uuid.UUID]]:
    """The answer with its body, and how often it noted each patient."""
    before = entries(world)
    answer = ask(api, route, method, request, headers=seen(world, route, method, request) | headers)
    assert answer.status_code in {200, 201, 202, 204}, answer.content
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, body.decode(errors="replace"), entries(world) - before


def entries(world: World) -> Counter[uuid.UUID]:
    """How often each patient stands in the clinic's access log."""
    with clinic_scope(world.clinic.id):
        return Counter(world.clinic.access_log.values_list("patient_id", flat=True))


def patients_in(text: str, world: World, route: Route, request: Sample) -> set[uuid.UUID]:
    """Whom a body shows: by name, by id, or by the id of one of their rows, in the body or its address."""
    if not text:
        return set()
    with clinic_scope(world.clinic.id):
        named = {pk for pk, name in world.clinic.patients.values_list("pk", "family_name") if name in text}
    if route.name in IDS_ALONE or is_about_writing(text):
        return named
    ids = {uuid.UUID(found) for found in UUID.findall(text)} | set(request.path.values())
    known = rows(world.clinic)
    return named | {known[found] for found in ids if found in known}


def is_about_writing(text: str) -> bool:
    """Whether it is FHIR's word that something was stored, which names a row and shows nothing of it."""
    return '"resourceType":"OperationOutcome"' in text.replace(" ", "")


def rows(clinic: Clinic) -> dict[Any, uuid.UUID]:
    """Every row that is about a patient, by its id, with the patient's."""
    with clinic_scope(clinic.id):
        found = dict(_rows_with_a_patient(clinic))
        for model in _models():
            for field in model._meta.concrete_fields:
                if field.is_relation and not hasattr(model, "patient_id"):
                    pairs = model._default_manager.filter(clinic=clinic).values_list("pk", field.attname)
                    found |= {pk: found[of] for pk, of in pairs if of in found}
    return found


def _rows_with_a_patient(clinic: Clinic) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    yield from ((pk, pk) for pk in clinic.patients.values_list("pk", flat=True))
    for model in _models():
        if hasattr(model, "patient_id"):
            pairs = model._default_manager.filter(clinic=clinic, patient__isnull=False)
            yield from pairs.values_list("pk", "patient_id")


def _models() -> list[Any]:
    """What belongs to a clinic, histories aside."""
    return [
        model
        for model in apps.get_app_config("assessments").get_models()
        if hasattr(model, "clinic_id") and not hasattr(model, "pgh_id")
    ]
