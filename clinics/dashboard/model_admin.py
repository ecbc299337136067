"""The dashboard's ground: who is looking, and what their role allows.

Permissions come from the membership, never from the user row: a superuser without one sees nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import oauth2_provider.admin  # noqa: F401 - it registers what is taken away again below
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from unfold.admin import ModelAdmin

from clinics.identity.models import ApiClient
from clinics.identity.permissions import Permission
from clinics.identity.signed_in import may, member_of

# Clients, tokens and Django's own groups are nobody's business here.
_HIDDEN: tuple[type[Model], ...] = (
    Group,
    ApiClient,
    *apps.get_app_config("oauth2_provider").get_models(),
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


class ClinicModelAdmin(ModelAdmin):  # type: ignore[misc] # unfold carries no types
    """Rows of the person's own clinic, to be read and nothing else.

    ``related`` is the clinic's name for them; ``seen_with`` the permission that opens them. The page of one
    row reads ``one_select_related`` with it; a list reads only its own ``list_select_related``.
    """

    related: ClassVar[str]
    one_select_related: ClassVar[tuple[str, ...]] = ()
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

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model | None:
        """One of the rows, with what its page shows."""
        rows = self.get_queryset(request).select_related(*self.one_select_related)
        name = from_field or "pk"
        try:
            found: Model | None = rows.filter(**{name: object_id}).first()
        except (ValidationError, ValueError):
            return None
        return found

    def _get_obj_does_not_exist_redirect(self, *_: Any) -> HttpResponse:
        """No page (404), as everywhere else; Django would say that perhaps it was deleted."""
        raise Http404

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """In the clinic's own time."""
        return in_clinic_time(
            request, lambda: super(ClinicModelAdmin, self).changelist_view(request, extra_context)
        )

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """In the clinic's own time."""
        return in_clinic_time(
            request, lambda: super(ClinicModelAdmin, self).changeform_view(request, *args, **kwargs)
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Without a bar for buttons where there is nothing to save; says when its runner is archived."""
        row = kwargs.get("obj")
        context["runner"] = row if hasattr(row, "archived_at") else getattr(row, "patient", None)
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
