"""Whether a cluster already holds this code's schema and demo, so that a second start need not look again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tools.environment import ROOT

SOURCES = ("backend", "clinics", "patients", "assessments")


def is_prepared(data_dir: Path, *, base_url: str) -> bool:
    """Say whether migrations and demo were brought up to date by exactly this code, under this address."""
    mark = _mark(data_dir)
    return mark.exists() and mark.read_text() == _fingerprint(base_url)


def remember_prepared(data_dir: Path, *, base_url: str) -> None:
    """Note beside the data, with which it lives and dies, that it is up to date."""
    _mark(data_dir).write_text(_fingerprint(base_url))


def _mark(data_dir: Path) -> Path:
    return data_dir / "return_to_run.prepared"


def _fingerprint(base_url: str) -> str:
    """Digest whatever the schema and the demo depend on: our code, the packages, the address in demo.json."""
    digest = hashlib.sha256(base_url.encode())
    digest.update((ROOT / "requirements-dev.lock").read_bytes())
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()
