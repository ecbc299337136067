"""One request that works for every operation of CDS Hooks, made of the rows of one clinic."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from assessments.fhir.questionnaire import canonical
from assessments.fhir.stored_response import response_items
from assessments.protocol import protocol_for
from tests.factories import reassuring_answers
from tests.security.hospital import new_id
from tests.security.samples import Sample, World

SERVICE = {"service_id": "patient-view"}


def _call(_: World) -> Sample:
    response = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": canonical(),
        "status": "completed",
        "subject": {"reference": "Patient/p-1"},
        "authored": timezone.now().isoformat(),
        "item": list(response_items(reassuring_answers(), {}, "physiotherapist", protocol_for())),
    }
    body = {
        "hook": "patient-view",
        "hookInstance": new_id(),
        "context": {"userId": "Practitioner/1", "patientId": "p-1"},
        "prefetch": {"patient": None, "response": response},
    }
    return Sample(SERVICE, body)


def _feedback(world: World) -> Sample:
    said: dict[str, Any] = {
        "card": str(world.card),
        "outcome": "accepted",
        "acceptedSuggestions": [{"id": str(world.suggestion)}],
        "outcomeTimestamp": timezone.now().isoformat(),
    }
    return Sample(SERVICE, {"feedback": [said]})


CDS_SAMPLES: dict[tuple[str, str], Callable[[World], Sample]] = {
    ("cds-service", "POST"): _call,
    ("cds-feedback", "POST"): _feedback,
}
#: Where a body names a row by its id, for these operations are in no OpenAPI document.
CDS_IDS: dict[str, set[tuple[Any, ...]]] = {
    "cds-service": set(),
    "cds-feedback": {("feedback", 0, "card"), ("feedback", 0, "acceptedSuggestions", 0, "id")},
}
