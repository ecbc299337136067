"""Encrypt every stored secret with the first of ENCRYPTION_KEYS: `manage.py rotate_encryption_keys`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinics.services.rotate_secrets import rotate_secrets


class Command(BaseCommand):
    """Run it after a new key was put in front and every process restarted; then the old keys can go."""

    help = "Encrypt every stored secret with the first of ENCRYPTION_KEYS."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print how many were encrypted anew; exits with 1 when some can't be read with any key."""
        done = rotate_secrets()
        self.stdout.write(f"{done.rotated} secrets are encrypted with the first key.")
        if done.unreadable:
            ids = ", ".join(map(str, done.unreadable))
            raise CommandError(f"No key reads those of on-call services {ids}. Keep the old keys.")
