"""Mail the links of invitations; what couldn't be sent is tried again until it is a day old.

An address gets three a day over all clinics; a fourth waits for the next day, and nobody is told.
"""

import datetime as dt
import smtplib
import uuid

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from clinics.models import Membership
from clinics.services.accept_invitation import Invitation
from clinics.services.allowances import AllowanceSpentError, give_back, take
from clinics.tenancy import all_clinic_ids, clinic_scope

logger = structlog.get_logger(__name__)

AGAIN_AFTER = dt.timedelta(minutes=5)
TRIED_FOR = dt.timedelta(days=1)


def send_due_invitations(*, now: dt.datetime) -> int:
    """Send what is due in every clinic; returns how many were sent.

    Each in a transaction of its own, its row locked: two workers never send the same one, and a worker that
    dies leaves it due.
    """
    sent = 0
    for clinic_id in all_clinic_ids():
        while (left := _send_next(clinic_id, now)) is not None:
            sent += left
    return sent


def _send_next(clinic_id: uuid.UUID, now: dt.datetime) -> bool | None:
    """Whether the next one was sent; ``None`` when none is due."""
    with clinic_scope(clinic_id):
        due = Membership.objects.filter(clinic_id=clinic_id, invitation_due_at__lte=now)
        rows = due.select_related("clinic", "user").select_for_update(of=("self",), skip_locked=True)
        member = rows.order_by("invitation_due_at").first()
        if member is None:
            return None
        again, sent = None, False
        if member.active and not member.accepted:
            try:
                sent = _sent(member, now)
                again = now + AGAIN_AFTER if not sent and now < member.updated_at + TRIED_FOR else None
            except AllowanceSpentError as exc:
                again = exc.until
        # Around save(): when a mail left is no change of the member that anybody reads.
        Membership.objects.filter(id=member.id).update(invitation_due_at=again)
        return sent


def _sent(member: Membership, now: dt.datetime) -> bool:
    """Whether the mail left; raises ``AllowanceSpentError`` once the address has had its mails of the day."""
    counted = {"kind": "invitation", "destination": member.user.email}
    take(**counted, now=now)
    mail = EmailMessage(
        subject=f"{member.clinic.name} invites you to Return to Run",
        body=_body(member),
        to=[member.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as exc:
        logger.warning("invitation_not_sent", member=str(member.id), kind=type(exc).__name__)
        give_back(**counted, now=now)
        return False
    return True


def _body(member: Membership) -> str:
    link = settings.BASE_URL + reverse("invitation", args=[Invitation.of(member).sealed()])
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    return (
        f"{member.clinic.name} invites you to work in Return to Run as "
        f"{member.get_role_display().lower()}.\n\n"
        f"Your user name is {member.user.username}. Open this link to accept:\n\n{link}\n\n"
        f"It is good for {days} days and works once. If you don't know this clinic, do nothing.\n"
    )
