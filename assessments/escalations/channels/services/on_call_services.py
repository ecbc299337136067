"""The services that a clinic has told about its escalations: add, change, remove, try."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from assessments.escalations.channels.apprise import OnCallServiceChannel, load, schema_of
from assessments.escalations.channels.models import OnCallService
from assessments.escalations.channels.registry import ChannelKind
from assessments.escalations.channels.webhook import WebhookChannel
from backend.platform.outbound.addresses import read_url
from backend.platform.outbound.delivery import Channel, DeliveryError, Message
from backend.platform.outbound.http import new_secret
from backend.platform.refusals import Refusal
from backend.platform.secrets import NoEncryptionKeyError, UnreadableSecretError, decrypt, encrypt
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.allowances import take
from clinics.identity.models import Clinic

Kind = OnCallService.Kind
TestResult = OnCallService.TestResult

#: Each is called in every round; a ladder that pages more than this pages nobody in particular.
MOST_SERVICES = 10
#: A short address would be given away by its end.
_LONG_ENOUGH = 20


class TestUnderwayError(Refusal):
    """A test message of the clinic is being sent, for as long as it may take at the longest."""

    code = "throttled"
    words = "A test message is being sent: wait for what comes of it."

    @property
    def retry_after(self) -> int:
        """The longest that it may take."""
        return int(settings.SEND_TIME_LIMIT)


class TooManyServicesError(Refusal):
    """The clinic has ``MOST_SERVICES`` already."""

    words = f"A clinic has at most {MOST_SERVICES} services."


def add_on_call_service(*, clinic: Clinic, details: Mapping[str, Any]) -> tuple[OnCallService, str]:
    """Store a service from ``name``, ``kind``, ``url``, ``urgencies``, ``enabled``.

    Returns it with the key that signs its messages, to be shown this once; empty unless it is a webhook.
    Raises ``UnsafeUrlError``, ``TooManyServicesError``, ``NoEncryptionKeyError``.
    """
    Clinic.objects.select_for_update().get(pk=clinic.pk)  # two at once mustn't both be the last
    if clinic.on_call_services.count() >= MOST_SERVICES:
        raise TooManyServicesError
    key = new_secret() if details["kind"] == Kind.WEBHOOK else ""
    service = OnCallService(clinic=clinic, sealed_key=encrypt(key) if key else "")
    _set(service, details)
    service.save(force_insert=True)
    return service, key


def change_on_call_service(*, service: OnCallService, changes: Mapping[str, Any]) -> None:
    """Store what is given; call it with the row locked. A new address is an untested one.

    Escalations already open keep calling what their ladder held. Raises ``UnsafeUrlError`` and
    ``NoEncryptionKeyError``.
    """
    _set(service, changes)
    if "url" in changes:
        service.tested_at = service.test_latency_ms = None
        service.test_result = service.test_reason = ""
    service.save()


def remove_on_call_service(*, service: OnCallService) -> None:
    """Remove it with its secrets; an open escalation that would call it calls the next people instead."""
    service.delete()


def _set(service: OnCallService, details: Mapping[str, Any]) -> None:
    for name in {"name", "kind", "urgencies", "enabled"} & details.keys():
        setattr(service, name, details[name])
    if "url" in details:
        url = details["url"]
        check_address(service.kind, url)
        secret = url.partition("://")[2].partition("?")[0].rstrip("/")
        service.schema = schema_of(url)
        service.ending = secret[-4:] if len(secret) >= _LONG_ENOUGH else ""
        service.sealed_url = encrypt(url)


def check_address(kind: str, url: str) -> None:
    """Raise ``UnsafeUrlError`` for an address that this kind of service can't have. Connects to nothing."""
    if kind == Kind.WEBHOOK:
        read_url(url)
    else:
        load(url)


def channel_of(service: OnCallService) -> Channel:
    """Return what speaks to it; raises ``DeliveryError`` when its secrets can't be read."""
    try:
        url = decrypt(service.sealed_url)
        if service.kind == Kind.WEBHOOK:
            return WebhookChannel(url, [decrypt(service.sealed_key)])
    except (UnreadableSecretError, NoEncryptionKeyError) as exc:
        raise DeliveryError("UnreadableSecret", permanent=True) from exc
    return OnCallServiceChannel(url)


class ServicesOfClinic(ChannelKind):
    """The clinic's own services: chat, pager, webhook. They are called side by side, and are nobody yet."""

    code, label = "on_call_service", "On-call service"
    reaches_people, side_by_side = False, True

    def of_clinic(self, clinic: Clinic, urgency: str) -> Iterable[tuple[str, str]]:
        """Those that are told about this urgency, one statement."""
        enabled = clinic.on_call_services.filter(enabled=True, urgencies__contains=[urgency]).order_by("id")
        return [(str(service_id), name) for service_id, name in enabled.values_list("id", "name")]

    def opened(self, clinic_id: uuid.UUID, address: str) -> Channel:
        """What speaks to the service of that id, its secrets read now."""
        with clinic_scope(clinic_id):
            service = OnCallService.objects.filter(clinic_id=clinic_id, id=address).first()
        if service is None:
            raise DeliveryError("ServiceRemoved", permanent=True)
        return channel_of(service)


def try_on_call_service(*, service: OnCallService, now: datetime) -> None:
    """Send a test message and store what came of it; takes up to ``SEND_TIME_LIMIT``.

    The only call out of the service that a request waits for: a person pressed for it, and a clinic has one
    at a time, so that its silent services leave the other threads to everybody else. Raises
    ``TestUnderwayError`` and ``AllowanceSpentError``.
    """
    if not _is_only_test(service.clinic_id):
        raise TestUnderwayError
    take(kind="on_call_test", destination=f"{service.clinic_id} {_destination(service)}", now=now)
    begun = monotonic()
    service.test_result, service.test_reason = TestResult.SENT, ""
    try:
        channel_of(service).send(_test_message(service))
    except DeliveryError as exc:
        service.test_result = TestResult.REFUSED if exc.permanent else TestResult.FAILED
        service.test_reason = exc.reason[:200]
    service.tested_at = now
    service.test_latency_ms = round((monotonic() - begun) * 1000)
    service.save()


def _is_only_test(clinic_id: uuid.UUID) -> bool:
    """Whether no other test of the clinic is being sent; none can be until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"on_call_test {clinic_id}"]
        )
        return bool(cursor.fetchone()[0])


def _destination(service: OnCallService) -> str:
    """The host of a webhook, the vendor of any other: what isn't changed by adding it once more."""
    try:
        address = decrypt(service.sealed_url) if service.kind == Kind.WEBHOOK else ""
    except (UnreadableSecretError, NoEncryptionKeyError):
        address = ""
    return urlsplit(address).hostname or service.schema


def _test_message(service: OnCallService) -> Message:
    clinic = service.clinic.name
    return Message(
        id=uuid.uuid4(),
        address=str(service.id),
        subject=f"Test: nothing has happened - {clinic}",
        body=f"Test: nothing has happened\n\nClinic: {clinic}\n",
        event="on_call_service.test",
        about=service.id,
    )
