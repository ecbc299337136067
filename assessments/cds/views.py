"""The services: what there is, and the cards about a runner. Nothing of the decision is formed here."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assessments.cds.authentication import CdsAuthentication
from assessments.cds.calls import Call, prefetch_templates, read_call
from assessments.cds.cards import Card, card_of_answers, card_of_doubt
from assessments.cds.judged import judge
from assessments.cds.services import note_card
from assessments.protocol import Evaluation
from clinics.api.views import ClinicAPIView
from patients.fhir import external_ids
from patients.models import Patient
from patients.services import patient_known_as

#: The services by id, each for the hook of that name.
SERVICES = {
    "patient-view": "The decision on the latest answers, when a runner's record is opened",
    "appointment-book": "The same when an appointment is booked, so that an emergency isn't given a date",
}
CACHE = "public, max-age=300"


class Discovery(APIView):
    """What a caller can subscribe to. It holds nothing of anybody."""

    authentication_classes = []
    permission_classes = [AllowAny]
    schema = None

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Every service with what to send along."""
        services = [
            {
                "id": name,
                "hook": name,
                "title": "Return to Run",
                "description": description,
                "prefetch": prefetch_templates(),
                "usageRequirements": "Prefetch only; fhirServer is ignored and nothing is fetched.",
            }
            for name, description in SERVICES.items()
        ]
        return Response({"services": services}, headers={"Cache-Control": CACHE})


class Service(ClinicAPIView):
    """Cards about the runner of a call; of what was answered nothing is stored."""

    resource = "evaluations"
    shows_own_input = True
    _runner: Patient | None = None
    authentication_classes = [CdsAuthentication]
    schema = None

    def post(self, request: Request, service_id: str) -> Response:
        """One card; none only where null was sent, or where what was sent holds nothing of our form."""
        if service_id not in SERVICES:
            raise Http404
        call = read_call(request.data, hook=service_id)
        return Response({"cards": list(self._cards(call, service_id))})

    def _cards(self, call: Call, service: str) -> list[Card]:
        if not call.found.answers and not call.found.unread:
            return []
        judged = judge(call, self.clinic)
        made = card_of_answers if judged.speaks else card_of_doubt
        card = made(judged, call, self.clinic)
        self._note(card, judged.evaluation, call, service)
        return [card]

    def patients_shown(self, data: Any) -> Iterable[uuid.UUID]:  # noqa: ARG002
        """The clinic's own runner, when the card is about one."""
        return [self._runner.id] if self._runner else []

    def _note(self, card: Card, evaluation: Evaluation, call: Call, service: str) -> None:
        """Keep that it was shown, and of whom when the caller names one of the clinic's runners."""
        client = self.principal.client
        known = call.known_as({external_ids(), client.cds_patient_system})
        self._runner = patient_known_as(clinic=self.clinic, external_ids=known)
        note_card(
            clinic=self.clinic,
            client=client,
            patient=self._runner,
            service=service,
            evaluation=evaluation,
            card=uuid.UUID(card["uuid"]),
            suggestions=[suggestion["uuid"] for suggestion in card["suggestions"]],
            now=timezone.now(),
        )
