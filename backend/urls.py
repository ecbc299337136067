"""Every route of the service."""

from django.contrib import admin
from django.urls import include, path

import assessments.urls
import clinics.urls
from assessments.check_ins.pages.views import CheckInView
from assessments.fhir import capability as fhir
from assessments.operations import monitors
from backend.platform.openapi import docs
from clinics.clients import oauth

api_v1 = [
    path("", include(clinics.urls.api)),
    path("", include("patients.urls")),
    path("", include(assessments.urls.api)),
]

urlpatterns = [
    path("api/v1/", include(api_v1)),
    path("fhir/", include(fhir.urlpatterns)),
    path("", include(assessments.urls.cds)),
    path("api/schema", docs.SchemaView.as_view(), name="schema"),
    path("api/docs", docs.DocsView.as_view(), name="docs"),
    path("api/problems/<slug:code>", docs.problem_page, name="problem"),
    path("oauth/", include((oauth.urlpatterns, "oauth2_provider"))),
    path("admin/", include(clinics.urls.pages)),
    path("admin/", include("assessments.dashboard.urls")),
    path("admin/", admin.site.urls),
    path("check-in/<str:token>", CheckInView.as_view(), name="check-in"),
    path("livez", monitors.livez, name="livez"),
    path("readyz", monitors.readyz, name="readyz"),
    path("statusz", monitors.statusz, name="statusz"),
    path("metrics", monitors.metrics, name="metrics"),
]

handler400 = "backend.platform.edge.errors.bad_request"
handler403 = "backend.platform.edge.errors.permission_denied"
handler404 = "backend.platform.edge.errors.not_found"
handler500 = "backend.platform.edge.errors.server_error"
