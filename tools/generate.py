"""Write the generated files anew: `make generate`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.environment import ROOT, throwaway_servers
from tools.schema import SCHEMA, migrated_schema

OPENAPI = ROOT / "openapi.yaml"


def openapi_command(target: Path) -> list[str]:
    """Return the arguments of Python that write the OpenAPI document, refusing any warning."""
    return ["manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", str(target)]


def main() -> None:
    """Write openapi.yaml and the schema, and then the pages made from the protocol and from it."""
    with throwaway_servers() as environment:
        subprocess.run([sys.executable, *openapi_command(OPENAPI)], env=environment, cwd=ROOT, check=True)
        SCHEMA.write_text(migrated_schema(environment["DATABASE_URL"]), encoding="utf-8")
    sys.exit(subprocess.run([sys.executable, "-m", "tools.generate_docs"], cwd=ROOT, check=False).returncode)


if __name__ == "__main__":
    main()
