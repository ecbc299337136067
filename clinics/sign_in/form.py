"""Signing in to the dashboard: a password, and a one-time code for whoever has set one up."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from unfold.forms import AuthenticationForm
from unfold.widgets import BASE_INPUT_CLASSES

from backend.platform.edge.errors import plain_page
from clinics.identity.lockout import count_wrong
from clinics.identity.models import User
from clinics.sign_in.services.one_time_codes import authenticator_of, match_code


class SignInForm(AuthenticationForm):  # type: ignore[misc] # unfold carries no types
    """Name, password, and the code that a person with a confirmed authenticator must add.

    A missing or wrong code says the same as a wrong password: nobody learns which of them was right. It
    counts as a failed sign-in too.
    """

    otp_token = forms.CharField(
        label="One-time code",
        required=False,
        max_length=32,
        help_text="Only if you have set up an authenticator; a recovery code will do.",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "class": " ".join(BASE_INPUT_CLASSES),
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Check the password first and the code second; raises ``ValidationError``."""
        cleaned: dict[str, Any] = super().clean()
        user = self.get_user()
        if user is not None and needs_code(user):
            user.otp_device = match_code(user=user, code=cleaned.get("otp_token", ""), now=timezone.now())
            if user.otp_device is None:
                count_wrong(self.request, str(cleaned.get("username")))
                raise self.get_invalid_login_error()
        return cleaned


def needs_code(user: User) -> bool:
    """Whether the person has a confirmed authenticator."""
    return authenticator_of(user) is not None


class CodeMiddleware:
    """Ends a session that began before its person set up an authenticator."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Send them to sign in again, with the code."""
        user: Any = request.user
        opened = request.path.startswith(("/admin/", "/oauth/"))
        if opened and user.is_authenticated and not user.is_verified() and needs_code(user):
            logout(request)
            return redirect(settings.LOGIN_URL)
        response: HttpResponseBase = self.get_response(request)
        return response


def locked_out(request: HttpRequest, *_: Any) -> HttpResponse:  # noqa: ARG001 - axes passes the rest
    """The same words for a name that exists and one that doesn't."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    advice = (
        f"Try again in {minutes} minutes, in a browser that you have signed in with before, or ask your "
        "clinic's admin to unlock you: Clinic settings, Members and roles."
    )
    page = plain_page("Too many attempts", advice, 429)
    page["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return page
