"""`RELOAD=1 make run`: which files of the service have changed since somebody last asked."""

from __future__ import annotations

import threading
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from tools.environment import ROOT

SOURCES = ("backend", "clinics", "patients", "assessments")
SUFFIXES = {".py", ".html", ".css", ".js", ".typ", ".sql", ".json", ".txt", ".svg"}


class SourceFilter(DefaultFilter):
    """Files that a running process has read: code, templates and data; caches and editors' copies are not."""

    def __call__(self, change: Change, path: str) -> bool:
        """Say whether a change of `path` matters."""
        return Path(path).suffix in SUFFIXES and super().__call__(change, path)


class SourceWatch:
    """Collects changed files in a thread of its own, which ends with the process."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._changed: set[Path] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._collect, name="source-watch", daemon=True).start()

    def take(self) -> list[Path]:
        """Return what changed since the last call, as paths below the root."""
        with self._lock:
            changed, self._changed = sorted(self._changed), set()
        return changed

    def _collect(self) -> None:
        folders = [self.root / name for name in SOURCES if (self.root / name).is_dir()]
        for changes in watch(*folders, watch_filter=SourceFilter(), debounce=300):
            with self._lock:
                self._changed |= {Path(path).relative_to(self.root) for _, path in changes}
