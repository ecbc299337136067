"""Asking a signed-in person for a secret again; what is wrong counts like a wrong sign-in."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from clinics.identity.lockout import forget_wrong


class CurrentPasswordField(forms.CharField):
    """The password that the person has."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        super().__init__(max_length=4096, strip=False, widget=widget, **kwargs)


class CodeField(forms.CharField):
    """A code of their authenticator, or a recovery code."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "one-time-code"})
        super().__init__(max_length=32, label="One-time code", widget=widget, **kwargs)


def check_own_password(request: HttpRequest, password: str) -> str:
    """Return the password when it is the person's own; raises ``ValidationError`` and counts it otherwise."""
    if authenticate(request, username=request.user.get_username(), password=password) is None:
        raise forms.ValidationError("That is not your password.")
    return password


def proved(request: HttpRequest) -> None:
    """The person gave everything that was asked for: wrong ones of before are forgotten."""
    forget_wrong(request, request.user.get_username())
