"""Encrypt every stored secret with the first of ENCRYPTION_KEYS: `manage.py rotate_encryption_keys`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.operations.services.rotate_secrets import rotate_secrets


class Command(BaseCommand):
    """Run it after a new key was put in front and every process restarted; then the old keys can go."""

    help = "Encrypt every stored secret with the first of ENCRYPTION_KEYS."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print how many were encrypted anew; exits with 1 when some can't be read with any key."""
        done = rotate_secrets()
        self.stdout.write(f"{done.rotated} secrets are encrypted with the first key.")
        lost = {
            "on-call services and webhooks": done.unreadable,
            "the authenticators of people": done.unreadable_authenticators,
        }
        named = [f"{whose} {', '.join(map(str, ids))}" for whose, ids in lost.items() if ids]
        if named:
            raise CommandError(f"No key reads those of {' and '.join(named)}. Keep the old keys.")
