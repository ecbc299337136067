"""What every page of the clinic's settings shares: who may open it, and how a change is made or refused."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views import View
from rest_framework.exceptions import ValidationError

from backend.platform.api.problems import flatten
from backend.platform.refusals import Refusal
from clinics.dashboard.forms import SettingsForm
from clinics.dashboard.layout import page_context
from clinics.identity.models import Clinic, Membership
from clinics.identity.permissions import Permission, permissions_of
from clinics.identity.signed_in import may, member_of

STALE = "Somebody has changed this since you opened the page; nothing was stored. This is how it stands now."


class SettingsPage(View):
    """A page of the settings, on the services of the API; it writes nothing by itself.

    ``steps`` are what may be posted: the name of the method that takes the step, and its form. A step is
    taken with the row locked and only while ``state`` is what the page showed; what a service refuses is said
    at the form's field, or as the page's own ``said`` has it (field and words), and nothing of it is stored.
    """

    http_method_names = ["get", "head", "post"]
    title: ClassVar[str]
    template: ClassVar[str]
    seen_with: ClassVar[Permission]
    changed_with: ClassVar[Permission | None] = None
    steps: ClassVar[Mapping[str, type[SettingsForm]]] = {}
    said: ClassVar[Mapping[type[Refusal], tuple[str | None, str]]] = {}

    @classmethod
    def view(cls) -> Callable[..., HttpResponseBase]:
        """What a route names: behind the sign-in, with CSRF's protection, and in no cache."""
        return admin.site.admin_view(cls.as_view())

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """For who may, in the clinic's own time."""
        member = member_of(request)
        if member is None or not may(request, self.seen_with):
            raise PermissionDenied
        self.member: Membership = member
        self.may_change = self.changed_with is not None and may(request, self.changed_with)
        if request.method == "POST" and not self.may_change:
            raise PermissionDenied
        with timezone.override(member.clinic.zone):
            response = super().dispatch(request, *args, **kwargs)
            return response.render() if isinstance(response, TemplateResponse) else response

    @property
    def clinic(self) -> Clinic:
        """Whose settings; the only way to a queryset."""
        return self.member.clinic

    @property
    def held(self) -> frozenset[Permission]:
        """What the person may grant: what they hold."""
        return permissions_of(self.member.role)

    def find(self, *, lock: bool, **ids: Any) -> Any:  # noqa: ARG002
        """What the page is about, locked when it is to change; raises ``Http404`` for another clinic's."""
        return None

    def state(self, about: Any) -> str:  # noqa: ARG002
        """Changes exactly when what the page shows does, as the API's ETag."""
        return ""

    def initial(self, step: str, about: Any) -> dict[str, Any]:  # noqa: ARG002
        """What a step's form shows before anything is typed."""
        return {}

    def form(self, step: str, about: Any, data: Any = None) -> SettingsForm:
        """The form of a step, filled in with what was sent."""
        return self.steps[step](data, auto_id=f"{step}-%s", initial=self.initial(step, about))

    def context(self, about: Any) -> dict[str, Any]:  # noqa: ARG002
        """What the template shows besides."""
        return {}

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:  # noqa: ARG002
        """As it stands."""
        return self.page(self.find(lock=False, **ids))

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        """Take a step, or show why it can't be."""
        step = request.POST.get("step", "")
        if step not in self.steps:
            raise BadRequest
        about = self.find(lock=True, **ids)
        form = self.form(step, about, request.POST)
        if request.POST.get("state", "") != self.state(about):
            return self.page(about, posted={step: form}, stale=STALE, status=409)
        if form.is_valid():
            try:
                with transaction.atomic():
                    answer: HttpResponse = getattr(self, step)(about, form)
                    return answer
            except ValidationError as exc:
                form.refuse(flatten(exc.detail))
            except Refusal as refused:
                form.refuse_one(*self.said.get(type(refused), (refused.field, refused.spoken)))
        return self.page(self.find(lock=False, **ids), posted={step: form}, status=422)

    def page(
        self,
        about: Any,
        *,
        posted: Mapping[str, SettingsForm] | None = None,
        stale: str = "",
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        """The page, with the form that was refused instead of a fresh one."""
        forms = {step: self.form(step, about) for step in self.steps} if self.may_change else {}
        forms |= posted or {}
        faults = [fault for form in forms.values() for fault in form.faults()] if not stale else []
        shown = {"about": about, "state": self.state(about), "forms": forms, "may_change": self.may_change}
        told = {"member": self.member, "stale": stale, "faults": faults, **self.context(about), **more}
        context = page_context(self.request, self.title, **shown, **told)
        return TemplateResponse(self.request, self.template, context, status=status)

    def done(self, words: str, address: str = "") -> HttpResponse:
        """Say what was done, and show the page anew. Never a secret: messages are stored."""
        messages.success(self.request, words)
        return HttpResponseRedirect(address or self.request.path)
