"""Send one mail the way emergencies are sent: `manage.py send_test_mail somebody@example.org`."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backend.platform.outbound.delivery import DeliveryError, Message
from backend.platform.outbound.email import EmailChannel

_WORDS = (
    "The operator of Return to Run at {address} tries whether its mail arrives.\n\n"
    "Nothing has happened, and there is nothing to do.\n"
)


class Command(BaseCommand):
    """Sends through the channel of escalations; ends with 1 when the mail didn't leave."""

    help = "Send a mail to an address, to see that the mail server takes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom to send it to."""
        parser.add_argument("address", help="where the mail goes")

    def handle(self, *_: Any, address: str, **__: Any) -> None:
        """Say which server took it; taken isn't arrived, so look into the mailbox."""
        number = uuid.uuid4()
        body = _WORDS.format(address=settings.BASE_URL)
        message = Message(number, address, "Return to Run: a test", body, "test", number)
        try:
            EmailChannel().send(message)
        except DeliveryError as exc:
            cause = exc.__cause__
            raise CommandError(f"It did not leave: {exc.reason}: {cause}") from None
        host = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        self.stdout.write(
            f"{host} has taken it, as from {settings.DEFAULT_FROM_EMAIL}. Look whether it arrives."
        )
