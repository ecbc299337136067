"""Write and compare the lock files: names, versions, markers and hashes, and no address of any index."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.environment import ROOT

# Each lock file and what it is compiled from.
LOCKS = {
    "requirements.lock": ["pyproject.toml"],
    "requirements-dev.lock": ["pyproject.toml", "--group", "dev"],
    "tools/clients.txt": ["--group", "clients"],
    "tools/uv.txt": ["tools/uv.in"],
}
FLAGS = ["--universal", "--generate-hashes", "--python-version", "3.11", "--quiet"]
FLAGS += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
# Addresses and options that would tie the project to one index, in any committed file.
INDEX_ADDRESS = re.compile(
    r"https?://[^\s\"']*/simple\b|files\.pythonhosted[.]org|registry\.npmjs[.]org"
    r"|--(?:extra-)?index[-]url|--find[-]links|\"resolved\"[:]"
)


def write_lock(name: str, target: Path, *options: str) -> None:
    """Compile lock `name` into `target`, keeping the versions there unless `options` say otherwise."""
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", *LOCKS[name], *FLAGS, *options]
    subprocess.run([*command, "--output-file", str(target)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def stale_locks() -> list[str]:
    """Return the lock files that compiling again would change."""
    with tempfile.TemporaryDirectory() as folder:
        stale = []
        for name in LOCKS:
            fresh = Path(folder) / Path(name).name
            shutil.copy(ROOT / name, fresh)
            write_lock(name, fresh)
            if fresh.read_text() != (ROOT / name).read_text():
                stale.append(name)
        return stale


def index_addresses() -> list[str]:
    """Return `file:line` of every committed line that names an index."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    found = []
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            lines = path.read_text(errors="replace").splitlines()
            found += [
                f"{name}:{number}" for number, line in enumerate(lines, 1) if INDEX_ADDRESS.search(line)
            ]
    return found


if __name__ == "__main__":
    for lock in LOCKS:
        write_lock(lock, ROOT / lock, *sys.argv[1:])
