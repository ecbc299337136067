"""Tell a clinic by mail that an endpoint hears nothing any more, or has been failing for a day."""

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.urls import reverse

from assessments.webhooks.models import WebhookEndpoint
from backend.platform.outbound.delivery import DeliveryError, Message
from backend.platform.outbound.email import EmailChannel
from backend.platform.storage.due_work import Clock
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.clinicians import working_members
from clinics.identity.models import Role

logger = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(minutes=5)
Notice = WebhookEndpoint.Notice

_SUBJECTS = {
    Notice.GONE: "A webhook endpoint was switched off",
    Notice.FAILING: "A webhook endpoint has been failing for a day",
}
_SAID = {
    Notice.GONE: "It answered 410 Gone, which says that it is no more, and is told nothing from now on. "
    "Switch it on again when that was a mistake, and have what it missed sent again.",
    Notice.FAILING: "It goes on being tried. Each event is given up after about three days and can be sent "
    "again for thirty.",
}


def send_due_notices(*, clock: Clock) -> int:
    """Mail what is due in every clinic; returns how many endpoints were written about.

    The next try is stored before a mail leaves, so that a process that dies, or a mail server that refuses,
    delays it and nothing else.
    """
    return sum(_send(clinic_id, clock()) for clinic_id in all_clinic_ids())


def _send(clinic_id: uuid.UUID, now: datetime) -> int:
    with clinic_scope(clinic_id):
        due = WebhookEndpoint.objects.filter(clinic_id=clinic_id, notice_due_at__lte=now)
        endpoints = list(
            due.select_related("clinic").select_for_update(of=("self",), no_key=True, skip_locked=True)
        )
        due.filter(id__in=[one.id for one in endpoints]).update(notice_due_at=now + AGAIN_AFTER)
        addresses = _addresses(endpoints)
    return sum(_tell(endpoint, addresses) for endpoint in endpoints)


def _addresses(endpoints: list[WebhookEndpoint]) -> list[str]:
    """The clinic's admins; the operator where none has an address."""
    if not endpoints:
        return []
    admins = working_members(endpoints[0].clinic).filter(role=Role.ADMIN).exclude(user__email="")
    return list(admins.values_list("user__email", flat=True)) or list(settings.OPERATOR_EMAILS)


def _tell(endpoint: WebhookEndpoint, addresses: list[str]) -> int:
    """Whether everybody's mail left."""
    channel = EmailChannel()
    try:
        for address in addresses:
            channel.send(_message(endpoint, address))
    except DeliveryError as exc:
        logger.warning("notice_not_sent", endpoint=str(endpoint.id), reason=exc.reason)
        return 0
    with clinic_scope(endpoint.clinic_id):
        same = WebhookEndpoint.objects.filter(id=endpoint.id, notice=endpoint.notice)
        same.update(notice_due_at=None)
    return 1


def _message(endpoint: WebhookEndpoint, address: str) -> Message:
    notice, clinic = Notice(endpoint.notice), endpoint.clinic.name
    since = endpoint.disabled_at or endpoint.failing_since
    called = endpoint.description or urlsplit(endpoint.url).hostname
    link = settings.BASE_URL + reverse("settings-webhook", args=[endpoint.id])
    body = f"{_SUBJECTS[notice]}: {called}\n\nClinic: {clinic}\nOpen it: {link}\n\n{_SAID[notice]}\n"
    return Message(
        id=uuid.uuid5(endpoint.id, f"{notice} {since} {address}"),
        address=address,
        subject=f"{_SUBJECTS[notice]} - {clinic}",
        body=body,
        event="webhook_endpoint.notice",
        about=endpoint.id,
    )
