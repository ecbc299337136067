"""`manage.py enrol_authenticator USERNAME`: a second factor for somebody who signs in to the dashboard."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clinics.identity.end_access import end_person_access
from clinics.identity.models import User
from clinics.sign_in.models import Authenticator


class Command(BaseCommand):
    """Sets up a time-based code (RFC 6238) and prints the address for the person's authenticator, once."""

    help = "Set up a one-time code for a person and print the address for their authenticator."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and whether an earlier authenticator is replaced."""
        parser.add_argument("username")
        parser.add_argument("--replace", action="store_true", help="take away the one they have")

    def handle(self, *_: Any, **options: Any) -> None:
        """From now on their password alone signs nobody in; what was got with it alone ends at once."""
        try:
            user = User.objects.get_by_natural_key(options["username"])
        except User.DoesNotExist:
            raise CommandError("There is no such person.") from None
        if options["replace"]:
            Authenticator.objects.filter(user=user).delete()
            user.recovery_codes.all().delete()
        elif Authenticator.objects.filter(user=user, confirmed=True).exists():
            raise CommandError("They have an authenticator; --replace takes it away.")
        device = Authenticator.objects.create(user=user, name="authenticator", confirmed=True)
        end_person_access(user_id=user.pk, now=timezone.now())
        self.stdout.write(device.config_url)
