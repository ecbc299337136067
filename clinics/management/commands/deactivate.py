"""`manage.py deactivate USERNAME`: let somebody in nowhere any more, whichever clinics they belong to."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinics.identity.end_access import deactivate_person
from clinics.identity.models import User


class Command(BaseCommand):
    """For when an account is in wrong hands; a clinic's admin lets its own members go without it."""

    help = "Shut a person out of all clinics; sessions, tokens and codes end at once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and whether they are taken back."""
        parser.add_argument("username")
        parser.add_argument("--take-back", action="store_true", help="let them sign in anew")

    def handle(self, *_: Any, username: str, take_back: bool, **__: Any) -> None:
        """Say what follows for who counts on them."""
        try:
            person = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            raise CommandError("There is no such person.") from None
        if take_back:
            User.objects.filter(pk=person.pk).update(is_active=True)
            self.stdout.write("They may sign in again; nothing of before has come back.")
            return
        deactivate_person(user=person, now=timezone.now())
        self.stdout.write(
            "They are out, in every clinic. See who is on call: nobody is reached through them."
        )
