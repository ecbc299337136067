"""Where a person sets up an authenticator, and takes it away again."""

from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as note_device

from clinics.dashboard.layout import dress, page_context, refused_title
from clinics.identity.lockout import count_wrong
from clinics.identity.models import User
from clinics.sign_in.pages.asking_again import CodeField, CurrentPasswordField, check_own_password, proved
from clinics.sign_in.services.one_time_codes import (
    WrongCodeError,
    authenticator_of,
    confirm_authenticator,
    pending_authenticator,
    recovery_codes_left,
    remove_authenticator,
    secret_of,
)

TITLE = "One-time codes"


class CodeForm(forms.Form):
    """Whoever finds a browser open knows neither the password nor the code."""

    password = CurrentPasswordField()
    code = CodeField()

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(*args, **kwargs)
        dress(self)

    def clean_password(self) -> str:
        """Refuse another password than the person's own; wrong ones count like those of the sign-in."""
        return check_own_password(self.request, self.cleaned_data["password"])


@never_cache
@require_http_methods(["GET", "HEAD"])
@login_required
def one_time_codes(request: HttpRequest) -> HttpResponse:
    """What the person has set up, or the secret to set one up with."""
    return _page(request, CodeForm(request))


@never_cache
@sensitive_post_parameters()
@require_POST
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Let the authenticator count once it has shown a code that is right; shows the recovery codes."""
    form = CodeForm(request, request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        code = form.cleaned_data["code"]
        device, codes = confirm_authenticator(user=_person(request), code=code, now=timezone.now())
    except WrongCodeError:
        return _wrong_code(request, form)
    proved(request)
    request.session.cycle_key()  # every other one has ended
    note_device(request, device)
    return render(request, "clinics/recovery_codes.html", page_context(request, TITLE, codes=codes))


@never_cache
@sensitive_post_parameters()
@require_POST
@login_required
def remove(request: HttpRequest) -> HttpResponse:
    """Take the authenticator away, with the password and a code of it (or a recovery code)."""
    form = CodeForm(request, request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        remove_authenticator(user=_person(request), code=form.cleaned_data["code"], now=timezone.now())
    except WrongCodeError:
        return _wrong_code(request, form)
    proved(request)
    request.session.cycle_key()  # every other one has ended
    messages.success(request, "Your authenticator is removed: your password alone signs you in.")
    return redirect("one-time-codes")


def _wrong_code(request: HttpRequest, form: CodeForm) -> HttpResponse:
    """Wrong codes count like wrong passwords."""
    count_wrong(request, request.user.get_username())
    form.add_error("code", "That is not the code it shows now. Wait a moment and try the next one.")
    return _page(request, form)


def _page(request: HttpRequest, form: CodeForm) -> HttpResponse:
    user = _person(request)
    if authenticator_of(user) is not None:
        more: dict[str, Any] = {"enrolled": True, "left": recovery_codes_left(user)}
    else:
        device = pending_authenticator(user)
        drawing = segno.make(device.config_url, micro=False).svg_inline(scale=5, light="#fff")
        more = {"enrolled": False, "secret": secret_of(device), "drawing": SafeString(drawing)}
    context = page_context(request, refused_title(form, TITLE), form=form, **more)
    return render(request, "clinics/one_time_codes.html", context)


def _person(request: HttpRequest) -> User:
    return User.objects.get(pk=request.user.pk)  # type: ignore[misc]  # signed in
