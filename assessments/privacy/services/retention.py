"""How long things are kept that aren't kept for good: one table, and the pass that goes by it.

Whatever stands in no rule stays: patients, assessments and what followed from them, every history, the access
log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from oauth2_provider.models import clear_expired
from oauth2_provider.settings import oauth2_settings

from assessments.cds import services as cards
from assessments.check_ins.services import links as check_in_links
from assessments.exports.models import Export
from assessments.exports.services import changes, exports
from assessments.webhooks.models import WebhookDelivery
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.api import idempotency
from clinics.identity import allowances
from clinics.identity.models import Clinic

logger = structlog.get_logger(__name__)

#: Rows of one transaction.
BATCH = 1000
ENDED = (Export.State.FAILED, Export.State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Rule:
    """The rows of ``tables`` go once they are older than ``kept_for``; ``forget`` is told the time.

    It returns how many rows went, where that is known.
    """

    tables: tuple[str, ...]
    kept_for: timedelta
    why: str
    forget: Callable[[datetime], int | None]


def forget_what_is_past(*, now: datetime) -> None:
    """Go through every rule; one that fails is logged and never holds up the others."""
    for rule in RULES:
        try:
            count = rule.forget(now)
        except Exception as exc:  # noqa: BLE001 - the next rule has nothing to do with it
            logger.error("retention_failed", table=rule.tables[0], kind=type(exc).__name__)
        else:
            logger.info("retention_done", table=rule.tables[0], rows=count)


def _in_every_clinic(forget_some: Callable[[Clinic], int]) -> int:
    """Batch after batch in each clinic, a transaction each, until one isn't full."""
    total = 0
    for clinic_id in all_clinic_ids():
        full = True
        while full:
            with clinic_scope(clinic_id):
                count = forget_some(Clinic(id=clinic_id))
            total, full = total + count, count >= BATCH
    return total


def _expire_results(now: datetime) -> int:
    def expire(clinic: Clinic) -> int:
        past = clinic.exports.select_for_update().filter(state=Export.State.READY, expires_at__lte=now)
        some = list(past[:BATCH])
        for export in some:
            exports.end(export, state=Export.State.EXPIRED)
        return len(some)

    return _in_every_clinic(expire)


def _forget_exports(now: datetime) -> int:
    def forget(clinic: Clinic) -> int:
        past = clinic.exports.filter(state__in=ENDED, updated_at__lt=now - EXPORTS_KEPT_FOR)
        return clinic.exports.filter(id__in=past.values("id")[:BATCH]).delete()[0]

    return _in_every_clinic(forget)


def _forget_webhooks(now: datetime) -> int:
    """Events with their deliveries and tries; what is still on its way stays."""

    def forget(clinic: Clinic) -> int:
        past = clinic.webhook_events.filter(at__lt=now - WEBHOOKS_KEPT_FOR)
        ended = past.exclude(deliveries__state=WebhookDelivery.State.PENDING)
        some = list(ended.order_by("at").values_list("id", flat=True)[:BATCH])
        clinic.webhook_events.filter(id__in=some).delete()
        return len(some)

    return _in_every_clinic(forget)


def _forget_links(now: datetime) -> int:
    return _in_every_clinic(lambda clinic: check_in_links.forget_links(clinic=clinic, now=now, at_most=BATCH))


def _forget_cards(now: datetime) -> int:
    return _in_every_clinic(lambda clinic: cards.forget_cards(clinic=clinic, now=now, at_most=BATCH))


def _forget_changes(now: datetime) -> int:
    before = now - changes.KEPT_FOR
    return _in_every_clinic(lambda _: changes.forget_changes(before=before, at_most=BATCH))


def _forget_sessions(now: datetime) -> int:
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _forget_tokens(now: datetime) -> None:  # noqa: ARG001 - the toolkit has its own clock
    clear_expired()  # type: ignore[no-untyped-call]


def _forget_sign_ins(now: datetime) -> int:
    before = now - SIGN_INS_KEPT_FOR
    tables: tuple[Any, ...] = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(int(table.objects.filter(attempt_time__lt=before).delete()[0]) for table in tables)


EXPORTS_KEPT_FOR = timedelta(days=90)
WEBHOOKS_KEPT_FOR = timedelta(days=30)
SIGN_INS_KEPT_FOR = timedelta(days=90)
TOKENS_KEPT_FOR = timedelta(
    seconds=oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS + oauth2_settings.REFRESH_TOKEN_EXPIRE_SECONDS
)

RULES = (
    Rule(
        ("clinics_answeredrequest",),
        idempotency.KEPT_FOR,
        "a request is sent again within minutes or never",
        lambda now: idempotency.forget_answered_requests(now=now),
    ),
    Rule(
        ("assessments_exportchunk",),
        exports.KEPT_FOR,
        "a copy of the clinic's data, from the time it is ready; the data itself stays",
        _expire_results,
    ),
    Rule(
        ("assessments_export",),
        EXPORTS_KEPT_FOR,
        "that it was made, and by whom, stays in its history",
        _forget_exports,
    ),
    Rule(
        ("assessments_webhookevent", "assessments_webhookdelivery", "assessments_webhookattempt"),
        WEBHOOKS_KEPT_FOR,
        "what was told to which receiver and what it answered, for looking into a fault; ids and heads only",
        _forget_webhooks,
    ),
    Rule(
        ("assessments_checkinlink",),
        check_in_links.KEPT_FOR,
        "a link that has expired opens nothing; that it was made stays in its history",
        _forget_links,
    ),
    Rule(
        ("assessments_card",),
        cards.KEPT_FOR,
        "a card nobody has answered for so long isn't answered any more; one with feedback stays with it",
        _forget_cards,
    ),
    Rule(
        ("assessments_change",),
        changes.KEPT_FOR,
        "a reader that was away for a year starts afresh with an export",
        _forget_changes,
    ),
    Rule(
        ("django_session",),
        timedelta(seconds=settings.SESSION_COOKIE_AGE),
        "the sign-in has ended",
        _forget_sessions,
    ),
    Rule(
        ("oauth2_provider_accesstoken", "oauth2_provider_refreshtoken", "oauth2_provider_grant"),
        TOKENS_KEPT_FOR,
        "expired tokens open nothing; a used refresh token is kept until it would have expired",
        _forget_tokens,
    ),
    Rule(
        ("clinics_allowance",),
        allowances.KEPT_FOR,
        "what was sent to a destination, or unlocked, on a day counts on that day",
        lambda now: allowances.forget_allowances(now=now),
    ),
    Rule(
        ("axes_accessattempt", "axes_accessfailurelog", "axes_accesslog"),
        SIGN_INS_KEPT_FOR,
        "who signed in, hashes of the names of who didn't, and addresses, for looking into an attack",
        _forget_sign_ins,
    ),
)
