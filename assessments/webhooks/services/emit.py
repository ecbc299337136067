"""Write down what happened, for every endpoint that listens, in the transaction in which it does."""

import uuid
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from assessments.webhooks.models import EventType, WebhookDelivery
from assessments.webhooks.services.circuit import RETRIED_FOR
from backend.platform.broker import nudge
from backend.platform.storage.columns import new_id
from clinics.identity.models import Clinic


def nudge_webhooks() -> None:
    """Ask for a pass over the webhooks now; a broker that doesn't answer is logged, not raised."""
    nudge("assessments.tasks.deliver_due_webhooks")


Event = tuple[EventType, uuid.UUID]

# One statement, whoever listens. An endpoint that is being removed at this moment is waited for and then left
# out: it must not take what is being recorded down with it when the foreign keys are checked.
_EMIT = """
WITH happened AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(types)s::text[], %(abouts)s::uuid[]) AS event (id, type, about)
), listening AS (
    SELECT id, events, rests_until FROM clinics_webhookendpoint
    WHERE clinic_id = %(clinic)s AND enabled FOR KEY SHARE
), heard AS (
    SELECT happened.*, listening.id AS endpoint, greatest(listening.rests_until, %(now)s) AS due
    FROM happened JOIN listening ON listening.events = '[]' OR listening.events ? happened.type
), written AS (
    INSERT INTO assessments_webhookevent (id, clinic_id, type, about, at)
    SELECT DISTINCT id, %(clinic)s::uuid, type, about, %(now)s::timestamptz FROM heard
)
INSERT INTO assessments_webhookdelivery (
    id, created_at, updated_at, clinic_id, endpoint_id, event_id, state, attempts, failures, last_error,
    next_attempt_at, retry_until
)
SELECT gen_random_uuid(), %(now)s, %(now)s, %(clinic)s, endpoint, id, %(pending)s, 0, 0, '',
    due, due + %(retried)s
FROM heard
"""


def emit(clinic: Clinic, *happened: Event, now: datetime) -> None:
    """Have the clinic's endpoints told of events: each a type and the id of the row it is about.

    Call it inside the clinic's scope, in the transaction of what happened: both are committed, or neither.
    Where nobody listens nothing is written.
    """
    values: dict[str, Any] = {
        "ids": [new_id() for _ in happened],
        "types": [event_type.value for event_type, _ in happened],
        "abouts": [about for _, about in happened],
        "clinic": clinic.id,
        "now": now,
        "pending": WebhookDelivery.State.PENDING.value,
        "retried": RETRIED_FOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EMIT, values)
        heard = cursor.rowcount
    if heard:
        transaction.on_commit(nudge_webhooks, robust=True)
