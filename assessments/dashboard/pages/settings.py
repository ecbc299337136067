"""The landing page of the clinic's settings: a card for each section one may see, with its state."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from assessments.escalations.channels.models import OnCallService
from assessments.escalations.on_call.services.now import LOOK_AHEAD, OnCall, Rota
from assessments.parameters.services.in_force import parameters_in_force
from assessments.protocol import PROTOCOL_VERSION
from clinics.dashboard.forms import State, many
from clinics.dashboard.settings import SettingsPage
from clinics.identity.models import Clinic
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the settings: what it is for, who sees it, and how it stands now."""

    title: str
    about: str
    route: str
    seen_with: Permission
    state: Callable[[Clinic, datetime], State]


def _pathway(clinic: Clinic, now: datetime) -> State:  # noqa: ARG001
    missing = clinic.missing_from_pathway
    if missing:
        words = " and ".join(name.replace("_", " ") for name in missing)
        return State(f"Incomplete: {words} missing. Nothing can be recorded.", "bad")
    if clinic.open_in_pathway:
        return State("Open for the lead: does the clinic take pregnant runners?", "waits")
    return State(f"Ring {clinic.emergency_number}; {clinic.emergency_destination}")


def _rota(clinic: Clinic, now: datetime) -> State:
    segments = Rota(clinic, since=now, until=now + LOOK_AHEAD).segments()
    gaps = [segment for segment in segments if segment.is_gap]
    if not gaps:
        return State(f"{_names(segments[0])} on call now; no gap in the next fortnight")
    day = date_format(gaps[0].since.astimezone(clinic.zone), "l j F")
    when = "now" if gaps[0].since <= now else f"on {day}"
    more = f", and {len(gaps) - 1} more" if len(gaps) > 1 else ""
    return State(f"The rota has a gap {when}{more}", "bad" if when == "now" else "waits")


def _names(segment: OnCall) -> str:
    return ", ".join(member.shown_name for member in segment.members)


def _channels(clinic: Clinic, now: datetime) -> State:  # noqa: ARG001
    services = list(clinic.on_call_services.filter(enabled=True))
    sent = OnCallService.TestResult.SENT
    failed = sum(bool(one.tested_at) and one.test_result != sent for one in services)
    untried = sum(one.tested_at is None for one in services)
    beside = f"E-mail, and {many(len(services), 'service')}"
    if failed:
        return State(f"{beside}; the last test of {failed} failed", "bad")
    if untried:
        return State(f"{beside}; {untried} never tried", "waits")
    return State(beside if services else "E-mail only", "good" if services else "off")


def _members(clinic: Clinic, now: datetime) -> State:  # noqa: ARG001
    rows = clinic.members.filter(active=True)
    count = rows.aggregate(here=Count("id", Q(accepted=True)), invited=Count("id", Q(accepted=False)))
    here = many(count["here"], "person works here", "people work here").capitalize()
    invited = count["invited"]
    return State(f"{here}; {invited} invited" if invited else here, "waits" if invited else "good")


def _clients(clinic: Clinic, now: datetime) -> State:  # noqa: ARG001
    used = clinic.api_clients.exclude(allowed_scopes="").count()
    return State(f"{many(used, 'client')} in use".capitalize(), "good" if used else "off")


def _webhooks(clinic: Clinic, now: datetime) -> State:
    endpoints = list(clinic.webhook_endpoints.all())
    resting = sum(one.enabled and bool(one.rests_until and one.rests_until > now) for one in endpoints)
    off = sum(not one.enabled for one in endpoints)
    counted = [f"{resting} resting"] * bool(resting) + [f"{off} switched off"] * bool(off)
    words = ", ".join([many(len(endpoints), "endpoint").capitalize(), *counted])
    return State(words, "waits" if resting else "good" if endpoints else "off")


def _parameters(clinic: Clinic, now: datetime) -> State:  # noqa: ARG001
    present = parameters_in_force(clinic)
    if not present.number:
        return State("The protocol's defaults", "good")
    own = many(len(present.values), "value")
    return State(f"{own} of the clinic's own; set number {present.number}".capitalize())


def _protocol(clinic: Clinic, now: datetime) -> State:  # noqa: ARG001
    return State(f"Version {PROTOCOL_VERSION} is in force")


GROUPS: dict[str, tuple[Section, ...]] = {
    "Who is called": (
        Section(
            "Emergency pathway",
            "What a referral says to do: number, department, people.",
            "settings-pathway",
            Permission.SEE_CLINIC,
            _pathway,
        ),
        Section(
            "On-call rota",
            "Shifts, covers, holidays and quiet hours.",
            "settings-rota",
            Permission.SEE_CLINIC,
            _rota,
        ),
        Section(
            "Channels",
            "What calls people beside e-mail, with a test.",
            "settings-channels",
            Permission.SEE_CLINIC,
            _channels,
        ),
    ),
    "People and software": (
        Section(
            "Members and roles",
            "Who works here, and as what.",
            "settings-members",
            Permission.SEE_MEMBERS,
            _members,
        ),
        Section(
            "API clients",
            "Software that speaks for the clinic.",
            "settings-clients",
            Permission.SEE_CLIENTS,
            _clients,
        ),
        Section(
            "Webhook endpoints",
            "What other systems are told, and what came of it.",
            "settings-webhooks",
            Permission.SEE_WEBHOOKS,
            _webhooks,
        ),
    ),
    "How it decides": (
        Section(
            "Parameters",
            "The clinic's own thresholds, changed after a preview.",
            "settings-parameters",
            Permission.SEE_PARAMETERS,
            _parameters,
        ),
        Section(
            "Protocol",
            "Every criterion with its sources.",
            "settings-protocol",
            Permission.SEE_PROTOCOLS,
            _protocol,
        ),
    ),
    "What happened": (
        Section(
            "Access log",
            "Who saw whose record, and that nobody changed the log.",
            "settings-access-log",
            Permission.SEE_ACCESS_LOG,
            lambda *_: State("Every look is kept, and chained to the one before"),
        ),
        Section(
            "History",
            "Who changed what, with before and after.",
            "settings-history",
            Permission.SEE_HISTORY,
            lambda *_: State("Every change is kept"),
        ),
    ),
}


class ClinicSettings(SettingsPage):
    """The way to all of them."""

    title = "Clinic settings"
    template = "assessments/settings/landing.html"
    seen_with = Permission.SEE_CLINIC

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """A heading with its cards; none without a card."""
        groups = ((title, list(self._cards(sections))) for title, sections in GROUPS.items())
        return {"groups": [(title, cards) for title, cards in groups if cards]}

    def _cards(self, sections: tuple[Section, ...]) -> Iterator[dict[str, Any]]:
        now = timezone.now()
        for section in sections:
            if may(self.request, section.seen_with):
                state = section.state(self.clinic, now)
                yield {"section": section, "it": state, "address": reverse(section.route)}
