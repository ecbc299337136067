"""Mail to members and to the operator, through whatever backend the operator configured."""

import uuid
from collections.abc import Iterable

from django.conf import settings

from assessments.escalations.channels.registry import ChannelKind
from backend.platform.outbound.delivery import Channel
from backend.platform.outbound.email import EmailChannel
from clinics.identity.models import Membership


class Mail(ChannelKind):
    """One mail server takes them one after the other."""

    code, label = "email", "E-mail"
    reaches_people, side_by_side = True, False

    def address_of(self, member: Membership) -> str:
        """The address that they sign in with."""
        return member.user.email

    def of_operator(self) -> Iterable[str]:
        """Those of ``OPERATOR_EMAILS``."""
        return settings.OPERATOR_EMAILS

    def opened(self, clinic_id: uuid.UUID, address: str) -> Channel:  # noqa: ARG002
        """The same for every address."""
        return EmailChannel()
