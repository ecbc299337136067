"""The way back for who has forgotten their password: a link by mail, good for an hour and one use."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from backend.platform.broker import nudge
from backend.platform.outbound.delivery import DeliveryError, send_mail
from backend.platform.refusals import Refusal
from clinics.identity.allowances import AllowanceSpentError, give_back, take
from clinics.identity.lockout import unlock
from clinics.identity.models import User

logger = structlog.get_logger(__name__)

SEND_RESETS = "clinics.tasks.send_due_password_resets"
GOOD_FOR = dt.timedelta(hours=1)
AGAIN_AFTER = dt.timedelta(minutes=1)

_SALT = "clinics.password_reset"


class ResetOverError(Refusal):
    """The link is forged, too old, used, or the person has another password by now."""

    code = "gone"


@dataclass(frozen=True, slots=True)
class Reset:
    """What a link says: whose password, and which one it replaces."""

    person_id: uuid.UUID
    replaces: str

    @classmethod
    def of(cls, person: User) -> "Reset":
        """For the password that the person has now."""
        return cls(person.pk, _mark(person))

    def sealed(self) -> str:
        """The text of the link: signed with the time it was made."""
        return signing.dumps([str(self.person_id), self.replaces], salt=_SALT)

    @classmethod
    def unsealed(cls, sealed: str) -> "Reset":
        """Read a link. Raises ``ResetOverError`` for one that isn't ours or is too old."""
        try:
            person, replaces = signing.loads(sealed, salt=_SALT, max_age=GOOD_FOR)
        except signing.BadSignature:
            raise ResetOverError from None
        return cls(uuid.UUID(person), replaces)


def ask_for_reset(*, email: str, now: dt.datetime) -> None:
    """Have a link mailed to whoever has this address; nothing tells the caller whether anybody has.

    Who has never set a password follows the invitation instead.
    """
    asking = User.objects.filter(email__iexact=email, is_active=True, is_staff=True).exclude(email="")
    asking.update(password_reset_due_at=now)
    transaction.on_commit(lambda: nudge(SEND_RESETS))


@contextmanager
def resetting_person(sealed: str) -> Iterator[User]:
    """Yield the person of a link that is still good, locked. Raises ``ResetOverError``."""
    reset = Reset.unsealed(sealed)
    with transaction.atomic():
        person = User.objects.select_for_update().filter(pk=reset.person_id, is_active=True).first()
        if person is None or not constant_time_compare(_mark(person), reset.replaces):
            raise ResetOverError
        yield person


def reset_password(*, person: User, password: str) -> None:
    """Set another password, which ends whatever rests on the old one, and let the person try to sign in.

    The one-time code is asked for there as before. Call it inside ``resetting_person``.
    """
    person.set_password(password)
    person.save()
    unlock(person.get_username())
    logger.info("password_reset", person=str(person.pk))


def send_due_resets(*, now: dt.datetime) -> int:
    """Mail what is due; returns how many were sent.

    The next try is stored before a mail leaves, and no transaction is open while it does.
    """
    sent = 0
    while (claim := _claim_next(now)) is not None:
        sent += _send(claim, now)
    return sent


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail to be sent now; ``again_at`` stands in the row and makes it this worker's until then."""

    person: User
    again_at: dt.datetime | None


def _claim_next(now: dt.datetime) -> _Claim | None:
    """The next one that is to be sent; ``None`` when none is due.

    The address of one that isn't has had its mails of the day: nobody is told.
    """
    with transaction.atomic():
        while (person := _next_due(now)) is not None:
            due_at = person.password_reset_due_at
            again_at = now + AGAIN_AFTER if due_at is not None and now < due_at + GOOD_FOR else None
            try:
                take(**_counted(person), now=now)
            except AllowanceSpentError:
                _set_due(person, None)
                continue
            _set_due(person, again_at)
            return _Claim(person, again_at)
    return None


def _next_due(now: dt.datetime) -> User | None:
    """The person who has waited longest, locked."""
    due = User.objects.filter(password_reset_due_at__lte=now).order_by("password_reset_due_at")
    return due.select_for_update(skip_locked=True).first()


def _set_due(person: User, at: dt.datetime | None, **still: Any) -> None:
    User.objects.filter(pk=person.pk, **still).update(password_reset_due_at=at)


def _send(claim: _Claim, now: dt.datetime) -> bool:
    """Whether the mail left."""
    person = claim.person
    mail = EmailMessage(
        subject="Choose another password for Return to Run",
        body=_body(person),
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        send_mail(mail, target=str(person.pk))
    except DeliveryError as exc:
        logger.warning("password_reset_not_sent", person=str(person.pk), kind=exc.reason)
        give_back(**_counted(person), now=now)
        return False
    _set_due(person, None, password_reset_due_at=claim.again_at)
    return True


def _counted(person: User) -> dict[str, str]:
    return {"kind": "password_reset", "destination": person.email}


def _body(person: User) -> str:
    link = settings.BASE_URL + reverse("password-reset", args=[Reset.of(person).sealed()])
    return (
        "Somebody asked for another password for Return to Run.\n\n"
        f"Your user name is {person.username}. Open this link to choose one:\n\n{link}\n\n"
        "It is good for an hour and works once. If it wasn't you, do nothing: your password stays as it is.\n"
    )


def _mark(person: User) -> str:
    """Changes with the password, and says nothing about it."""
    text = f"{person.pk}:{person.password}"
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:32]
