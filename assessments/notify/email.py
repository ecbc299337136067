"""Mail, through whatever backend the operator configured."""

import smtplib

from django.core.mail import EmailMessage

from assessments.notify.channel import DeliveryError, Message


class EmailChannel:
    """One mail a message; the message id becomes the ``Message-ID`` header."""

    def send(self, message: Message) -> None:
        """Send within ``EMAIL_TIMEOUT`` seconds; raises ``DeliveryError``."""
        mail = EmailMessage(
            subject=message.subject,
            body=message.body,
            to=[message.address],
            headers={"Message-ID": f"<{message.id}@return-to-run>", "Auto-Submitted": "auto-generated"},
        )
        try:
            mail.send()
        except (smtplib.SMTPException, OSError) as exc:
            raise DeliveryError(type(exc).__name__) from exc
