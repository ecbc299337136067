"""Look up the keys that clinics' software publishes: outside every request and every transaction."""

import uuid
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import structlog
from django.conf import settings
from django.db import connection

from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.models import PublishedKeys
from clinics.clients.services.key_sets import (
    EVERY,
    KeysUnavailableError,
    UnfitKeysError,
    published_keys,
    read_keys,
    taken_wishes,
)
from clinics.identity.models import ApiClient

logger = structlog.get_logger(__name__)

#: Addresses that one pass asks at the same time, and how long it goes on beginning, in seconds.
AT_ONCE, TURN_SECONDS = 8, 30.0


@dataclass(frozen=True, slots=True)
class _Claim:
    row_id: uuid.UUID
    clinic_id: uuid.UUID
    address: str
    until: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    keys: str = ""
    failure: str = ""


def look_up_due_keys(*, clock: Callable[[], datetime]) -> int:
    """Look up what is due or what a request needs; returns how many addresses were asked.

    An address is asked once at a time and once a minute, whoever wants it and however it fails. Safe to run
    twice at once and after any crash.
    """
    begun, until, wanted = 0, monotonic() + TURN_SECONDS, taken_wishes()
    calls: dict[Future[_Found], _Claim] = {}
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        while True:
            while len(calls) < AT_ONCE and monotonic() < until:
                claim = _claim(wanted, now=clock())
                if claim is None:
                    break
                begun += 1
                calls[pool.submit(_look_up, claim.address)] = claim
            if not calls:
                return begun
            done, _ = wait(calls, return_when=FIRST_COMPLETED)
            for ended in done:
                _store(calls.pop(ended), ended.result(), now=clock())


def _claim(wanted: list[uuid.UUID], *, now: datetime) -> _Claim | None:
    until = now + settings.CLAIM_LEASE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_id, clinic, place FROM claim_key_look_up(%s, %s, %s::uuid[])", [now, until, wanted]
        )
        row = cursor.fetchone()
    return _Claim(row[0], row[1], row[2], until) if row else None


def _look_up(address: str) -> _Found:
    """Ask, without the database. Whatever is wrong is a failure that is remembered."""
    try:
        text = published_keys(address).decode()
        read_keys(text)
    except KeysUnavailableError:
        return _Found(failure="no_answer")
    except (UnfitKeysError, UnicodeDecodeError):
        return _Found(failure="no_keys")
    return _Found(keys=text)


def _store(claim: _Claim, found: _Found, *, now: datetime) -> None:
    """Keep what was found while the row is ours; an address that nobody registers any more is forgotten."""
    with clinic_scope(claim.clinic_id):
        kept = PublishedKeys.objects.select_for_update().filter(id=claim.row_id, leased_until=claim.until)
        row = kept.first()
        if row is None:
            return
        clients = ApiClient.objects.filter(clinic_id=claim.clinic_id, client_jwks_uri=claim.address)
        if not clients.exclude(allowed_scopes="").exists():
            row.delete()
            return
        row.leased_until, row.looked_at, row.due_at, row.failure = None, now, now + EVERY, found.failure
        if found.keys:
            row.keys, row.read_at = found.keys, now
        row.save()
    if found.failure:
        logger.warning("published_keys_not_read", row=str(claim.row_id), reason=found.failure)
