"""Proofs that the application makes and PostgreSQL checks: what SQL of the runtime role alone can't say.

Entering a clinic, and finding a token's, take a MAC of what is asked for. Its key is made of ``SECRET_KEY``;
the database has it in a table that only the owner reads. Whoever can run SQL as the runtime role, and nothing
else, can make none (docs/adr/0040).
"""

import hashlib
import hmac
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

_BLOCK = 64  # bytes that SHA-256 takes at once


def proof(purpose: str, subject: object) -> str:
    """Return the MAC, in hexadecimal, that this process asks for ``subject`` and for nothing else."""
    return mac(settings.SECRET_KEY, purpose, subject)


def mac(secret: str, purpose: str, subject: object) -> str:
    """The same for a process that has the secret key and no settings."""
    return hmac.new(_key(secret), f"{purpose}:{subject}".encode(), hashlib.sha256).hexdigest()


@cache
def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"return-to-run: proofs for PostgreSQL", hashlib.sha256).digest()


def bound_cursor() -> AbstractContextManager[CursorWrapper]:
    """Open a cursor whose values travel apart from the statement.

    Django's own writes them into the text, which ``pg_stat_activity`` shows to every session of the role.
    """
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    opened: CursorWrapper = wrapped(cursor)
    return opened


def install_key(**_: Any) -> None:
    """Tell PostgreSQL the key of this ``SECRET_KEY``: after every `migrate`, and only as the owner.

    The key before it goes on for a day, so that processes can be replaced one after another.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('clinics_proofkey') IS NOT NULL "
            "AND has_table_privilege(to_regclass('clinics_proofkey'), 'INSERT')"
        )
        if cursor.fetchone() != (True,):
            return
        inner, outer = (_padded(byte) for byte in (0x36, 0x5C))
        cursor.execute("DELETE FROM clinics_proofkey WHERE replaced_at < now() - interval '1 day'")
        cursor.execute(
            "UPDATE clinics_proofkey SET replaced_at = now() WHERE replaced_at IS NULL AND outer_pad <> %s",
            [outer],
        )
        cursor.execute(
            "INSERT INTO clinics_proofkey (outer_pad, inner_pad) VALUES (%s, %s) "
            "ON CONFLICT (outer_pad) DO UPDATE SET replaced_at = NULL",
            [outer, inner],
        )


def _padded(byte: int) -> bytes:
    """The key as HMAC puts it before what it hashes (RFC 2104)."""
    key = _key(settings.SECRET_KEY).ljust(_BLOCK, b"\0")
    return bytes(part ^ byte for part in key)
