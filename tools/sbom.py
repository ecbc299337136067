"""Write the bill of materials of what runs, from its lock: `make sbom`, or `python -m tools.sbom TARGET`.

CycloneDX 1.6 as JSON: every package with version, package URL and the hashes that its installation takes. It
is made from `requirements.lock` alone, without asking any index, and the same lock makes the same bytes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.environment import ROOT

LOCK = ROOT / "requirements.lock"
TARGET = ROOT / "build" / "sbom.cdx.json"


def write_sbom(target: Path, *, lock: Path = LOCK) -> None:
    """Write the bill of materials of `lock`, validated against CycloneDX's own schema."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).with_name("cyclonedx-py")), "requirements", str(lock)]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible", "--validate"]
    command += ["--spec-version", "1.6", "--output-format", "JSON", "--output-file", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    write_sbom(chosen)
    print(f"{chosen}: {chosen.stat().st_size} bytes")
