"""The clinic's scope around the doors that aren't the API."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from clinics.sign_in.middleware import ClinicScopeMiddleware
from patients.models import Patient
from tests.factories import make_member


@pytest.mark.parametrize(
    ("status", "kept"), [(200, True), (302, True), (404, True), (500, False), (503, False)]
)
def test_what_a_failed_page_wrote_is_rolled_back(clinic: Clinic, status: int, kept: bool) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        clinic.patients.create(given_name="Half", family_name="Written")
        return HttpResponse(status=status)

    request = RequestFactory().get("/admin/")
    request.user = make_member(clinic, Role.CLINICIAN).user
    request.session = SessionStore()
    ClinicScopeMiddleware(page)(request)
    with clinic_scope(clinic.id):
        assert Patient.objects.filter(given_name="Half").exists() is kept
