"""What calls a clinic's people beside e-mail: added, changed, tried, removed by the API's services."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from assessments.escalations.channels.api import CHANGES, SERVICE
from assessments.escalations.channels.models import URGENCIES, OnCallService, only_emergencies
from assessments.escalations.channels.services.on_call_services import (
    add_on_call_service,
    change_on_call_service,
    remove_on_call_service,
    try_on_call_service,
)
from assessments.records.summary import urgency_words
from backend.platform.api.etags import etag_of
from backend.platform.secrets import NoEncryptionKeyError
from clinics.dashboard.forms import Confirmed, SettingsForm, State
from clinics.dashboard.layout import clock
from clinics.dashboard.settings import SettingsPage
from clinics.identity.permissions import Permission

_NO_KEY = "Nothing secret can be stored: the operator has set no encryption key."
_TYPED = forms.PasswordInput(attrs={"autocomplete": "off"})


def channel_state(service: OnCallService) -> State:
    """What came of its last test."""
    if not service.enabled:
        return State("Switched off", "off")
    if service.tested_at is None:
        return State("Never tried: send a test message before relying on it", "waits")
    said = f"{service.get_test_result_display()} {service.test_reason}".strip()
    sent = service.test_result == OnCallService.TestResult.SENT
    took = f"{clock(service.tested_at)}, {service.test_latency_ms} ms"
    return State(f"Last test: {said}, {took}", "good" if sent else "bad")


class ChannelForm(SettingsForm):
    """A service; its address is typed in and never shown."""

    name = forms.CharField(max_length=100, help_text="So that people know it: night desk, pager.")
    url = forms.CharField(
        label="New address",
        max_length=2000,
        required=False,
        widget=_TYPED,
        help_text="Left empty, it stays as it is. It is stored encrypted and never shown.",
    )
    urgencies = forms.MultipleChoiceField(
        label="Told about",
        choices=[(urgency, urgency_words(urgency).capitalize()) for urgency in URGENCIES],
        widget=forms.CheckboxSelectMultiple,
        initial=only_emergencies,
    )
    enabled = forms.BooleanField(label="New escalations call it", required=False, initial=True)

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        said = self.cleaned_data
        return {name: value for name, value in said.items() if name != "url" or value}


class NewChannelForm(ChannelForm):
    """A new one."""

    kind = forms.ChoiceField(choices=OnCallService.Kind.choices, widget=forms.RadioSelect)
    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=_TYPED,
        help_text="An Apprise URL of a service the operator allows, or the https address of a webhook. It is "
        "stored encrypted and never shown.",
    )
    field_order = ("name", "kind")


class _ChannelsPage(SettingsPage):
    """What both pages share."""

    seen_with = Permission.SEE_CLINIC
    changed_with = Permission.SET_PATHWAY
    said = {NoEncryptionKeyError: ("url", _NO_KEY)}


class ChannelsPage(_ChannelsPage):
    """All of them, and new ones."""

    title = "Channels"
    template = "assessments/settings/channels.html"
    steps = {"add": NewChannelForm}

    def state(self, about: None) -> str:  # noqa: ARG002
        """A form that is sent twice adds one."""
        return etag_of({"services": sorted(self.clinic.on_call_services.values_list("id", flat=True))})

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """Each with what came of its last test."""
        rows = self.clinic.on_call_services.order_by("name", "id")
        return {"services": [(one, channel_state(one), told_about(one)) for one in rows]}

    def add(self, about: None, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """A webhook's key is on this page and nowhere else."""
        service, key = add_on_call_service(clinic=self.clinic, details=SERVICE.run_validation(form.body()))
        if key:
            return self.page(None, secret=key, made=service)
        return self.done("Added. Send a test message before relying on it.", address_of(service))


class ChannelPage(_ChannelsPage):
    """One of them."""

    title = "Channel"
    template = "assessments/settings/channel.html"
    steps: ClassVar = {"change": ChannelForm, "try_it": Confirmed, "remove": Confirmed}

    def find(self, *, lock: bool, **ids: uuid.UUID) -> OnCallService:
        """The service; a test holds no lock while it is sent."""
        services = self.clinic.on_call_services.select_related("clinic")
        if lock and self.request.POST.get("step") != "try_it":
            services = services.select_for_update(of=("self",))
        service: OnCallService = get_object_or_404(services, pk=ids["service_id"])
        return service

    def state(self, about: OnCallService) -> str:
        """What people set; a test makes no form stale."""
        kept = ("name", "urgencies", "enabled", "sealed_url")
        return etag_of({name: getattr(about, name) for name in kept})

    def initial(self, step: str, about: OnCallService) -> dict[str, Any]:
        """How it stands, but for the address."""
        kept = ("name", "urgencies", "enabled") if step == "change" else ()
        return {name: getattr(about, name) for name in kept}

    def context(self, about: OnCallService) -> dict[str, Any]:
        """What came of its last test, and as much of its address as is ever shown."""
        shown = f"{about.schema}://…{about.ending}"
        return {"it": channel_state(about), "address": shown, "told": told_about(about)}

    def change(self, about: OnCallService, form: SettingsForm) -> HttpResponse:
        """Escalations already open call what they were opened with."""
        change_on_call_service(service=about, changes=CHANGES.run_validation(form.body()))
        return self.done("Stored. Escalations that open from now on follow it.")

    def try_it(self, about: OnCallService, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """A test message now, and what came of it."""
        try_on_call_service(service=about, now=timezone.now())
        return self.done(f"A test message was sent. {channel_state(about).words}.")

    def remove(self, about: OnCallService, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """Its secrets go at once."""
        remove_on_call_service(service=about)
        return self.done("Removed, with its secrets.", reverse("settings-channels"))


def address_of(service: OnCallService) -> str:
    """Its page."""
    return reverse("settings-channel", args=[service.pk])


def told_about(service: OnCallService) -> list[str]:
    """The urgencies that it is told about, the most urgent first."""
    return [urgency_words(urgency) for urgency in URGENCIES if urgency in service.urgencies]
