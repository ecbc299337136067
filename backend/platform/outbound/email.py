"""Mail, through whatever backend the operator configured."""

from django.core.mail import EmailMessage

from backend.platform.outbound.delivery import Message, send_mail


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
        send_mail(mail, target=str(message.id))
