"""Make the client packages that vendors install: `make clients`, or `python -m tools.clients`."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools.clients.generators import BUILD, api_version
from tools.clients.packages import python_package, typescript_package
from tools.environment import ROOT, exit_on_sigterm
from tools.toolchain import ToolchainError

PACKAGES: dict[str, Callable[[Path], Path]] = {"python": python_package, "typescript": typescript_package}


def arguments(given: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="make clients ARGS=…",
        description="Make installable client packages of openapi.yaml: a wheel for Python, an npm package "
        "for TypeScript. The same document makes the same bytes. Generators and compilers are installed, by "
        "their locks, when they are not there yet.",
    )
    parser.add_argument(
        "languages", nargs="*", metavar="LANGUAGE", help=f"{' or '.join(PACKAGES)}; left out, both"
    )
    parser.add_argument(
        "--into", type=Path, default=BUILD, metavar="FOLDER", help="where they go (build/clients)"
    )
    found = parser.parse_args(given)
    if unknown := set(found.languages) - set(PACKAGES):
        parser.error(f"no package is made for {', '.join(sorted(unknown))}: there are {', '.join(PACKAGES)}")
    return found


def main(given: list[str]) -> int:
    """Make what was asked for and say where it is; returns 1 when a generator fails."""
    asked = arguments(given)
    exit_on_sigterm()
    asked.into.mkdir(parents=True, exist_ok=True)
    print(f"Clients of the API {api_version()}", flush=True)
    for language in asked.languages or PACKAGES:
        print(f"  {language:<11} generating and building …", flush=True)
        started = time.monotonic()
        try:
            package = PACKAGES[language](asked.into.resolve())
        except ToolchainError as error:
            print(f"The {language} package could not be made.\n{error}", file=sys.stderr)
            return 1
        digest = hashlib.sha256(package.read_bytes()).hexdigest()
        shown = package.relative_to(ROOT) if package.is_relative_to(ROOT) else package
        print(f"  {language:<11} {shown}  {time.monotonic() - started:.0f} s\n{'':<14}sha256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
