"""`manage.py unlock USERNAME`: let in somebody who is shut out after too many wrong passwords or codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.identity.lockout import unlock
from clinics.identity.models import User


class Command(BaseCommand):
    """For when no admin of the clinic can be reached, or the admin is shut out themselves."""

    help = "Forget the wrong attempts to sign in as a person; their password is asked for as before."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who."""
        parser.add_argument("username")

    def handle(self, *_: Any, username: str, **__: Any) -> None:
        """Say how many records of wrong attempts there were."""
        try:
            User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            raise CommandError("There is no such person.") from None
        self.stdout.write(f"{unlock(username)} records of wrong attempts are forgotten.")
