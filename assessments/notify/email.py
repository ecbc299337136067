"""Mail, through whatever backend the operator configured."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from assessments.notify.channel import DeliveryError, Message
from assessments.notify.time_limit import within

#: SMTP's replies from here on are final (RFC 5321, 4.2.1).
_FINAL = 500


class EmailChannel:
    """One mail a message; the message id becomes the ``Message-ID`` header."""

    def send(self, message: Message) -> None:
        """Send within ``SEND_TIME_LIMIT``; raises ``DeliveryError``."""
        mail = EmailMessage(
            subject=message.subject,
            body=message.body,
            to=[message.address],
            headers={"Message-ID": f"<{message.id}@return-to-run>", "Auto-Submitted": "auto-generated"},
        )
        try:
            within(settings.SEND_TIME_LIMIT, str(message.id), lambda: _send(mail))
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
