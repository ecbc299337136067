"""Migrations of an app are one line: numbered from 1 on without a gap, each upon the one before it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.environment import ROOT

_NAME = re.compile(r"(?P<number>\d{4})_\w+")


def faults(root: Path = ROOT) -> list[str]:
    """Return what is wrong with the migrations below a folder, in words."""
    return [fault for folder in sorted(root.glob("*/migrations")) for fault in _faults(folder)]


def _faults(folder: Path) -> Iterator[str]:
    app = folder.parent.name
    paths = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    before: Path | None = None
    for expected, path in enumerate(paths, start=1):
        named = _NAME.fullmatch(path.stem)
        if named is None or int(named["number"]) != expected:
            yield f"{app}: {path.name} stands where {expected:04} must: two of one number, or a gap."
            return
        upon = [name for of_app, name in _dependencies(path) if of_app == app]
        if upon != ([before.stem] if before else []):
            yield f"{app}: {path.name} must depend on {before.stem if before else 'none'} of its app alone."
        before = path
    said = "".join(path.read_text(encoding="utf-8") for path in paths)
    for script in sorted(folder.glob("sql/*")):
        if f'"{script.name}"' not in said:
            yield f"{app}: no migration runs sql/{script.name}."


def _dependencies(path: Path) -> list[tuple[str, str]]:
    """Return the migrations that one names as its dependencies: pairs of app and name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "dependencies":
            pairs = (ast.literal_eval(one) for one in ast.walk(node.value) if isinstance(one, ast.Tuple))
            return list(pairs)
    return []
