"""A clinic whose software signs in as a vendor's does: with an id and a secret, over HTTP."""

import os
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backend import settings as as_shipped
from backend.platform.storage.tenancy import clinic_scope
from tests.factories import make_clinic
from tools import toolchain


@dataclass(frozen=True)
class Vendor:
    """What a vendor's program is told about the service."""

    environment: dict[str, str]

    def run(self, command: Sequence[str | Path], *, cwd: Path, **variables: str) -> str:
        """Run their program; fails with all that it says, when it does."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=toolchain.tool_environment() | self.environment | variables,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture
def vendor(address: str, settings: Any) -> Vendor:
    """The software of a clinic on the running service."""
    settings.PASSWORD_HASHERS = (
        as_shipped.PASSWORD_HASHERS
    )  # the served process reads the secret with those of production
    clinic, secret = make_clinic("Harbour Physio"), secrets.token_urlsafe(32)
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get()
        client.client_secret = secret
        client.save()
    return Vendor(
        {
            "RETURN_TO_RUN_URL": address,
            "RETURN_TO_RUN_CLIENT_ID": client.client_id,
            "RETURN_TO_RUN_CLIENT_SECRET": secret,
            "PATH": os.environ["PATH"],
        }
    )
