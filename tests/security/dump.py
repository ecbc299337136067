"""Everything that the database holds, as its owner would dump it."""

import base64
from collections.abc import Iterator

from django.db import connection


def every_row() -> Iterator[tuple[str, str]]:
    """Each row of each table, histories too, as text; the table's name first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        role = cursor.fetchone()[0]
        cursor.execute("SET LOCAL ROLE NONE")  # the owner, who sees every clinic
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                yield table, row
        cursor.execute(f"SET LOCAL ROLE {role}")


def spellings(secret: str) -> set[str]:
    """A secret as it may stand in a column: itself, its bytes in hex or in base64."""
    raw = secret.encode()
    found = {secret, raw.hex(), base64.b64encode(raw).decode().rstrip("=")}
    return found | {base64.urlsafe_b64encode(raw).decode().rstrip("=")}


def tables_holding(secret: str) -> set[str]:
    """The tables of which a row holds the secret in one of its spellings."""
    return {table for table, row in every_row() if any(one in row for one in spellings(secret))}
