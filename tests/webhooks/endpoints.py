"""Endpoints for tests, made by the service, and what their receivers have heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import time_machine
from django.utils import timezone
from standardwebhooks import Webhook

from assessments.webhooks.models import WebhookDelivery, WebhookEndpoint
from assessments.webhooks.services.deliver import deliver_due_webhooks
from assessments.webhooks.services.endpoints import add_endpoint
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.clock import Clock
from tests.notify.receivers import Receiver


@dataclass(frozen=True)
class Listening:
    """An endpoint, the key that its messages are verified with, and the server behind it."""

    clinic: Clinic
    row: WebhookEndpoint
    key: str
    receiver: Receiver

    def heard(self) -> list[tuple[str, str]]:
        """Type and id of every event that arrived, in order; each with a good signature."""
        events = [self.verified(request) for request in self.receiver.received]
        return [(event["type"], event["data"]["id"]) for event in events]

    def verified(self, request: Any) -> Any:
        """The event of a request, after the published library has verified it at the test's time."""
        with time_machine.travel(int(request.headers["webhook-timestamp"]), tick=False):
            return Webhook(self.key).verify(request.body, request.headers)

    def message_ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.receiver.received]

    def now(self) -> WebhookEndpoint:
        """The endpoint as it stands."""
        with clinic_scope(self.clinic.id):
            return self.clinic.webhook_endpoints.get(id=self.row.id)

    def deliveries(self) -> list[WebhookDelivery]:
        """Oldest first, with their events."""
        with clinic_scope(self.clinic.id):
            rows = self.row.deliveries.select_related("event").prefetch_related("tries")
            return list(rows.order_by("event_id"))


def listen(clinic: Clinic, receiver: Receiver, events: Sequence[str] = (), **details: Any) -> Listening:
    """Have a receiver told of the clinic's events."""
    given = {"url": f"http://{receiver.address}/in", "events": list(events), **details}
    with clinic_scope(clinic.id):
        row, key = add_endpoint(clinic=clinic, details=given, now=timezone.now())
    return Listening(clinic, row, key, receiver)


def deliver(clock: Clock) -> int:
    """One pass of a worker at the clock's time."""
    return deliver_due_webhooks(clock=clock)
