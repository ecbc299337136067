"""Ask a person into a clinic; whether the service knew them stays between it and them."""

import datetime as dt
import secrets
from collections.abc import Set

from django.db import IntegrityError, transaction

from backend.platform.broker import nudge
from clinics.identity.models import Clinic, Membership, User
from clinics.identity.permissions import check_held, permissions_of

SEND_INVITATIONS = "clinics.tasks.send_due_invitations"


class AlreadyMemberError(Exception):
    """The clinic has a member with this address, who may have left it."""


class NothingToAcceptError(Exception):
    """The member has accepted already, or has left."""


def invite_member(
    *, clinic: Clinic, held: Set[str], email: str, name: str, role: str, now: dt.datetime
) -> Membership:
    """Create the membership, and the person if there is none with this address; a mail brings the link.

    Nothing that is returned depends on whether the person was known: the name is the clinic's own, and the
    membership counts only once its link was followed. Raises ``BeyondOwnError`` and ``AlreadyMemberError``.
    """
    check_held(permissions_of(role), held=held)
    person = _person(email.lower())
    try:
        with transaction.atomic():
            member: Membership = clinic.members.create(
                user=person, role=role, name=name, accepted=False, invitation_due_at=now
            )
    except IntegrityError:
        raise AlreadyMemberError from None
    transaction.on_commit(lambda: nudge(SEND_INVITATIONS))
    return member


def invite_again(*, member: Membership, held: Set[str], now: dt.datetime) -> None:
    """Send the link once more; ``member`` is locked.

    Raises ``BeyondOwnError`` and ``NothingToAcceptError``.
    """
    check_held(permissions_of(member.role), held=held)
    if member.accepted or not member.active:
        raise NothingToAcceptError
    member.invitation_due_at = now
    member.save(update_fields=["invitation_due_at", "updated_at"])
    transaction.on_commit(lambda: nudge(SEND_INVITATIONS))


def _person(email: str) -> User:
    """The person with this address; a new one has no password until the link was followed."""
    known = User.objects.filter(email__iexact=email)
    person = known.first()
    if person is not None:
        return person
    taken = User.objects.filter(username=User.normalize_username(email)).exists()
    try:
        with transaction.atomic():
            return User.objects.create_user(
                f"{email}-{secrets.token_hex(4)}" if taken else email, email=email
            )
    except IntegrityError:  # invited elsewhere in the same moment
        return known.get()
