"""The dashboard's ground: who is looking, what their role allows, and the clinic's own page.

Permissions come from the membership, never from the user row: a superuser without one sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import django_otp.plugins.otp_totp.admin  # noqa: F401
import oauth2_provider.admin  # noqa: F401 - both register what is taken away again below
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from clinics.dashboard_reads import log_page
from clinics.models import ApiClient, Clinic
from clinics.on_call_page import on_call_page, on_call_words
from clinics.permissions import Permission
from clinics.services.reachable import reachable_clinicians
from clinics.services.set_emergency_pathway import set_emergency_pathway
from clinics.signed_in import may, member_of

# Clients, tokens and Django's own groups are nobody's business here.
_HIDDEN: tuple[type[Model], ...] = (
    Group,
    ApiClient,
    *apps.get_app_config("oauth2_provider").get_models(),
    *apps.get_app_config("otp_totp").get_models(),
)
for _model in _HIDDEN:
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
admin.site.login_template = "clinics/sign_in.html"


def in_clinic_time(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer with every time on the page as the clinic's clocks show it."""
    member = member_of(request)
    with timezone.override(member.clinic.zone if member else None):
        response = view()
        return response.render() if isinstance(response, SimpleTemplateResponse) else response


def _logged(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    member = member_of(request)
    if member is not None:
        log_page(request, page, member)
    return page


class ClinicModelAdmin(ModelAdmin):  # type: ignore[misc] # unfold carries no types
    """Rows of the person's own clinic, to be read and nothing else.

    ``related`` is the clinic's name for them; ``seen_with`` the permission that opens them.
    """

    related: ClassVar[str]
    seen_with: ClassVar[Permission]
    actions = None
    list_per_page = 50
    show_full_result_count = False
    change_form_template = "clinics/change_form.html"
    list_before_template = change_form_outer_after_template = "clinics/times.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The clinic's rows, and none for somebody without a clinic."""
        member = member_of(request)
        if member is None:
            return QuerySet(self.model).none()
        rows: QuerySet[Any] = getattr(member.clinic, self.related).all()
        return rows

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """In the clinic's own time; whom it shows goes into the access log."""
        page = in_clinic_time(
            request, lambda: super(ClinicModelAdmin, self).changelist_view(request, extra_context)
        )
        return _logged(request, page)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """In the clinic's own time; whom it shows goes into the access log."""
        page = in_clinic_time(
            request, lambda: super(ClinicModelAdmin, self).changeform_view(request, *args, **kwargs)
        )
        return _logged(request, page)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Without a bar for buttons where there is nothing to save."""
        if not self.has_change_permission(request, kwargs.get("obj")):
            context["hide_submit_row"] = True
        page: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return page

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        """No page: what changed is in the clinic's history, which services write and Django's log doesn't."""
        raise Http404

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """As the role says."""
        return may(request, self.seen_with)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Shown in the menu to whoever may see it."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Rows are changed by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """Nothing is ever deleted."""
        return False


@admin.register(Clinic)
class ClinicAdmin(ClinicModelAdmin):
    """The clinic's settings; its admin keeps the emergency pathway up to date."""

    seen_with = Permission.SEE_CLINIC
    list_display = ("name", "emergency_number", "emergency_destination", "on_call", "lead")
    list_select_related = ("on_call__user", "lead__user")
    fields = (
        "name",
        "time_zone",
        "working_day_ends_at",
        "emergency_number",
        "emergency_destination",
        "on_call",
        "lead",
        "on_call_now",
        "require_one_time_codes",
    )
    readonly_fields = ("name", "time_zone", "working_day_ends_at", "on_call_now")

    def get_urls(self) -> list[URLPattern]:
        """One more page: the on-call plan of the person's own clinic."""
        own = path("on-call/", self.admin_site.admin_view(on_call_page), name="clinics_clinic_on_call")
        return [own, *super().get_urls()]

    @admin.display(description="On call now, by the rota")
    def on_call_now(self, clinic: Clinic) -> str:
        """Who is told about an escalation that opens now, and the way to the plan."""
        page = reverse("admin:clinics_clinic_on_call")
        people, _ = on_call_words(clinic, timezone.now())
        return format_html('{} (<a class="underline" href="{}">change the plan</a>)', people, page)

    def render_change_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """With a warning of the rota's gaps in the next fortnight."""
        clinic = kwargs.get("obj")
        gaps = on_call_words(clinic, timezone.now())[1] if clinic is not None else []
        if gaps:
            messages.warning(request, "The rota has gaps. " + " ".join(gaps))
        response: HttpResponse = super().render_change_form(request, *args, **kwargs)
        return response

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clinic]:
        """One row: the person's own clinic."""
        member = member_of(request)
        return Clinic.objects.filter(id=member.clinic_id) if member else Clinic.objects.none()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        """The pathway is the clinic admin's to set."""
        return may(request, Permission.SET_PATHWAY)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm[Clinic]]:
        """A pathway may be changed and never emptied."""
        form: type[forms.ModelForm[Clinic]] = super().get_form(request, *args, **kwargs)
        for name in ("emergency_number", "emergency_destination", "on_call"):
            if name in form.base_fields:
                form.base_fields[name].required = True
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """On call and lead are clinicians of this clinic whom a message can reach."""
        member = member_of(request)
        if member is not None:
            kwargs["queryset"] = reachable_clinicians(member.clinic)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Clinic, form: Any, change: bool) -> None:  # noqa: ARG002
        """Through the service, with the row locked."""
        columns = {"on_call": "on_call_id", "lead": "lead_id"}
        changes = {
            columns.get(name, name): getattr(obj, columns.get(name, name)) for name in form.changed_data
        }
        clinic = Clinic.objects.select_for_update().get(id=obj.id)
        set_emergency_pathway(clinic=clinic, changes=changes)
