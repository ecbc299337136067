"""Forms of webhook endpoints, as bodies of the API, and their states in words."""

from datetime import datetime
from typing import Any

from django import forms

from assessments.webhooks.api.deliveries import SPAN
from assessments.webhooks.models import WebhookDelivery, WebhookEndpoint
from assessments.webhooks.services.endpoints import LISTENABLE
from assessments.webhooks.services.keys import LONGEST_OVERLAP, OVERLAP
from clinics.dashboard.forms import SettingsForm, State, many
from clinics.dashboard.layout import clock

OVERLAPS = [
    (str(int(OVERLAP.total_seconds())), "A day: time enough to change it where it is verified"),
    (str(int(LONGEST_OVERLAP.total_seconds())), "A week"),
    ("0", "Not at all: it has leaked"),
]


def endpoint_state(endpoint: WebhookEndpoint, now: datetime) -> State:
    """Whether it is told anything, and how that goes."""
    if endpoint.disabled_because == WebhookEndpoint.Disabled.GONE:
        return State("Switched off: it answered that it is gone", "bad")
    if not endpoint.enabled:
        return State("Paused by the clinic", "off")
    if endpoint.rests_until and endpoint.rests_until > now:
        failed = many(endpoint.failures, "failed try", "failed tries")
        return State(f"Resting until {clock(endpoint.rests_until)} after {failed}", "waits")
    if endpoint.failing_since:
        return State(f"Failing since {clock(endpoint.failing_since)}", "waits")
    return State("Takes what it is told")


def delivery_state(delivery: WebhookDelivery) -> State:
    """What became of one message."""
    tries = many(delivery.attempts, "try", "tries")
    match delivery.state:
        case WebhookDelivery.State.DELIVERED:
            return State(f"Delivered, {tries}")
        case WebhookDelivery.State.GIVEN_UP:
            return State(f"Given up after {tries}: {delivery.last_error}", "bad")
    if delivery.last_error and delivery.next_attempt_at:
        again = clock(delivery.next_attempt_at)
        return State(f"{delivery.last_error}; {tries} so far, again {again}", "waits")
    return State("On its way", "waits")


class EndpointForm(SettingsForm):
    """An address, and what it hears of."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text="An https address of the internet. It is asked without following redirects.",
    )
    description = forms.CharField(
        label="What it is",
        max_length=200,
        required=False,
        help_text="For people: practice system, data team.",
    )
    events = forms.MultipleChoiceField(
        label="What it is told of",
        choices=[(event.value, event.label) for event in LISTENABLE],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None chosen: everything, kinds to come included.",
    )


class RotationForm(SettingsForm):
    """How long the old secret goes on signing."""

    overlap_seconds = forms.TypedChoiceField(
        label="The old secret goes on signing beside the new one",
        choices=OVERLAPS,
        initial=OVERLAPS[0][0],
        coerce=int,
        widget=forms.RadioSelect,
    )


class AgainForm(SettingsForm):
    """One delivery."""

    delivery = forms.UUIDField(widget=forms.HiddenInput)


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class SpanForm(SettingsForm):
    """What happened within a span of time, by the clinic's clocks."""

    since = forms.DateTimeField(label="What happened from", widget=_moment())
    until = forms.DateTimeField(label="And before", widget=_moment())
    which = forms.ChoiceField(
        label="Which of it",
        choices=[("given_up", "What was given up"), ("all", "Everything, delivered or given up")],
        initial="given_up",
        widget=forms.RadioSelect,
    )

    def body(self) -> dict[str, Any]:
        """As the API has checked it."""
        checked: dict[str, Any] = SPAN.run_validation(self.cleaned_data)
        return checked
