"""What every call out of the service is held to: a hard limit on its time, whatever the other side does.

Socket timeouts bound one silence; a server that says a byte every few seconds outlasts them. Past the limit
the caller goes on and the send is left to itself: it may still succeed, under the same message id.
"""

import smtplib
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage

#: SMTP's replies from here on are final (RFC 5321, 4.2.1).
_FINAL = 500

_left_behind: dict[str, threading.Thread] = {}


class DeliveryError(Exception):
    """The message didn't leave; ``reason`` names the kind of failure, never its content.

    ``permanent``: the same message to the same target would fail again, so that others must be told now.
    """

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


def within(
    seconds: float, target: str, send: Callable[[], None], *, abort: Callable[[], None] | None = None
) -> None:
    """Call ``send`` in a thread of its own; raises what it raises, or ``DeliveryError`` after ``seconds``.

    ``abort`` is called then, for whoever can end the send. A target whose last send still hangs gets no
    second one beside it, so that what is left behind can't pile up.
    """
    if (hanging := _left_behind.get(target)) is not None and hanging.is_alive():
        raise DeliveryError("StillHanging")
    failure: list[BaseException] = []

    def run() -> None:
        try:
            send()
        except BaseException as exc:  # noqa: BLE001 - raised again by the caller
            failure.append(exc)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        _left_behind[target] = thread
        if abort is not None:
            abort()
        raise DeliveryError("TimeLimit")
    _left_behind.pop(target, None)
    if failure:
        raise failure[0]


def send_mail(mail: EmailMessage, *, target: str) -> None:
    """Send a mail within ``SEND_TIME_LIMIT``; raises ``DeliveryError``. ``target`` says which one it is."""
    try:
        within(settings.SEND_TIME_LIMIT, target, lambda: _send(mail))
    except (smtplib.SMTPException, OSError, ValueError) as exc:
        raise DeliveryError(type(exc).__name__, permanent=_is_final(exc)) from exc


def _send(mail: EmailMessage) -> None:
    mail.send()


def _is_final(exc: Exception) -> bool:
    """Whether the mail server refused this recipient or this message for good.

    Anything it says of itself or of us (no connection, wrong password, sender refused) may be put right
    within minutes and is tried again.
    """
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        return all(code >= _FINAL for code, _ in exc.recipients.values())
    if isinstance(exc, smtplib.SMTPDataError):
        return exc.smtp_code >= _FINAL
    return isinstance(exc, ValueError)  # an address that no mail can be addressed to


@dataclass(frozen=True, slots=True)
class Message:
    """A message without health data. ``id`` stays the same across retries, so receivers can tell.

    ``event`` says for programs what it is about, ``about`` is the id of that row.
    """

    id: uuid.UUID
    address: str
    subject: str
    body: str
    event: str
    about: uuid.UUID


class Channel(Protocol):
    """Sends within a hard time limit."""

    def send(self, message: Message) -> None:
        """Send one message; raises ``DeliveryError``."""
