"""Mail the links of invitations; what couldn't be sent is tried again until it is a day old.

An address gets three a day over all clinics; a fourth waits for the next day, and nobody is told.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from backend.platform.outbound.delivery import DeliveryError, send_mail
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.allowances import AllowanceSpentError, give_back, take
from clinics.identity.models import Membership
from clinics.services.accept_invitation import Invitation

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
