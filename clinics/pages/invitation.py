"""Where the link of an invitation leads."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from backend.platform.edge.errors import plain_page
from clinics.dashboard.layout import dress, page_context, refused_title
from clinics.identity.models import Membership
from clinics.services.accept_invitation import InvitationOverError, accept_invitation, invited_member


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
