"""For who works in several clinics: whose pages to show, kept in the session until they switch."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clinics.dashboard.layout import page_context
from clinics.identity.end_access import CLINIC_KEY
from clinics.sign_in.elsewhere import clinic_of_address, open_in
from clinics.sign_in.middleware import clinics_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def choose_clinic(request: HttpRequest) -> HttpResponse:
    """List the person's clinics; a POST enters one of them. A link that is followed changes nothing."""
    theirs = clinics_of(request.user.pk)  # type: ignore[arg-type]  # signed in
    if request.method != "POST":
        wanted_page = request.GET.get("next", "")
        about = clinic_of_address(wanted_page, theirs)
        clinics = sorted(open_in(request, theirs), key=lambda each: each.clinic.id != about)
        context = {"clinics": clinics, "next": wanted_page, "about": about}
        whole = page_context(request, "Choose a clinic", **context)
        return render(request, "clinics/choose_clinic.html", whole)
    wanted = request.POST.get("clinic", "")
    if wanted not in map(str, theirs):
        raise Http404
    request.session[CLINIC_KEY] = wanted
    return redirect(_safe(request, request.POST.get("next", "")))


def _safe(request: HttpRequest, page: str) -> str:
    inside = url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return page if page and inside else "admin:index"
