"""One request that works for every operation of the FHIR server, made of the rows of one clinic."""

import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from assessments.escalations.models import Escalation
from assessments.fhir.questionnaire import ID as QUESTIONNAIRE
from assessments.fhir.questionnaire import canonical
from assessments.fhir.service_request import reasons
from assessments.fhir.stored_response import response_items
from assessments.fhir.task import output_type
from assessments.protocol import protocol_for
from backend.platform.fhir.elements import coding, concept
from backend.platform.storage.tenancy import clinic_scope
from clinics.api.fhir import member_reference
from clinics.identity.models import Membership
from tests.factories import reassuring_answers
from tests.security.samples import Sample, World


def _by_id(**path: Callable[[World], Any]) -> Callable[[World], Sample]:
    return lambda world: Sample({name: find(world) for name, find in path.items()})


def _criterion(world: World) -> str:
    with clinic_scope(world.clinic.id):
        return reasons(Escalation.objects.select_related("assessment").get(id=world.open_escalation))[0]["id"]


def _override_id(world: World) -> uuid.UUID:
    """A programme that was released counts as signed."""
    return world.programmes["active"]


def _questionnaire_response(world: World) -> Sample:
    items = list(response_items(reassuring_answers(), {}, "physiotherapist", protocol_for()))
    body = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": canonical(),
        "status": "completed",
        "subject": {"reference": f"Patient/{world.patient.id}"},
        "authored": timezone.now().isoformat(),
        "item": items,
    }
    return Sample({}, body)


def _completed_task(world: World) -> Sample:
    with clinic_scope(world.clinic.id):
        result = [
            {"type": output_type("result"), "valueCodeableConcept": concept(coding("result", "confirmed"))}
        ]
        owner = member_reference(Membership.objects.select_related("user").get(id=world.clinic.on_call_id))
    task = {"resourceType": "Task", "id": str(world.chaser), "intent": "order", "status": "completed"}
    return Sample({"task_id": world.chaser}, {**task, "owner": owner, "output": result})


FHIR_SAMPLES: dict[tuple[str, str], Callable[[World], Sample]] = {
    ("fhir-patients", "GET"): lambda _: Sample(),
    ("fhir-patient-search", "POST"): lambda _: Sample(form="family=Runner"),
    ("fhir-patient", "GET"): _by_id(patient_id=lambda world: world.patient.id),
    ("fhir-everything", "GET"): _by_id(patient_id=lambda world: world.patient.id),
    ("fhir-questionnaires", "GET"): lambda _: Sample(),
    ("fhir-questionnaire", "GET"): lambda _: Sample({"questionnaire_id": QUESTIONNAIRE}),
    ("fhir-process-response", "POST"): _questionnaire_response,
    ("fhir-responses", "GET"): lambda _: Sample(),
    ("fhir-responses", "POST"): _questionnaire_response,
    ("fhir-response", "GET"): _by_id(assessment_id=lambda world: world.assessment),
    ("fhir-risks", "GET"): lambda _: Sample(),
    ("fhir-risk", "GET"): _by_id(assessment_id=lambda world: world.assessment),
    ("fhir-impressions", "GET"): lambda _: Sample(),
    ("fhir-impression", "GET"): _by_id(impression_id=_override_id),
    ("fhir-plans", "GET"): lambda _: Sample(),
    ("fhir-plan", "GET"): _by_id(programme_id=lambda world: world.programmes["active"]),
    ("fhir-flags", "GET"): lambda _: Sample(),
    ("fhir-flag", "GET"): _by_id(escalation_id=lambda world: world.open_escalation, criterion_id=_criterion),
    ("fhir-requests", "GET"): lambda _: Sample(),
    ("fhir-request", "GET"): _by_id(escalation_id=lambda world: world.open_escalation),
    ("fhir-tasks", "GET"): lambda _: Sample(),
    ("fhir-task", "GET"): _by_id(task_id=lambda world: world.follow_up),
    ("fhir-task", "PUT"): _completed_task,
}
