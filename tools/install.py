"""Make `.venv` and install the locked packages: what `make install` and every other command begin with.

Only the standard library, and any Python from 3.11 on: this runs before anything is installed. Networks of
hospitals and companies look into TLS with a certificate of their own, which the system's store knows; every
installer is told to trust that. What goes wrong is said in a sentence with its remedy, the tool's own words
below it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV_LOCK = ROOT / "tools" / "uv.txt"
LOCK = ROOT / "requirements-dev.lock"
OLDEST_PYTHON = (3, 11)
#: Where systems keep their trusted authorities in one file: Debian, Fedora, macOS and Alpine.
SYSTEM_AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)

#: What a tool says when it fails, in lower case, and what can be done about it; the first that fits counts.
REMEDIES = {
    (
        "unknownissuer",
        "certificate verify failed",
        "certificate_verify_failed",
        "invalid peer certificate",
        "self-signed certificate",
        "unable to get local issuer certificate",
        "unable to get issuer cert",
    ): (
        "The package index's certificate is not trusted. A network that inspects TLS has an authority of its "
        "own: add its certificate to the system's store, or name a file that holds it: "
        "SSL_CERT_FILE=/path/to/authorities.pem make …"
    ),
    (
        "failed to lookup address",
        "dns error",
        "name or service not known",
        "temporary failure in name resolution",
        "network is unreachable",
        "connection refused",
        "could not connect",
        "connect timeout",
        "timed out",
        "connectionerror",
        "tunnel",
        "failed to fetch",
    ): (
        "The package index can't be reached. Behind a proxy set HTTPS_PROXY; with an index of your own set "
        "PIP_INDEX_URL and UV_DEFAULT_INDEX."
    ),
    ("hash mismatch", "hashes do not match", "do not match the hashes"): (
        "A package is not the one that was locked. Nothing was installed; tell the project, and do not "
        "install it another way."
    ),
    (
        "no matching distribution",
        "no compatible",
        "has no wheels",
        "no solution found",
        "no source distribution",
    ): (
        "A locked package has no wheel for this Python or system: use CPython 3.11 to 3.13 on Linux or "
        "macOS, by make PYTHON=/path/to/python3.11"
    ),
    ("no space left",): "The disk is full.",
    ("permission denied",): "A folder can't be written to.",
}


class InstallError(Exception):
    """Something could not be installed; the message says what, why and what to do."""


def explained(what: str, said: str) -> InstallError:
    """Return the error of a tool that failed at `what` and `said` so: the remedy, then its own words."""
    lower = said.lower()
    remedy = next((text for signs, text in REMEDIES.items() if any(sign in lower for sign in signs)), None)
    tail = "\n".join(said.strip().splitlines()[-12:])
    return InstallError("\n".join(filter(None, [f"{what} failed.", remedy, "", tail])))


def trusting_environment() -> dict[str, str]:
    """Return this environment with every installer told to trust what the system trusts.

    uv reads the store by itself then, Node from 22 on too; older ones and pip are given the store's file.
    """
    trusting = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never", "NODE_USE_SYSTEM_CA": "1"}
    if authorities := authorities_file():
        trusting |= {"PIP_CERT": authorities, "NODE_EXTRA_CA_CERTS": authorities}
    return trusting | os.environ


def authorities_file() -> str | None:
    """Return the file of trusted authorities: what SSL_CERT_FILE names, or the system's."""
    named = os.environ.get("SSL_CERT_FILE")
    return named or next((path for path in SYSTEM_AUTHORITIES if Path(path).exists()), None)


def run(what: str, *command: str | Path) -> None:
    """Run an installer; raises InstallError with the remedy when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=trusting_environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise explained(what, done.stdout)


def install_uv(venv: Path) -> None:
    """Create the virtual environment with this Python, and uv in it."""
    print(f"Creating {_shown(venv)} with Python {sys.version.split()[0]} …", flush=True)
    try:
        import ensurepip  # noqa: F401 - Debian keeps it in a package of its own
    except ImportError as error:
        raise InstallError(
            f"This Python has no {error.name}: on Debian and Ubuntu, apt-get install python3-venv."
        ) from error
    run("Creating the virtual environment", sys.executable, "-m", "venv", "--clear", venv)
    pip: list[str | Path] = [venv / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    run("Installing uv", *pip, "--require-hashes", "-r", UV_LOCK)
    shutil.copy(UV_LOCK, venv / UV_LOCK.name)


def has_uv(venv: Path) -> bool:
    """Say whether the environment holds the locked uv, and the Python under it is still there."""
    installed = venv / UV_LOCK.name
    if not (installed.exists() and (venv / "bin" / "python").exists()):
        return False
    return installed.read_bytes() == UV_LOCK.read_bytes()


def sync(venv: Path, lock: Path) -> None:
    """Install exactly the packages of `lock`."""
    print("Installing the locked packages …", flush=True)
    python = venv / "bin" / "python"
    uv: list[str | Path] = [venv / "bin" / "uv", "pip", "sync", "--quiet", "--python", python]
    # Compiled once here instead of in each process that the service and its tests start.
    run("Installing the packages", *uv, "--require-hashes", "--compile-bytecode", lock)


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def main(venv: Path) -> int:
    """Install whatever is missing; returns 1 with a message when that can't be done."""
    if sys.version_info < OLDEST_PYTHON:
        print("Python 3.11 or later is needed: make PYTHON=/path/to/python3.11", file=sys.stderr)
        return 1
    try:
        if not has_uv(venv):
            install_uv(venv)
        sync(venv, LOCK)
    except (InstallError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(ROOT / (sys.argv[1] if len(sys.argv) > 1 else ".venv")))
