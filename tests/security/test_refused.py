"""What a refusal tells of a patient: noted like a read, and told to nobody who may not read.

Each operation that can be refused for how a row stands is sent while rows stand in every way that may refuse
it.
"""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from assessments.privacy.services.erasure import erase_patient
from backend.platform.api.problems import PROBLEMS, TELLING, WITHHELD
from backend.platform.storage.tenancy import clinic_scope
from clinics.api.views import is_read, scopes_needed
from clinics.checks.routes import Route
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from tests.security.samples import Sample, World
from tests.security.test_permission_matrix import OPERATIONS, ask, caller, each, sample, seen
from tests.security.test_shown import entries, rows
from tests.worlds import *  # noqa: F403 - fixtures
from tests.worlds import undone


def _again(_clinic: Clinic, _about: set[Any]) -> None:
    """As they are; the operation itself comes twice."""


def _archived(clinic: Clinic, _about: set[Any]) -> None:
    clinic.patients.update(archived_at=timezone.now(), archive_reason="care_ended")


def _erased(clinic: Clinic, about: set[Any]) -> None:
    _settled(clinic, about)
    for patient in clinic.patients.filter(erased_at=None, pk__in=about):
        erase_patient(
            clinic=clinic,
            actor=Actor(client=clinic.api_clients.first()),
            patient_id=patient.pk,
            reason="A wish.",
            request_id="",
            action="test",
            now=timezone.now(),
        )


def _held(clinic: Clinic, _about: set[Any]) -> None:
    clinic.escalations.filter(state__in=["open", "acknowledged"]).update(**_resolved(clinic))
    clinic.patients.update(legal_hold_until="2099-01-01", legal_hold_reason="A claim is pending.")


def _calling(clinic: Clinic, _about: set[Any]) -> None:
    nobody = dict.fromkeys(("acknowledged_by", "acknowledged_at", "resolved_by", "resolved_at"))
    clinic.escalations.filter(state__in=["acknowledged", "resolved"]).update(
        state="open", outcome_code="", outcome="", next_attempt_at=timezone.now(), **nobody
    )


def _taken(clinic: Clinic, _about: set[Any]) -> None:
    other = clinic.members.exclude(pk=clinic.on_call_id).first()
    clinic.escalations.exclude(state="superseded").update(
        state="acknowledged", acknowledged_by=other, acknowledged_at=timezone.now()
    )


def _settled(clinic: Clinic, _about: set[Any]) -> None:
    clinic.escalations.exclude(state="superseded").update(**_resolved(clinic))
    clinic.follow_ups.update(state="cancelled", next_attempt_at=None)
    clinic.programmes.update(status="stopped")
    clinic.exports.update(state="failed", failure="error")


def _over(clinic: Clinic, _about: set[Any]) -> None:
    clinic.programmes.update(state="ended")
    clinic.exports.update(state="expired")


def _resolved(clinic: Clinic) -> dict[str, Any]:
    done = {"acknowledged_by": clinic.on_call, "resolved_by": clinic.on_call}
    done |= {"outcome_code": "handed_over", "outcome": "Given to A&E."}
    return {"state": "resolved", "acknowledged_at": timezone.now(), "resolved_at": timezone.now(), **done}


STATES: tuple[Callable[[Clinic, set[Any]], None], ...] = (
    _again, _archived, _erased, _held, _calling, _taken, _settled, _over,
)  # fmt: skip
FHIR = {("fhir-task", "PUT"), ("fhir-responses", "POST")}
REFUSABLE = [
    (route, method)
    for route, method in OPERATIONS
    if TELLING & set(getattr(route.view, "conflicts", {}).get(method, ())) or (route.name, method) in FHIR
]
#: Those whose refusals are about no patient.
ABOUT_NOBODY = {
    "changes": "a position that is no longer kept",
    "clinic-client": "software",
    "clinic-client-issuer-proof": "software",
    "clinic-client-keys": "software",
    "clinic-client-revocation": "software",
    "clinic-client-secret": "software",
    "clinic-member": "a person of the clinic",
    "clinic-member-invitation": "a person of the clinic",
    "clinic-members": "a person of the clinic",
    "exports": "how many there are",
    "on-call-service": "a service",
    "on-call-services": "how many there are",
    "export-result": "an export of the whole clinic",
    "parameters": "a preview",
    "patient-by-external-id": "an external id goes with its erased record",
    "patients": "that an external id is taken, whoever has it",
    "webhook-endpoints": "how many there are",
    "webhook-redelivery": "an endpoint",
    "webhook-redeliveries": "an endpoint",
    "webhook-secret": "an endpoint",
    "webhook-test": "an endpoint",
}


@each(REFUSABLE)
def test_what_a_refusal_tells_is_noted_and_withheld_from_who_may_not_read(
    world: World, route: Route, method: str
) -> None:
    assert route.view is not None
    request = sample(route, method, world)
    about = patients_named(request, rows(world.clinic))
    needed = " ".join(scopes_needed(route.view, method) | request.grants)
    withholds = not is_read(route.view, method) and method not in getattr(route.view, "answers_once", ())
    refused = False
    for state in STATES:
        with undone():
            with clinic_scope(world.clinic.id):
                state(world.clinic, about)
            if state is _again:
                api = caller(world, route)
                ask(api, route, method, request, headers=seen(world, route, method, request))
            for reader, api in ((True, caller(world, route)), (False, caller(world, route, needed))):
                with undone():
                    before = entries(world)
                    answer = ask(api, route, method, request, headers=seen(world, route, method, request))
                    if answer.status_code < 400 or not _is_telling(answer):
                        continue
                    noted = entries(world) - before
                assert noted == Counter(about), (state.__name__, reader, answer.content)
                if about and not reader and withholds:
                    assert _words(answer.json()) == {WITHHELD}, (state.__name__, answer.content)
                refused = refused or bool(about)
    assert refused is (route.name not in ABOUT_NOBODY)


def test_nothing_is_excused_that_cannot_be_refused() -> None:
    assert ABOUT_NOBODY.keys() <= {route.name for route, _ in REFUSABLE}


def patients_named(request: Sample, known: dict[Any, Any]) -> set[Any]:
    """Whose rows a request names, in its address or its body."""
    body = json.dumps(request.body) if request.body is not None else ""
    return {known[one] for one in known if one in request.path.values() or str(one) in body}


def _is_telling(answer: Any) -> bool:
    document = answer.json()
    code = document.get("code") or document["issue"][0]["details"]["coding"][0]["code"]
    return code in TELLING


def _words(document: Any) -> set[str]:
    """What it says besides the title of its problem."""
    if "issue" in document:
        return {issue["details"]["text"] for issue in document["issue"]}
    assert document["title"] == PROBLEMS[document["code"]][1]
    return {document["detail"], *(error["detail"] for error in document["errors"])}
