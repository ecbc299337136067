"""Where a person gives themselves another password."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinics.dashboard.layout import dress, page_context, refused_title
from clinics.identity.lockout import count_wrong
from clinics.identity.models import User
from clinics.sign_in.pages.asking_again import CodeField, CurrentPasswordField, check_own_password, proved
from clinics.sign_in.services.one_time_codes import authenticator_of, match_code

TITLE = "Change password"


class PasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """The old password, a code from whoever has an authenticator, and the new password twice.

    The code is looked at last, when nothing else is wrong: a recovery code is spent by it.
    """

    old_password = CurrentPasswordField(label="Your password")
    code = CodeField(help_text="Of your authenticator; a recovery code will do.")
    field_order = ("old_password", "code", "new_password1", "new_password2")

    def __init__(self, request: HttpRequest, user: User, data: Any = None) -> None:
        self.request, self.person = request, user
        super().__init__(user, data)
        if authenticator_of(user) is None:
            del self.fields["code"]
        dress(self)

    def clean_old_password(self) -> str:
        """Refuse another password than the person's own; wrong ones count like those of the sign-in."""
        return check_own_password(self.request, self.cleaned_data["old_password"])

    def clean(self) -> dict[str, Any]:
        """Compare the new ones, then the code."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "code" in self.fields and not self.errors and not self._code_is_right(cleaned["code"]):
            count_wrong(self.request, self.person.get_username())
            self.add_error("code", "That is not the code it shows now.")
        return cleaned

    def _code_is_right(self, code: str) -> bool:
        return match_code(user=self.person, code=code, now=timezone.now()) is not None


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@admin.site.admin_view
def change_password(request: HttpRequest) -> HttpResponse:
    """Every other session ends, and every token; this browser stays signed in."""
    user = User.objects.get(pk=request.user.pk)  # type: ignore[misc]  # signed in
    form = PasswordForm(request, user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        proved(request)
        messages.success(request, "Your password is changed. You are signed out everywhere else.")
        return redirect("admin:index")
    return render(
        request, "clinics/change_password.html", page_context(request, refused_title(form, TITLE), form=form)
    )
