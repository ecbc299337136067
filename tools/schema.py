"""The schema that the migrations make, as one file that a person can read and a review can compare.

`make generate` writes `tests/storage/schema.sql`; a test says when it isn't what the migrations make. It is
what `pg_dump --schema-only` says, with what belongs to one table or function together and in a fixed order.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from psycopg.conninfo import make_conninfo

from tools.embedded.cluster import OWNER_ROLE
from tools.embedded.data_dir import ServerHome
from tools.embedded.programs import postgres_programs
from tools.environment import ROOT
from tools.prepared_cluster import TEMPLATE_DATABASE

SCHEMA = ROOT / "tests" / "storage" / "schema.sql"
HEAD = f"""\
-- The schema that the migrations make, with policies, triggers, functions, comments and rights.
-- Everything belongs to {OWNER_ROLE}, unless it says otherwise. `make generate` writes this file.
"""
_PART = re.compile(
    r"^--\n-- Name: (?P<name>.+); Type: (?P<type>.+); Schema: .+; Owner: .*\n--\n", re.MULTILINE
)
_OWNER = re.compile(rf"^ALTER .+ OWNER TO {OWNER_ROLE};\n+", re.MULTILINE)
#: In which order the parts of one table stand; what isn't named here comes behind, by the alphabet.
_ORDER = ("TABLE", "VIEW", "SEQUENCE", "FUNCTION", "DEFAULT", "CONSTRAINT", "FK CONSTRAINT", "INDEX")


def dump_schema(url: str, programs: Path) -> str:
    """Return the sorted schema of a database; ``programs`` is the folder with PostgreSQL's own."""
    command = [str(programs / "pg_dump"), "--schema-only", "--dbname", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return sorted_schema(done.stdout)


def sorted_schema(dump: str) -> str:
    """Return what `pg_dump` said, by table and function, without what differs from one run to the next."""
    starts = list(_PART.finditer(dump))
    ends = [match.start() for match in starts[1:]] + [len(dump)]
    parts = []
    for match, end in zip(starts, ends, strict=True):
        text = dump[match.end() : end].partition("\n--\n-- PostgreSQL database dump complete")[0]
        text = _OWNER.sub("", text).strip()
        parts.append((*_place(match["name"], match["type"], text), match["type"], match["name"], text))
    parts.sort()
    return HEAD + "".join(f"\n-- {kind}: {name}\n{text}\n" for *_, kind, name, text in parts)


def _place(name: str, kind: str, text: str) -> tuple[str, int]:
    """Return the table or function that a part belongs to, and where among its parts it stands."""
    named = re.sub(r"^(TABLE|FUNCTION|SEQUENCE|COLUMN) |^TRIGGER \w+ ON ", "", name)
    on_table = re.search(r" ON public\.(\w+)", text) if kind == "INDEX" else None
    owner = on_table[1] if on_table else re.split(r"[ (.]", named)[0]
    return owner, _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def migrated_schema(url: str) -> str:
    """Return the schema that today's migrations make; ``url`` is the owner's, in a cluster of the tests."""
    with TemporaryDirectory(prefix="return-to-run-schema-") as folder:
        home = ServerHome(Path(folder))
        try:
            return dump_schema(make_conninfo(url, dbname=TEMPLATE_DATABASE), postgres_programs(home))
        finally:
            home.remove()
