"""The dashboard's page of on-call services: through the services that the API uses."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from assessments.notify.addresses import UnsafeUrlError
from assessments.services.on_call_services import (
    MOST_SERVICES,
    add_on_call_service,
    change_on_call_service,
    check_address,
    try_on_call_service,
)
from clinics.admin import ClinicModelAdmin
from clinics.models import OnCallService
from clinics.models.on_call_service import URGENCIES, only_emergencies
from clinics.permissions import Permission
from clinics.services.secrets import NoEncryptionKeyError, encrypt
from clinics.signed_in import may, member_of


class OnCallServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    """A service; its address is typed in and never shown."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="An Apprise URL, or the https address of a webhook. Left empty, it stays as it is.",
    )
    urgencies = forms.MultipleChoiceField(
        choices=[(urgency, urgency.replace("_", " ").capitalize()) for urgency in URGENCIES],
        widget=forms.CheckboxSelectMultiple,
        initial=only_emergencies,
    )

    class Meta:
        model = OnCallService
        fields = ("name", "kind", "url", "urgencies", "enabled")

    def clean(self) -> dict[str, Any]:
        """An address is needed once, and checked as the API checks it."""
        details = super().clean() or {}
        kind = details.get("kind", self.instance.kind)
        if details.get("url"):
            try:
                check_address(kind, details["url"])
                encrypt(details["url"])
            except UnsafeUrlError as exc:
                self.add_error("url", str(exc))
            except NoEncryptionKeyError:
                self.add_error("url", "Nothing secret can be stored: the operator has set no encryption key.")
        elif self.instance._state.adding:
            self.add_error("url", "An address is needed.")
        return details


@admin.register(OnCallService)
class OnCallServiceAdmin(ClinicModelAdmin):
    """Which services are told about which escalations, and whether they answer."""

    related = "on_call_services"
    seen_with = Permission.SEE_CLINIC
    form = OnCallServiceForm
    list_display = ("name", "kind", "schema", "enabled", "tested_at", "test_result", "test_reason")
    ordering = ("name", "id")
    fields = ("name", "kind", "url", "urgencies", "enabled", "address", "last_test")
    readonly_fields = ("address", "last_test")
    change_form_outer_before_template = "assessments/on_call_service.html"

    @display(description="Address")  # type: ignore[untyped-decorator]
    def address(self, service: OnCallService) -> str:
        """As much of it as is ever shown."""
        return f"{service.schema}://…{service.ending}" if service.schema else "-"

    @display(description="Last test")  # type: ignore[untyped-decorator]
    def last_test(self, service: OnCallService) -> str:
        """What came of it."""
        if service.tested_at is None:
            return "Never tried: send a test message before relying on it."
        said = f"{service.get_test_result_display()} {service.test_reason}".strip()
        return f"{said}, {service.tested_at:%Y-%m-%d %H:%M} UTC"

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """The kind is set once."""
        return (*self.readonly_fields, "kind") if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """What the service reports of itself stands there once it exists; who may only read sees no form."""
        if not self.has_change_permission(request, obj):
            return ("name", "kind", "address", "enabled", "last_test")
        return self.fields if obj else self.fields[:5]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The clinic admin's, like the pathway."""
        return may(request, Permission.SET_PATHWAY)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Up to so many; asked here, because every page's menu asks for the permission."""
        member = member_of(request)
        if member is not None and member.clinic.on_call_services.count() >= MOST_SERVICES:
            messages.error(request, f"A clinic has at most {MOST_SERVICES} services.")
            return HttpResponseRedirect(reverse("admin:clinics_oncallservice_changelist"))
        response: HttpResponse = super().add_view(request, form_url, extra_context)
        return response

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The clinic admin's, like the pathway."""
        return may(request, Permission.SET_PATHWAY)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The clinic admin's, like the pathway."""
        return may(request, Permission.SET_PATHWAY)

    def save_model(self, request: HttpRequest, obj: OnCallService, form: Any, change: bool) -> None:
        """Through the services; a webhook's key is shown this once."""
        member = member_of(request)
        if member is None:
            raise PermissionDenied
        details = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            service = member.clinic.on_call_services.select_for_update().get(pk=obj.pk)
            change_on_call_service(service=service, changes=details)
            return
        made, key = add_on_call_service(clinic=member.clinic, details=form.cleaned_data)
        obj.pk = made.pk
        if key:
            messages.warning(request, f"The key that verifies its messages, shown this once: {key}")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the button for whoever may try it."""
        context["may_test"] = may(request, Permission.SET_PATHWAY)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def get_urls(self) -> list[URLPattern]:
        """One more page: the test."""
        view = self.admin_site.admin_view(self.test_view)
        own = [path("<uuid:object_id>/test/", view, name="clinics_oncallservice_test")]
        return [*own, *super().get_urls()]

    def test_view(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Send a test message now. POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        member = member_of(request)
        if member is None or not may(request, Permission.SET_PATHWAY):
            raise PermissionDenied
        services = member.clinic.on_call_services.select_related("clinic")
        service = get_object_or_404(services, pk=object_id)
        try_on_call_service(service=service, now=timezone.now())
        tell = messages.success if service.test_result == OnCallService.TestResult.SENT else messages.error
        tell(request, f"Test message: {self.last_test(service)}")
        return HttpResponseRedirect(reverse("admin:clinics_oncallservice_change", args=[object_id]))
