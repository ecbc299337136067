"""Webhook endpoints with what they were told: added, changed, tried and told again by the API's services."""

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from assessments.webhooks.api.endpoints import ROTATION
from assessments.webhooks.forms import (
    AgainForm,
    EndpointForm,
    RotationForm,
    SpanForm,
    delivery_state,
    endpoint_state,
)
from assessments.webhooks.models import WebhookDelivery, WebhookEndpoint
from assessments.webhooks.services.endpoints import (
    add_endpoint,
    change_endpoint,
    lock_endpoint,
    ping,
    remove_endpoint,
    rotate_key,
)
from assessments.webhooks.services.keys import old_keys_until
from assessments.webhooks.services.redeliver import redeliver, redeliver_span, span
from assessments.webhooks.shapes import CHANGES, ENDED, ENDPOINT
from backend.platform.api.etags import etag_of
from clinics.dashboard.forms import Confirmed, SettingsForm
from clinics.dashboard.settings import SettingsPage
from clinics.identity.permissions import Permission

#: Deliveries on one page of the log.
SHOWN = 25


class _WebhooksPage(SettingsPage):
    """What both pages share."""

    seen_with = Permission.SEE_WEBHOOKS
    changed_with = Permission.CHANGE_WEBHOOKS


class WebhooksPage(_WebhooksPage):
    """All endpoints, and new ones."""

    title = "Webhook endpoints"
    template = "assessments/settings/webhooks.html"
    steps = {"add": EndpointForm}

    def state(self, about: None) -> str:  # noqa: ARG002
        """A form that is sent twice adds one endpoint."""
        return etag_of({"endpoints": sorted(self.clinic.webhook_endpoints.values_list("id", flat=True))})

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """Each with how it stands."""
        now = timezone.now()
        rows = self.clinic.webhook_endpoints.order_by("created_at", "id")
        return {"endpoints": [(one, endpoint_state(one, now)) for one in rows]}

    def add(self, about: None, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """The secret is on this page and nowhere else."""
        details = ENDPOINT.run_validation(form.body())
        endpoint, secret = add_endpoint(clinic=self.clinic, details=details, now=timezone.now())
        return self.page(None, secret=secret, made=endpoint)


class WebhookPage(_WebhooksPage):
    """One endpoint, and its delivery log."""

    title = "Webhook endpoint"
    template = "assessments/settings/webhook.html"
    steps: ClassVar = {
        "change": EndpointForm,
        "rotate": RotationForm,
        "pause": Confirmed,
        "enable": Confirmed,
        "ping": Confirmed,
        "again": AgainForm,
        "again_span": SpanForm,
        "remove": Confirmed,
    }

    def find(self, *, lock: bool, **ids: uuid.UUID) -> WebhookEndpoint:
        """The endpoint; locked so that no event is held back."""
        if not lock:
            return get_object_or_404(self.clinic.webhook_endpoints, pk=ids["endpoint_id"])
        endpoint = lock_endpoint(self.clinic, id=ids["endpoint_id"])
        if endpoint is None:
            raise Http404
        return endpoint

    def state(self, about: WebhookEndpoint) -> str:
        """What people set; what a worker counts meanwhile makes no form stale."""
        kept = ("url", "description", "events", "enabled", "disabled_because", "sealed_keys")
        return etag_of({name: getattr(about, name) for name in kept})

    def initial(self, step: str, about: WebhookEndpoint) -> dict[str, Any]:
        """How it stands."""
        kept = ("url", "description", "events") if step == "change" else ()
        return {name: getattr(about, name) for name in kept}

    def context(self, about: WebhookEndpoint) -> dict[str, Any]:
        """How it stands, and one page of what it was told, the latest first."""
        now, wanted = timezone.now(), self.request.GET.get("state", "")
        rows = about.deliveries.select_related("event").prefetch_related("tries")
        if wanted in WebhookDelivery.State.values:
            rows = rows.filter(state=wanted)
        page = Paginator(rows.order_by("-updated_at", "-event_id"), SHOWN).get_page(
            self.request.GET.get("page")
        )
        return {
            "it": endpoint_state(about, now),
            "old_until": old_keys_until(about, now=now),
            "log": page,
            "deliveries": [(one, delivery_state(one)) for one in page.object_list],
            "filters": [("", "All"), *WebhookDelivery.State.choices],
            "chosen": wanted,
        }

    def change(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:
        """What is on its way goes to a new address."""
        changes = CHANGES.run_validation(form.body())
        change_endpoint(endpoint=about, changes=changes, now=timezone.now())
        return self.done("Stored.")

    def rotate(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:
        """The new secret is on this page and nowhere else."""
        overlap = dt.timedelta(seconds=ROTATION.run_validation(form.body())["overlap_seconds"])
        return self.page(about, secret=rotate_key(endpoint=about, now=timezone.now(), overlap=overlap))

    def pause(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """What is on its way is given up."""
        change_endpoint(endpoint=about, changes={"enabled": False}, now=timezone.now())
        return self.done("Paused: it is told nothing, and what was on its way is given up.")

    def enable(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """It hears of what happens from then on."""
        change_endpoint(endpoint=about, changes={"enabled": True}, now=timezone.now())
        return self.done("Switched on. What it missed can be sent again below.")

    def ping(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """By the way that all events go."""
        ping(endpoint=about, now=timezone.now())
        return self.done("A test is on its way: load the page again in a moment to see what came of it.")

    def again(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:
        """One delivery, with the message id that it had."""
        delivery = get_object_or_404(about.deliveries, pk=form.cleaned_data["delivery"])
        redeliver(endpoint=about, delivery=delivery, now=timezone.now())
        return self.done("On its way again.")

    def again_span(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:
        """Those of a span of time."""
        asked, now = form.body(), timezone.now()
        since, until = asked["since"], asked["until"]
        redeliver_span(endpoint=about, since=since, until=until, states=ENDED[asked["which"]], now=now)
        count = span(about, since, until).filter(state=WebhookDelivery.State.PENDING).count()
        return self.done(f"Of that time {count} are on their way now.")

    def remove(self, about: WebhookEndpoint, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """With its secrets and its log."""
        remove_endpoint(endpoint=about)
        return self.done(
            "The endpoint is removed, with its secrets and its log.", reverse("settings-webhooks")
        )
