"""The roles and the database inside a private PostgreSQL cluster.

Two roles, as in production: one owns the schema, the other runs the service. The second can read and write
rows, cannot change the schema and is bound by row-level security.
"""

from __future__ import annotations

from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

DATABASE = "return_to_run"
OWNER_ROLE = "rtr_owner"
RUNTIME_ROLE = "rtr_app"

# Given in template1, so that every database created later, the tests' own included, has them from the start.
DEFAULT_PRIVILEGES = (
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {runtime}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {runtime}",
)


def prepare_cluster(admin_url: str, *, throwaway: bool) -> None:
    """See that roles, default privileges and database exist; safe to repeat.

    In a throwaway cluster the owner may also create databases and act as the runtime role; in one that is
    kept no longer, should it be the copy of a throwaway one.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role in (OWNER_ROLE, RUNTIME_ROLE):
            if not _exists(connection, "SELECT FROM pg_roles WHERE rolname = %s", role):
                _run(connection, "CREATE ROLE {0} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE", role)
        if throwaway:
            _run(connection, "ALTER ROLE {0} CREATEDB", OWNER_ROLE)
            _run(connection, "GRANT {0} TO {1}", RUNTIME_ROLE, OWNER_ROLE)
        else:
            _run(connection, "ALTER ROLE {0} NOCREATEDB", OWNER_ROLE)
            _run(connection, "REVOKE {0} FROM {1}", RUNTIME_ROLE, OWNER_ROLE)
        if not _exists(connection, "SELECT FROM pg_database WHERE datname = %s", DATABASE):
            _give_default_privileges(admin_url)
            _run(connection, "CREATE DATABASE {0} OWNER {1}", DATABASE, OWNER_ROLE)
        _run(connection, "REVOKE ALL ON DATABASE {0} FROM PUBLIC", DATABASE)
        _run(connection, "GRANT CONNECT ON DATABASE {0} TO {1}", DATABASE, RUNTIME_ROLE)


def _give_default_privileges(admin_url: str) -> None:
    names = {"owner": sql.Identifier(OWNER_ROLE), "runtime": sql.Identifier(RUNTIME_ROLE)}
    with psycopg.connect(make_conninfo(admin_url, dbname="template1"), autocommit=True) as template:
        for statement in DEFAULT_PRIVILEGES:
            template.execute(sql.SQL(statement).format(**names))


def _exists(connection: psycopg.Connection, query: LiteralString, name: str) -> bool:
    return connection.execute(query, [name]).fetchone() is not None


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
