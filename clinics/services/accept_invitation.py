"""The link of an invitation: signed, good for three days and one use, read before any clinic is entered."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core import signing

from backend.platform.storage.history import note_person
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Membership

_SALT = "clinics.invitation"


class InvitationOverError(Exception):
    """The link is forged, too old, used, or its member has left meanwhile."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link says: which membership, and the address that it was sent to."""

    clinic_id: uuid.UUID
    member_id: uuid.UUID
    email: str

    @classmethod
    def of(cls, member: Membership) -> "Invitation":
        """The invitation of one member."""
        return cls(member.clinic_id, member.id, member.user.email)

    def sealed(self) -> str:
        """The text of the link: signed with the time it was made."""
        return signing.dumps([str(self.clinic_id), str(self.member_id), self.email], salt=_SALT)

    @classmethod
    def unsealed(cls, sealed: str) -> "Invitation":
        """Read a link. Raises ``InvitationOverError`` for one that isn't ours or is too old."""
        try:
            clinic, member, email = signing.loads(sealed, salt=_SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
        except signing.BadSignature:
            raise InvitationOverError from None
        return cls(uuid.UUID(clinic), uuid.UUID(member), email)


@contextmanager
def invited_member(sealed: str) -> Iterator[Membership]:
    """Yield the member of a link that is still good, locked, inside their clinic's transaction.

    Raises ``InvitationOverError``.
    """
    invitation = Invitation.unsealed(sealed)
    with clinic_scope(invitation.clinic_id):
        waiting = Membership.objects.filter(
            id=invitation.member_id,
            clinic_id=invitation.clinic_id,
            active=True,
            accepted=False,
            user__is_active=True,
            user__email=invitation.email,
        )
        member = waiting.select_related("clinic", "user").select_for_update(of=("self", "user")).first()
        if member is None:
            raise InvitationOverError
        yield member


def accept_invitation(*, member: Membership, password: str | None, request_id: str) -> None:
    """Let the member work here from now on.

    ``password`` is for a person who has none yet, and nobody else: an invitation never changes an account
    that somebody uses. Call it inside ``invited_member``.
    """
    note_person(member.user_id, request_id=request_id)
    member.accepted, member.invitation_due_at = True, None
    member.save(update_fields=["accepted", "invitation_due_at", "updated_at"])
    person = member.user
    person.is_staff = True  # may sign in; what they see comes from the membership
    if not person.has_usable_password():
        if password is None:
            raise ValueError("A person without a password needs one.")
        person.set_password(password)
        person.first_name = person.first_name or member.name[:150]
    person.save()
