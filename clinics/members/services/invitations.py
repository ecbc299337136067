"""Ask a person into a clinic, mail the link, take them in; whether we knew them stays between us and them."""

import datetime as dt
import secrets
import uuid
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.urls import reverse

from backend.platform.broker import nudge
from backend.platform.outbound.delivery import DeliveryError, send_mail
from backend.platform.refusals import Refusal
from backend.platform.storage.history import note_person
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.allowances import AllowanceSpentError, give_back, take
from clinics.identity.models import Clinic, Membership, User
from clinics.identity.permissions import check_held, permissions_of

SEND_INVITATIONS = "clinics.tasks.send_due_invitations"


class AlreadyMemberError(Refusal):
    """The clinic has a member with this address, who may have left it."""

    pointer, fault, field = "/email", "not_unique", "email"
    words = "A member of the clinic has this address."
    spoken = "A member of the clinic has this address already."


class NothingToAcceptError(Refusal):
    """The member has accepted already, or has left."""

    words = "They have accepted already, or have left."


def invite_member(
    *, clinic: Clinic, held: Set[str], email: str, name: str, role: str, now: dt.datetime
) -> Membership:
    """Create the membership, and the person if there is none with this address; a mail brings the link.

    Nothing that is returned depends on whether the person was known: the name is the clinic's own, and the
    membership counts only once its link was followed. Raises ``BeyondOwnError`` and ``AlreadyMemberError``.
    """
    check_held(permissions_of(role), held=held, pointer="/role")
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


_SALT = "clinics.invitation"


class InvitationOverError(Refusal):
    """The link is forged, too old, used, or its member has left meanwhile."""

    code = "gone"


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


logger = structlog.get_logger(__name__)

AGAIN_AFTER = dt.timedelta(minutes=5)
TRIED_FOR = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Claim:
    """An invitation to be sent now; ``again_at`` stands in its row and makes it this worker's until then."""

    member: Membership
    again_at: dt.datetime


def send_due_invitations(*, now: dt.datetime) -> int:
    """Send what is due in every clinic; returns how many were sent.

    The next try is stored before a mail leaves, and no transaction is open while it does: two workers never
    send the same one, and one that dies, or a mail server that is silent, delays it and nothing else.
    """
    sent = 0
    for clinic_id in all_clinic_ids():
        while (claim := _claim_next(clinic_id, now)) is not None:
            sent += _send(claim, now)
    return sent


def _claim_next(clinic_id: uuid.UUID, now: dt.datetime) -> _Claim | None:
    """The next one that is to be sent; ``None`` when none is due."""
    with clinic_scope(clinic_id):
        while (member := _next_due(clinic_id, now)) is not None:
            if not member.active or member.accepted:
                _set_due(member, None)
                continue
            try:
                take(**_counted(member), now=now)
            except AllowanceSpentError as exc:
                _set_due(member, exc.until)
                continue
            _set_due(member, now + AGAIN_AFTER)
            return _Claim(member, now + AGAIN_AFTER)
    return None


def _next_due(clinic_id: uuid.UUID, now: dt.datetime) -> Membership | None:
    """The member who has waited longest, locked."""
    due = Membership.objects.filter(clinic_id=clinic_id, invitation_due_at__lte=now)
    rows = due.select_related("clinic", "user").select_for_update(of=("self",), skip_locked=True)
    return rows.order_by("invitation_due_at").first()


def _set_due(member: Membership, at: dt.datetime | None, **still: Any) -> None:
    """Around save(): when a mail left is no change of the member that anybody reads."""
    Membership.objects.filter(id=member.id, **still).update(invitation_due_at=at)


def _send(claim: _Claim, now: dt.datetime) -> bool:
    """Whether the mail left; one that didn't is tried again until the invitation is a day old."""
    member = claim.member
    mail = EmailMessage(
        subject=f"{member.clinic.name} invites you to Return to Run",
        body=_body(member),
        to=[member.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        send_mail(mail, target=str(member.id))
    except DeliveryError as exc:
        logger.warning("invitation_not_sent", member=str(member.id), kind=exc.reason)
        sent = False
    else:
        sent = True
    with clinic_scope(member.clinic_id):
        if not sent:
            give_back(**_counted(member), now=now)
        if sent or now >= member.updated_at + TRIED_FOR:
            _set_due(member, None, invitation_due_at=claim.again_at)
    return sent


def _counted(member: Membership) -> dict[str, str]:
    return {"kind": "invitation", "destination": member.user.email}


def _body(member: Membership) -> str:
    link = settings.BASE_URL + reverse("invitation", args=[Invitation.of(member).sealed()])
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    return (
        f"{member.clinic.name} invites you to work in Return to Run as "
        f"{member.get_role_display().lower()}.\n\n"
        f"Your user name is {member.user.username}. Open this link to accept:\n\n{link}\n\n"
        f"It is good for {days} days and works once. If you don't know this clinic, do nothing.\n"
    )
