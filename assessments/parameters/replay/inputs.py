"""What the command is given, each mistake named by its place and never by its value."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from assessments.protocol import CompiledProtocol, InvalidParameters, UnknownVersionError, protocol_of
from assessments.protocol.parameters import PARAMETERS_BY_NAME


class RefusedError(Exception):
    """Something given can't be used; the message says where and what is allowed."""


def read_parameters(path: Path) -> dict[str, Any]:
    """Parameter values by name from a JSON or TOML file. Raises ``RefusedError``."""
    try:
        text = path.read_text(encoding="utf-8")
        found = _parsed(path, text)
    except OSError as exc:
        raise RefusedError(f"{path}: {exc.strerror}.") from None
    except UnicodeDecodeError:
        raise RefusedError(f"{path}: not UTF-8 text.") from None
    except ValueError as exc:
        raise RefusedError(f"{path}: {exc}") from None
    if not isinstance(found, dict):
        raise RefusedError(f"{path}: an object of values by parameter name is needed.")
    return found


def _parsed(path: Path, text: str) -> Any:
    match path.suffix.lower():
        case ".json":
            return json.loads(text, object_pairs_hook=_no_name_twice)
        case ".toml":
            return tomllib.loads(text)
        case _:
            raise ValueError("a file that ends in .json or .toml is needed.")


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"/{name} stands there twice.")
    return dict(pairs)


def read_protocol(version: str, parameters: Mapping[str, Any], place: object) -> CompiledProtocol:
    """The protocol to evaluate under; ``place`` says where the parameters stand. Raises ``RefusedError``."""
    try:
        return protocol_of(version, parameters)
    except UnknownVersionError as exc:
        raise RefusedError(f"--protocol: {exc}") from None
    except InvalidParameters as exc:
        lines = [f"{place}: {problem.pointer} {problem.code}: {problem.detail}" for problem in exc.problems]
        if any(problem.code == "unknown_parameter" for problem in exc.problems):
            lines.append(f"Parameters there are: {', '.join(PARAMETERS_BY_NAME)}.")
        raise RefusedError("\n".join(lines)) from None


def read_moment(option: str, text: str | None, zone: ZoneInfo) -> datetime | None:
    """A date, meant as midnight by the clinic's clocks, or a date-time with offset."""
    if text is None:
        return None
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), time(), tzinfo=zone)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RefusedError(f"{option}: a date, 2026-03-01, or a time with offset, 2026-03-01T09:00:00Z.")
    return moment
