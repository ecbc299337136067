"""Who saw whose record, and whether the log is as it was written."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse

from clinics.access_log.models import AccessLogEntry
from clinics.access_log.services import entry_hash, verify_access_log
from clinics.dashboard.forms import Confirmed, SettingsForm, State, many
from clinics.dashboard.settings import SettingsPage
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may

SHOWN = 50
#: A longer chain is verified by ``manage.py verify_access_log``, at which nobody waits.
MOST_VERIFIED = 100_000


class ReadsFilter(forms.Form):
    """Which reads are shown; days by the clinic's clocks."""

    patient = forms.UUIDField(label="Patient (id)", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def wanted(self, entries: QuerySet[AccessLogEntry]) -> QuerySet[AccessLogEntry]:
        """The entries that valid fields ask for."""
        said = self.cleaned_data if self.is_valid() else {}
        lookups = {"patient": "patient_id", "since": "at__date__gte", "until": "at__date__lte"}
        lookups["before"] = "sequence__lt"
        asked = {lookup: said[name] for name, lookup in lookups.items() if said.get(name)}
        return entries.filter(**asked)


class AccessLogPage(SettingsPage):
    """The latest reads; looking at it is no read of a patient."""

    title = "Access log"
    template = "clinics/settings/access_log.html"
    seen_with = Permission.SEE_ACCESS_LOG
    changed_with = Permission.SEE_ACCESS_LOG  # to verify changes nothing
    steps = {"verify": Confirmed}

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """One page of it."""
        chosen = ReadsFilter(self.request.GET or {}, auto_id="filter-%s")
        entries = self.clinic.access_log.select_related("user", "client").order_by("-sequence")
        found = list(chosen.wanted(entries)[: SHOWN + 1])
        shown = found[:SHOWN]
        whole = not (set(self.request.GET) & {"patient", "since", "until"})
        return {
            "filter": chosen,
            "entries": [(entry, action_words(entry.action)) for entry in shown],
            "older": shown[-1].sequence if len(found) > SHOWN else None,
            "links": links_state(shown, whole=whole),
            "sees_patients": may(self.request, Permission.SEE_PATIENTS),
        }

    def verify(self, about: None, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """Walk the whole chain."""
        head = self.clinic.access_log.order_by("-sequence").first()
        if head is not None and head.sequence > MOST_VERIFIED:
            words = "It is too long to verify while you wait: whoever runs the service verifies it."
            return self.page(None, verified=State(words, "waits"))
        found = verify_access_log(clinic_id=self.clinic.id, report=lambda _: None)
        if found.broken_at is not None:
            words = f"Broken at entry {found.broken_at}: {found.reason}. Tell whoever runs the service."
            return self.page(None, verified=State(words, "bad"))
        entries = many(found.entries, "entry", "entries")
        words = f"All {entries} are as they were written, and none is missing."
        return self.page(None, verified=State(words), hash=found.hash)


def links_state(entries: Iterable[AccessLogEntry], *, whole: bool) -> State | None:
    """Whether the entries shown are as they were written; ``whole``: none between them is left out."""
    listed = list(entries)
    if not listed:
        return None
    changed = [entry.sequence for entry in listed if entry_hash(entry) != entry.hash]
    if whole:
        changed += [newer.sequence for newer, older in pairwise(listed) if newer.previous_hash != older.hash]
    if changed:
        return State(f"Entry {min(changed)} isn't as it was written. Verify the whole log.", "bad")
    return State("What is shown here is as it was written")


def action_words(action: str) -> str:
    """The method and the name of a route as words."""
    method, _, route = action.partition(" ")
    place = " (dashboard)" if route.startswith("admin:") else ""
    said = route.removeprefix("admin:").replace("_", " ").replace("-", " ").replace(":", " ")
    return f"{'Read' if method in {'GET', 'HEAD'} else 'Acted on'}: {said}{place}"
