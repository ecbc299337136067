"""Where a person ends everything that is signed in as them."""

from django.contrib import admin, messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinics.dashboard.layout import page_context
from clinics.identity.end_access import sign_out_everywhere
from clinics.identity.models import User

TITLE = "Sign out everywhere"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@admin.site.admin_view
def everywhere(request: HttpRequest) -> HttpResponse:
    """A button; pressed, it ends sessions and tokens in every clinic, this browser's too."""
    if request.method != "POST":
        return render(request, "clinics/sign_out_everywhere.html", page_context(request, TITLE))
    user = User.objects.get(pk=request.user.pk)  # type: ignore[misc]  # signed in
    logout(request)
    sign_out_everywhere(user=user, now=timezone.now())
    messages.success(request, "You are signed out everywhere.")
    return redirect("admin:login")
