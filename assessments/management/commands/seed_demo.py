"""Fill an empty database with the demo."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.demo.castle_hill import CASTLE_HILL
from assessments.demo.riverside import RIVERSIDE
from assessments.demo.sign_ins import client_sign_in, read_kept, user_sign_ins, write_private
from assessments.demo.tell import find_clinic, tell

STORIES = (RIVERSIDE, CASTLE_HILL)


class Command(BaseCommand):
    """Two clinics with their histories, and a file with their sign-ins.

    A second run leaves the histories alone and writes the file again, with new secrets for those it had lost.
    """

    help = "Make the demo's clinics, unless they are there, and write demo.json with their sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where the file goes."""
        default = Path(os.environ.get("RUN_DIR", settings.BASE_DIR / ".run"))
        parser.add_argument("--run-dir", type=Path, default=default, help="folder of demo.json")

    def handle(self, *, run_dir: Path, **options: Any) -> None:  # noqa: ARG002
        """Make what is missing; refuses a service that is served to others."""
        if not settings.SERVE_INSECURE_HTTP:
            raise CommandError("The demo needs SERVE_INSECURE_HTTP, which only `make run` sets.")
        now = timezone.now()
        clinics = [find_clinic(story) or tell(story, now=now) for story in STORIES]
        path = run_dir / "demo.json"
        kept = read_kept(path)
        document = {
            "base_url": settings.BASE_URL,
            "token_url": f"{settings.BASE_URL}/oauth/token/",
            "clients": [client_sign_in(clinic, kept["clients"]) for clinic in clinics],
            "dashboard": {
                "url": f"{settings.BASE_URL}/admin/",
                "users": [user for clinic in clinics for user in user_sign_ins(clinic, kept["users"])],
            },
            "mail_dir": str(settings.EMAIL_FILE_PATH or run_dir / "mail"),
        }
        run_dir.mkdir(parents=True, exist_ok=True)
        write_private(path, document)
        self.stdout.write(f"The demo is ready; its sign-ins are in {path}.")
