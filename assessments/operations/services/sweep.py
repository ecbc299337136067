"""Look for rows that must not be, of any age, and put them right.

None of this happens while everything else is right: the sweep is what notices when something isn't. What it
finds it writes into the log with the row's id, and counts.
"""

import json
import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F

from assessments.escalations.channels.models import Delivery
from assessments.escalations.models import Escalation
from assessments.escalations.services.escalate import new_escalation, supersede_earlier
from assessments.follow_ups.models import FollowUp
from assessments.operations.services.counters import REPAIRED, SWEEP, note, tallies
from assessments.operations.services.recent import first_id_at
from assessments.operations.services.status import kinds_of_work
from assessments.protocol.vocabulary import Urgency, urgency_rank
from assessments.records.models import Assessment
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.storage.columns import DueWork
from backend.platform.storage.tenancy import clinic_scope

logger = structlog.get_logger(__name__)

#: After so long a message that is still "being sent" never will be: the sender's own limits are far shorter.
SENDING_AT_MOST = timedelta(minutes=15)
#: How far back before the last sweep assessments are looked at again: longer than any transaction takes.
OVERLAP = timedelta(hours=1)
#: Clocks of several machines differ; a lease is wrong only when it is longer than any could be by this much.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that must not be as it is."""

    kind: str
    row_id: uuid.UUID
    clinic_id: uuid.UUID
    repair: Callable[[uuid.UUID, datetime], bool]


def sweep(*, now: datetime) -> Counter[str]:
    """Repair what is wrong; returns how many rows were put right, by kind of fault.

    Safe to run twice at once. A row that can't be repaired is logged, left for the next sweep and never holds
    back another one.
    """
    repaired: Counter[str] = Counter()
    for fault in find_faults(now=now):
        try:
            with clinic_scope(fault.clinic_id):
                done = fault.repair(fault.row_id, now)
        except Exception as exc:  # noqa: BLE001 - one row must never hold back the next
            logger.error("repair_failed", fault=fault.kind, row=str(fault.row_id), kind=type(exc).__name__)
            continue
        if done:
            repaired[fault.kind] += 1
            level = logging.INFO if fault.kind in ORDINARY else logging.ERROR
            logger.log(level, "repaired", fault=fault.kind, row=str(fault.row_id))
    for kind, times in repaired.items():
        note(REPAIRED + kind, now=now, times=times)
    note(SWEEP, now=now)
    return repaired


def find_faults(*, now: datetime) -> Iterator[Fault]:
    """Every row that must not be, at most a hundred of a kind at a time."""
    last = tallies().get(SWEEP)
    since = first_id_at(last.at - OVERLAP) if last else uuid.UUID(int=0)
    ranks = json.dumps({urgency.value: urgency_rank(urgency) for urgency in Urgency})
    with connection.cursor() as cursor:
        statement = "SELECT fault, row_id, clinic FROM faults(%s, %s, %s, %s)"
        cursor.execute(statement, [now, now - SENDING_AT_MOST, since, ranks])
        found = [Fault(kind, row, clinic, REPAIRS[kind]) for kind, row, clinic in cursor.fetchall()]
    yield from found
    for model in kinds_of_work():
        yield from _stuck(model, now)


def _stuck(model: type[DueWork], now: datetime) -> list[Fault]:
    """Due rows under a lease longer than any worker takes: nobody could claim them."""

    def release(row_id: uuid.UUID, _: datetime) -> bool:
        held = model._default_manager.filter(id=row_id, leased_until__gt=longest)
        return held.update(leased_until=None, claim_token=None) == 1

    longest = now + settings.CLAIM_LEASE + CLOCKS_DIFFER
    with connection.cursor() as cursor:
        statement = "SELECT row_id, clinic FROM stuck_work(%s, %s, %s)"
        cursor.execute(statement, [model._meta.db_table, now, longest])
        return [Fault("lease_stuck", row, clinic, release) for row, clinic in cursor.fetchall()]


def _wake(row_id: uuid.UUID, now: datetime) -> bool:
    """A pending follow-up that wants nothing any more is due at once: it finds its own next step."""
    idle = FollowUp.objects.filter(id=row_id, next_attempt_at=None, state__in=FollowUp.PENDING)
    return idle.update(next_attempt_at=now) == 1


def _keep_deadline(row_id: uuid.UUID, _: datetime) -> bool:
    """An open escalation speaks at its deadline at the latest."""
    beyond = Escalation.objects.filter(
        id=row_id, state=Escalation.State.OPEN, next_attempt_at__gt=F("acknowledge_by")
    )
    return beyond.update(next_attempt_at=F("acknowledge_by")) == 1


def _escalate(row_id: uuid.UUID, now: datetime) -> bool:
    """An assessment that somebody must see calls somebody."""
    assessment = Assessment.objects.select_related("clinic", "recorded_by_user").get(id=row_id)
    clinic = assessment.clinic
    clinic.patients.select_for_update().get(id=assessment.patient_id)  # two sweeps at once take turns
    if clinic.escalations.filter(assessment=assessment).exists():
        return False
    escalation = new_escalation(
        clinic=clinic,
        assessor=assessment.recorded_by_user,
        assessment=assessment,
        urgency=Urgency(assessment.urgency),
        now=now,
    )
    if escalation is None:
        return False
    supersede_earlier(escalation, assessed_at=assessment.assessed_at, now=now)
    escalation.save(force_insert=True)
    emit(clinic, (EventType.ESCALATION_OPENED, escalation.id), now=now)
    return True


def _give_up_on(row_id: uuid.UUID, now: datetime) -> bool:
    """Nobody sends this message any more: somebody answered before its turn, or its sender died."""
    unfinished = Delivery.objects.filter(id=row_id, state=Delivery.State.SENDING)
    failed = Delivery.State.FAILED
    return unfinished.update(state=failed, error="NotSentToTheEnd", updated_at=now) == 1


#: What no defect is needed for.
ORDINARY = {"delivery_unfinished"}
REPAIRS: dict[str, Callable[[uuid.UUID, datetime], bool]] = {
    "follow_up_idle": _wake,
    "escalation_beyond_deadline": _keep_deadline,
    "assessment_not_escalated": _escalate,
    "delivery_unfinished": _give_up_on,
}
