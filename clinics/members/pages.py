"""Who works in the clinic and as what: invited, given another role, let go; and where an invitation leads."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from backend.platform.api.etags import etag_of
from backend.platform.edge.errors import plain_page
from clinics.dashboard.forms import Confirmed, SettingsForm, State
from clinics.dashboard.layout import dress, page_context, refused_title
from clinics.dashboard.settings import SettingsPage
from clinics.identity.allowances import AllowanceSpentError
from clinics.identity.lockout import is_locked
from clinics.identity.models import Clinic, Membership, Role
from clinics.identity.permissions import Permission
from clinics.members.api import INVITATION, MEMBER_CHANGES, member_document
from clinics.members.services.change_member import change_member
from clinics.members.services.invitations import (
    InvitationOverError,
    accept_invitation,
    invite_again,
    invite_member,
    invited_member,
)
from clinics.members.services.unlock_member import unlock_member

#: What each role is for, in the order in which they are offered.
ROLES = {
    Role.CLINICIAN: "Assesses runners, takes escalations on and releases programmes.",
    Role.RECEPTION: "Sees names, appointments due and the rota; no clinical answer.",
    Role.AUDITOR: "Reads the access log, the history and figures; no patient.",
    Role.ADMIN: "All of it, and the clinic's people, software and settings.",
}
_CHOICES = [(role.value, f"{role.label}: {words}") for role, words in ROLES.items()]


class InvitationForm(SettingsForm):
    """Somebody who is to work here."""

    name = forms.CharField(max_length=200, help_text="What your clinic calls them.")
    email = forms.EmailField(
        label="E-mail address",
        max_length=150,
        help_text="The link goes there. It is good for three days and works once.",
    )
    role = forms.ChoiceField(choices=_CHOICES, widget=forms.RadioSelect)


class RoleForm(SettingsForm):
    """Another role."""

    role = forms.ChoiceField(choices=_CHOICES, widget=forms.RadioSelect)


def state_of(member: Membership) -> State:
    """Whether they work here."""
    if not member.active:
        return State("Has left", "off")
    return (
        State("Works here") if member.accepted else State("Invited; has not followed the link yet", "waits")
    )


class MembersPage(SettingsPage):
    """All of them, and invitations."""

    title = "Members and roles"
    template = "clinics/settings/members.html"
    seen_with = Permission.SEE_MEMBERS
    changed_with = Permission.CHANGE_MEMBERS
    steps = {"invite": InvitationForm}

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """Who works here first, each with their state."""
        members = self.clinic.members.select_related("user").order_by("-active", "name", "id")
        return {"members": [(member, state_of(member)) for member in members], "roles": ROLES}

    def invite(self, about: None, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """A mail brings the link; the answer is the same whether or not the person had an account."""
        details = INVITATION.run_validation(form.cleaned_data)
        member = invite_member(clinic=self.clinic, held=self.held, now=timezone.now(), **details)
        return self.done(f"{member.shown_name} is invited: a mail with the link is on its way.")


class MemberPage(SettingsPage):
    """One of them."""

    title = "Member"
    template = "clinics/settings/member.html"
    seen_with = Permission.SEE_MEMBERS
    changed_with = Permission.CHANGE_MEMBERS
    steps: ClassVar = {
        "change_role": RoleForm,
        "let_go": Confirmed,
        "take_back": Confirmed,
        "send_again": Confirmed,
        "unlock": Confirmed,
    }
    said = {
        AllowanceSpentError: (
            None,
            "They were unlocked often enough for today: a link for another password unlocks them too.",
        ),
    }

    def find(self, *, lock: bool, **ids: uuid.UUID) -> Membership:
        """The member; locked behind the clinic's row, so that two admins can't demote each other."""
        members = self.clinic.members.select_related("user")
        if lock:
            self.locked = Clinic.objects.select_for_update().get(pk=self.clinic.pk)
            members = members.select_for_update(of=("self",))
        return get_object_or_404(members, pk=ids["member_id"])

    def state(self, about: Membership) -> str:
        """As the API's ETag."""
        return etag_of(member_document(about))

    def initial(self, step: str, about: Membership) -> dict[str, Any]:  # noqa: ARG002
        """The role that they have is chosen."""
        return {"role": about.role}

    def context(self, about: Membership) -> dict[str, Any]:
        """Their state, and what the role is for."""
        locked = is_locked(about.user.get_username())
        return {"it": state_of(about), "role_words": ROLES[Role(about.role)], "locked": locked}

    def change_role(self, about: Membership, form: SettingsForm) -> HttpResponse:
        """Counts at their next click: nobody keeps what the earlier role allowed."""
        self._change(about, {"role": form.cleaned_data["role"]})
        return self.done(f"{about.shown_name} is {about.get_role_display().lower()} from now on.")

    def let_go(self, about: Membership, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """Sessions and tokens end at once; what they did stays theirs."""
        self._change(about, {"active": False})
        return self.done(f"{about.shown_name} has left: their sessions and tokens have ended.")

    def take_back(self, about: Membership, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """With the role that they had."""
        self._change(about, {"active": True})
        return self.done(f"{about.shown_name} may work here again.")

    def send_again(self, about: Membership, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """For somebody who lost the link or came too late."""
        invite_again(member=about, held=self.held, now=timezone.now())
        return self.done(f"The link is on its way to {about.shown_name} again.")

    def unlock(self, about: Membership, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """Their password is asked for as before."""
        unlock_member(member=about, held=self.held, now=timezone.now())
        return self.done(f"{about.shown_name} can try to sign in again.")

    def _change(self, member: Membership, changes: dict[str, Any]) -> None:
        checked = MEMBER_CHANGES.run_validation(changes)
        change_member(clinic=self.locked, member=member, held=self.held, changes=checked, now=timezone.now())


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class InvitationView(View):
    """Shows who invites whom as what; a POST accepts, with a password from somebody who has none yet."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Every way in which a link can be over looks the same."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except InvitationOverError:
            advice = "Ask your clinic's admin for another one, or sign in if you have followed it before."
            return plain_page("This link is no longer good", advice, 410)

    def get(self, request: HttpRequest, sealed: str) -> HttpResponse:
        """Changes nothing: mail servers follow links too."""
        with invited_member(sealed) as member:
            return self._page(request, member, _form_for(member, None))

    def post(self, request: HttpRequest, sealed: str) -> HttpResponse:
        """Accept, and go on to sign in."""
        with invited_member(sealed) as member:
            form = _form_for(member, request.POST)
            if not form.is_valid():
                return self._page(request, member, form)
            password = form.cleaned_data.get("new_password1")
            accept_invitation(member=member, password=password, request_id=request.META.get("REQUEST_ID", ""))
            said = f"Sign in as {member.user.username} to work at {member.clinic.name}."
        messages.success(request, said)
        return redirect("admin:index")

    def _page(self, request: HttpRequest, member: Membership, form: forms.Form) -> HttpResponse:
        context = page_context(request, refused_title(form, "Invitation"), member=member, form=form)
        return render(request, "clinics/invitation.html", context)


def _form_for(member: Membership, data: Any) -> forms.Form:
    form = forms.Form(data) if member.user.has_usable_password() else SetPasswordForm(member.user, data)
    dress(form)
    return form
