"""Who changed what, with before and after for whoever may read such rows."""

import json
from typing import Any

from backend.platform.storage.history import KINDS
from clinics.audit.services import ACTIONS, changed, changes_of, patient_of, people_and_software
from clinics.dashboard.reads import log_reading
from clinics.dashboard.settings import SettingsPage
from clinics.identity.permissions import Permission

SHOWN = 50
_FIRST = "clinic"


def kind_words(kind: str) -> str:
    """The kind of row as words."""
    return kind.replace("_", " ").capitalize()


def value_words(value: Any) -> str:
    """What a column held."""
    if value is None or value == "":
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class HistoryPage(SettingsPage):
    """The changes of one kind of row, the latest first."""

    title = "History"
    template = "clinics/settings/history.html"
    seen_with = Permission.SEE_HISTORY

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """One page of them; whoever they are about is noted as read."""
        kind, before = self.request.GET.get("kind", _FIRST), self.request.GET.get("before", "")
        kind = kind if kind in KINDS else _FIRST
        rows = changes_of(clinic=self.clinic, kind=kind).order_by("-pgh_id")
        if before.isdecimal() and len(before) < 19:
            rows = rows.filter(pgh_id__lt=int(before))
        found: list[Any] = list(rows[: SHOWN + 1])
        shown, names = found[:SHOWN], people_and_software(self.clinic)
        values = KINDS[kind].values_for in self.held
        entries = [_entry(event, names, values=values) for event in shown]
        about_whom = {patient for event in shown if (patient := patient_of(kind, event))}
        log_reading(self.request, sorted(about_whom))
        return {
            "kinds": sorted((kind_words(name), name) for name in KINDS),
            "kind": kind,
            "kind_words": kind_words(kind),
            "entries": entries,
            "values": values,
            "older": shown[-1].pgh_id if len(found) > SHOWN else None,
        }


def _entry(event: Any, names: dict[str, str], *, values: bool) -> dict[str, Any]:
    said = event.pgh_context or {}
    person, software = (names.get(said.get(who) or "", "") for who in ("user", "client"))
    through = f"{person}, through {software}" if person and software else person or software
    return {
        "at": event.pgh_created_at,
        "row": event.pgh_obj_id,
        "action": ACTIONS[event.pgh_label],
        "who": through or "The service itself",
        "changes": [
            {
                "field": change.field.removesuffix("_id").replace("_", " "),
                "before": value_words(change.before) if values else "",
                "after": value_words(change.after) if values else "",
            }
            for change in changed(event)
        ],
    }
