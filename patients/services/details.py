"""From the fields a caller sends to the columns of a patient."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from patients.models import Patient


def merge(old: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7396): objects are merged, a null removes, anything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(old) if isinstance(old, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def as_columns(
    details: Mapping[str, Any], *, over: Patient | None, now: dt.datetime, replace: bool = True
) -> dict[str, Any]:
    """Translate ``archived`` to the time since when, and merge documents unless they replace.

    A patient already archived keeps the time of it; one who is taken back has no reason any more.
    """
    columns = {
        name: merge({} if replace else getattr(over, name), _plain(value))
        if isinstance(value, Mapping)
        else value
        for name, value in details.items()
    }
    if (archived := columns.pop("archived", None)) is not None:
        columns["archived_at"] = (getattr(over, "archived_at", None) or now) if archived else None
        if not archived:
            columns["archive_reason"] = ""
    if columns.get("archive_reason", "") is None:
        columns["archive_reason"] = ""
    return columns


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(document, cls=DjangoJSONEncoder))
    return plain
