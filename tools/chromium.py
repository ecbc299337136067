"""A Chromium for the browser tests: the one on PATH, else Debian's, installed when this account may."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends"]
INSTALL += ["-o", "DPkg::Lock::Timeout=300", "chromium"]
# Without these it asks for hosts of its maker's at every start.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]


class ChromiumError(Exception):
    """There is no Chromium, and it can't be installed here; the message says why."""


def find_chromium() -> str | None:
    """The path of a Chromium on PATH, or nothing."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def chromium() -> str:
    """The path of a Chromium; installs Debian's first when there is none. Raises ``ChromiumError``."""
    if found := find_chromium():
        return found
    if not (may_install() and shutil.which("apt-get")):
        raise ChromiumError("There is no Chromium on PATH, and only root may install one with apt-get.")
    with (Path(tempfile.gettempdir()) / "return-to-run-chromium.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two test processes want it at the same moment
        return find_chromium() or _install()


def may_install() -> bool:
    """Whether this account may install packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def flags() -> list[str]:
    """How to start it: quiet, and outside its sandbox as root, who has none."""
    return [*FLAGS, "--no-sandbox"] if may_install() else FLAGS


def _install() -> str:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    said = ""
    for command in (INSTALL, ["apt-get", "update"], INSTALL):
        done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        said = done.stderr.strip() or said
        if command is INSTALL and done.returncode == 0 and (found := find_chromium()):
            return found
    raise ChromiumError(f"apt-get could not install chromium: {said[-500:]}")
