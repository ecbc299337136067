"""The demo's passwords and client secrets: random for each installation, kept in one file of mode 0600.

The database holds hashes only. A secret that the file has lost, or that the database
refuses, is replaced.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import check_password

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, User
from clinics.identity.scopes import ALL_SCOPES


def client_sign_in(clinic: Clinic, kept: Mapping[str, str]) -> dict[str, str]:
    """Return the entry of the clinic's software; ``kept`` maps client ids to the secrets of the file."""
    with clinic_scope(clinic.id):
        client = clinic.api_clients.get(name=f"{clinic.name} practice system")
        secret = kept.get(client.client_id, "")
        if not (secret and check_password(secret, client.client_secret)):
            secret = client.client_secret = secrets.token_urlsafe(32)
            client.save(update_fields=["client_secret", "updated"])
    return {
        "clinic": clinic.name,
        "client_id": client.client_id,
        "client_secret": secret,
        "scope": " ".join(ALL_SCOPES),
    }


def user_sign_ins(clinic: Clinic, kept: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the entries of the clinic's people; ``kept`` maps usernames to the passwords of the file."""
    with clinic_scope(clinic.id):
        members = clinic.members.select_related("user").order_by("user__username")
        return [
            {
                "clinic": clinic.name,
                "username": member.user.username,
                "password": _password(member.user, kept.get(member.user.username, "")),
                "role": member.role,
            }
            for member in members
        ]


def _password(user: User, kept: str) -> str:
    if kept and user.check_password(kept):
        return kept
    password = secrets.token_urlsafe(16)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def read_kept(path: Path) -> dict[str, Any]:
    """Return what an earlier run wrote; a file that is missing or half written holds nothing."""
    try:
        document = json.loads(path.read_text())
        return {
            "clients": {entry["client_id"]: entry["client_secret"] for entry in document["clients"]},
            "users": {entry["username"]: entry["password"] for entry in document["dashboard"]["users"]},
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {"clients": {}, "users": {}}


def write_private(path: Path, document: Mapping[str, Any]) -> None:
    """Replace the file in one step, readable by its owner alone."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(json.dumps(document, indent=2) + "\n")
    unfinished.replace(path)
