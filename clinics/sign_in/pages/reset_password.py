"""Where somebody asks for another password, and where the link of the mail leads."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from backend.platform.edge.errors import plain_page
from clinics.dashboard.layout import dress, refused_title
from clinics.sign_in.services.reset_password import (
    ResetOverError,
    ask_for_reset,
    reset_password,
    resetting_person,
)

TITLE = "Another password"
SAID = "If somebody has this address, a link is on its way to it. It is good for an hour."


class AddressForm(forms.Form):
    """Whose password."""

    email = forms.EmailField(label="Your e-mail address", max_length=254)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The answer is the same whoever has the address; a mail brings the link."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    dress(form)
    if request.method == "POST" and form.is_valid():
        ask_for_reset(email=form.cleaned_data["email"], now=timezone.now())
        messages.success(request, SAID)
        return redirect("admin:login")
    return _page(request, form, "Send me a link")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, sealed: str) -> HttpResponse:
    """Changes nothing when it is opened: mail servers follow links too."""
    try:
        with resetting_person(sealed) as person:
            form = SetPasswordForm(person, request.POST if request.method == "POST" else None)
            dress(form)
            if request.method != "POST" or not form.is_valid():
                return _page(request, form, "Set the password")
            reset_password(person=person, password=form.cleaned_data["new_password1"])
    except ResetOverError:
        return plain_page("This link is no longer good", "Ask for another one at the sign-in.", 410)
    messages.success(request, f"Your password is changed. Sign in as {person.username}.")
    return redirect("admin:login")


def _page(request: HttpRequest, form: forms.Form, button: str) -> HttpResponse:
    refused = "No link was sent" if isinstance(form, AddressForm) else "Nothing was stored"
    context: dict[str, Any] = {
        "form": form,
        "title": refused_title(form, TITLE, refused),
        "site_title": "Return to Run",
        "button": button,
        "refused": refused,
    }
    return render(request, "clinics/reset_password.html", context)
