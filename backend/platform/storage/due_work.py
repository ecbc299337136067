"""Work through rows that are due, whatever they are about.

Claim one, attempt it, store what came of it while the claim is still ours; then the next. A row that
raises is pushed back with its error recorded and never holds back another.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Generic, TypeVar

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet

from backend.platform.storage.columns import DueWork
from backend.platform.storage.tenancy import clinic_scope

logger = structlog.get_logger(__name__)

Work = TypeVar("Work", bound=DueWork)
Sent = TypeVar("Sent")
Clock = Callable[[], datetime]
#: While slow calls last, how soon new work is looked for.
LOOK_AGAIN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Claim(Generic[Work]):
    """A row that is ours while ``token`` is still on it."""

    model: type[Work]
    row_id: uuid.UUID
    clinic_id: uuid.UUID
    token: uuid.UUID

    def held(self) -> QuerySet[Work]:
        """The row, if it is still ours and still wants attention."""
        return self.model._default_manager.filter(
            id=self.row_id, claim_token=self.token, state__in=self.model.PENDING
        )


def work_through(
    model: type[Work], *, attempt: Callable[[Claim[Work]], None], clock: Clock, limit: int
) -> int:
    """Attempt every due row of one kind, at most ``limit``; returns how many were attempted."""
    for done in range(limit):
        claim = claim_next(model, now=clock())
        if claim is None:
            return done
        _guarded(claim, partial(attempt, claim), clock)
    return limit


def work_side_by_side(
    model: type[Work],
    *,
    begin: Callable[[Claim[Work]], Callable[[], Sent] | None],
    finish: Callable[[Claim[Work], Sent], None],
    clock: Clock,
    limit: int,
    at_once: int,
    seconds: float,
) -> int:
    """Attempt due rows, at most ``at_once`` of them at the same time; returns how many were attempted.

    ``begin`` returns what takes time and touches no database (``None``: nothing is to be done), which then
    runs in a thread of its own; ``finish`` is told what came of it. After ``seconds`` nothing is begun.
    """
    begun, until = 0, monotonic() + seconds
    calls: dict[Future[Sent], Claim[Work]] = {}
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        while True:
            while len(calls) < at_once and begun < limit and monotonic() < until:
                claim = claim_next(model, now=clock())
                if claim is None:
                    break
                begun += 1
                call = _guarded(claim, partial(begin, claim), clock)
                if call is not None:
                    calls[pool.submit(call)] = claim
            if not calls:
                return begun
            done, _ = wait(calls, timeout=LOOK_AGAIN_SECONDS, return_when=FIRST_COMPLETED)
            for ended in done:
                claim = calls.pop(ended)
                _guarded(claim, partial(_finish, finish, claim, ended), clock)


def _finish(finish: Callable[[Claim[Work], Sent], None], claim: Claim[Work], ended: "Future[Sent]") -> None:
    finish(claim, ended.result())


def _guarded(claim: Claim[Work], work: Callable[[], Sent], clock: Clock) -> Sent | None:
    """Do something about a row; one that raises is pushed back and must never hold back the next."""
    try:
        return work()
    except Exception as exc:  # noqa: BLE001 - whatever it is, the others have nothing to do with it
        logger.error("attempt_failed", row=str(claim.row_id), kind=type(exc).__name__)
        push_back(claim, errors=[type(exc).__name__], now=clock())
        return None


def claim_next(model: type[Work], *, now: datetime) -> Claim[Work] | None:
    """Lease the most pressing due row of any clinic with a fresh fencing token; ``None`` when none is due.

    Runs as a function of the schema's owner, the only code that looks across clinics: everything after the
    claim happens inside the row's own clinic.
    """
    with connection.cursor() as cursor:
        claim = f"SELECT row_id, clinic, token FROM {model.CLAIM_FUNCTION}(%s, %s)"  # noqa: S608 - our own name
        cursor.execute(claim, [now, now + settings.CLAIM_LEASE])
        row = cursor.fetchone()
    return Claim(model, *row) if row else None


def renew(claim: Claim[Work], *, now: datetime) -> bool:
    """Lengthen the lease; ``False`` when the row is no longer ours or somebody has answered it."""
    with clinic_scope(claim.clinic_id):
        return claim.held().update(leased_until=now + settings.CLAIM_LEASE) == 1


def settle(
    claim: Claim[Work], *, next_attempt_at: datetime, errors: Sequence[str] = (), now: datetime
) -> None:
    """Close the round and give the row back until its next step."""
    with clinic_scope(claim.clinic_id):
        row = claim.held().first()
        if row is not None:
            released = _released(row, next_attempt_at=next_attempt_at, errors=errors, now=now)
            claim.held().update(round=F("round") + 1, failures=0, round_failing_since=None, **released)


def put_off(claim: Claim[Work], *, until: datetime, now: datetime) -> None:
    """Give the row back untouched, to be attempted later."""
    with clinic_scope(claim.clinic_id):
        row = claim.held().first()
        if row is not None:
            claim.held().update(**_released(row, next_attempt_at=until, errors=(), now=now))


def push_back(claim: Claim[Work], *, errors: Sequence[str], now: datetime) -> None:
    """Give the row back to be tried again in the same round, later with every failure."""
    with clinic_scope(claim.clinic_id):
        row = claim.held().first()
        if row is not None:
            wait = backoff(row.failures + 1)
            claim.held().update(
                failures=row.failures + 1,
                round_failing_since=row.round_failing_since or now,
                **_released(row, next_attempt_at=now + wait, errors=errors, now=now),
            )


def _released(
    row: DueWork, *, next_attempt_at: datetime, errors: Iterable[str], now: datetime
) -> dict[str, object]:
    """No wait runs past the moment at which the row must be looked at again."""
    latest = row.look_again_by
    if latest is not None and latest > now:
        next_attempt_at = min(next_attempt_at, latest)
    return {
        "next_attempt_at": next_attempt_at,
        "leased_until": None,
        "claim_token": None,
        "last_error": ", ".join(errors)[:200],
        "updated_at": now,
    }


def backoff(failures: int) -> timedelta:
    """The wait after so many failures in a row: 5 s, doubling to at most a minute."""
    return timedelta(seconds=min(5 * 2 ** min(failures - 1, 10), 60))
