"""An on-call service such as PagerDuty or Opsgenie, spoken to by Apprise.

The clinic gives an Apprise URL. Of the services that Apprise knows only those of ``ON_CALL_SCHEMAS`` are
taken, and of a URL's options only those that can't mute or merge alerts, switch off TLS's checks or follow
redirects.
"""

import re

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType, PersistentStoreMode
from apprise.exception import AppriseException
from apprise.plugins import NotifyBase, url_to_dict
from django.conf import settings

from backend.platform.outbound.addresses import UnsafeUrlError, public_addresses_only
from backend.platform.outbound.delivery import DeliveryError, Message, within
from backend.platform.outbound.http import refuse_unless_accepted

#: Options that say where and how loudly an alert goes. Not among them: those that close, merge or ignore one.
OPTIONS = frozenset(
    {
        *("region", "priority", "severity", "service", "alerting_scenario", "location", "filtering"),
        *("tags", "to", "route", "group", "class"),
    }
)
_VISIBLE_ASCII = re.compile(r"[!-~]{1,2000}")
#: What the service answered stands nowhere but in the words of the plugin's warning.
_STATUS = re.compile(r"\berror=(\d{3})\b")


class OnCallServiceChannel:
    """One service of a clinic."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, message: Message) -> None:
        """Raise an alert of its own, within ``SEND_TIME_LIMIT``; raises ``DeliveryError``.

        Services merge alerts by title, so the title carries the message's id: a retry is the same alert, the
        next round or another emergency is a new one.
        """
        try:
            service = load(self._url)
        except UnsafeUrlError as exc:
            raise DeliveryError("ServiceNotAllowed", permanent=True) from exc
        within(settings.SEND_TIME_LIMIT, self._url, lambda: _raise_alert(service, message))


def load(url: str) -> NotifyBase:
    """Read an Apprise URL; raises ``UnsafeUrlError``, which repeats nothing of it. Connects to nothing."""
    schema = schema_of(url)
    one = _VISIBLE_ASCII.fullmatch(url) and url.count("://") == 1
    if not one or schema not in settings.ON_CALL_SCHEMAS:
        allowed = ", ".join(settings.ON_CALL_SCHEMAS)
        raise UnsafeUrlError(f"Must be the Apprise URL of one of: {allowed}.")
    parts = url_to_dict(url, secure_logging=True)  # type: ignore[no-untyped-call]
    if not parts or str(parts.get("schema", "")).lower() not in settings.ON_CALL_SCHEMAS:
        raise UnsafeUrlError("The service can't read this URL.")
    if not set(parts.get("qsd", {})) <= OPTIONS:
        raise UnsafeUrlError(f"The only options are: {', '.join(sorted(OPTIONS))}.")
    try:
        service = Apprise.instantiate(parts, asset=_asset(), suppress_exceptions=False)
    except (AppriseException, TypeError, ValueError, AttributeError):
        service = None
    if service is None:
        raise UnsafeUrlError("The service can't read this URL.")
    return service


def schema_of(url: str) -> str:
    """What stands before ``://``, in lower case."""
    schema, _, rest = url.partition("://")
    return schema.lower() if rest else ""


def _raise_alert(service: NotifyBase, message: Message) -> None:
    title = f"{message.subject} [{message.id.hex[-12:]}]"
    body = f"{message.body}\nMessage {message.id}\n"
    if settings.ALLOW_PRIVATE_WEBHOOKS:
        _notify(service, title, body)
        return
    with public_addresses_only() as refused:
        try:
            _notify(service, title, body)
        except DeliveryError:
            if refused:
                raise DeliveryError("PrivateAddress", permanent=True) from None
            raise


def _notify(service: NotifyBase, title: str, body: str) -> None:
    sender = Apprise(service, asset=service.asset)
    result = sender.notify(
        title=title, body=body, notify_type=NotifyType.FAILURE, body_format=NotifyFormat.TEXT
    )
    if result:
        return
    for entry in result.logs():
        if answered := _STATUS.search(entry.message):
            refuse_unless_accepted(int(answered[1]))
    raise DeliveryError("ServiceFailed")


def _asset() -> AppriseAsset:
    """No files, no threads of its own (there is a time limit around it), no redirects, no templates."""
    return AppriseAsset(
        app_id="Return to Run",
        app_desc="Return to Run",
        app_url=settings.BASE_URL,
        async_mode=False,
        service_timeout=0,
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
        allow_templates=False,
        secure_logging=True,
    )
