"""A server of one's own with the tests' schema, to stop and start at will."""

import os
import subprocess
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from tools.embedded.postgres import PostgresServer
from tools.embedded.programs import postgres_programs

#: Without them no clinic is entered.
KEYS = ("clinics_proofkey", "clinics_sealkey")


def program(server: PostgresServer, name: str) -> str:
    """The path of one of PostgreSQL's own programs."""
    return str(postgres_programs(server.home) / name)


def copy_schema(server: PostgresServer) -> None:
    """Give an empty server the schema of the tests' database; faster than migrating again."""
    source = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    restore = [program(server, "pg_restore"), "--exit-on-error", "--dbname", server.owner_url]
    for part in (["--schema-only"], ["--data-only", *(f"--table={table}" for table in KEYS)]):
        dump = [program(server, "pg_dump"), *part, "--format=custom", "--dbname", source]
        made = subprocess.run(dump, check=True, stdout=subprocess.PIPE, env=libraries(server))
        subprocess.run(restore, check=True, input=made.stdout, env=libraries(server))


def libraries(server: PostgresServer) -> dict[str, str]:
    """The environment in which those programs find nothing of somebody else's."""
    return {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(Path(server.home.path))}
