"""Carry out what is due without Celery and Redis."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from assessments.operations.services.watchdog import carry_out_all


class Command(BaseCommand):
    """Needs PostgreSQL and the channels only; workers that are alive are not in its way."""

    help = "Carries out every escalation and follow-up that is due, in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Once, or again and again."""
        parser.add_argument(
            "--loop",
            type=float,
            metavar="SECONDS",
            help="Go on until Ctrl-C, with so long a pause between passes, whatever fails meanwhile.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Print what each pass did."""
        pause: float | None = options["loop"]
        if pause is None:
            self._pass()
            return
        while True:
            close_old_connections()
            try:
                self._pass()
            except DatabaseError as exc:
                self.stderr.write(
                    f"{timezone.now():%H:%M:%S} The database doesn't answer: {type(exc).__name__}"
                )
            time.sleep(pause)

    def _pass(self) -> None:
        done = carry_out_all(clock=timezone.now)
        said = ", ".join(f"{count} {what}" for what, count in done.items())
        self.stdout.write(f"{timezone.now():%H:%M:%S} {said}")
        self.stdout.flush()
