"""Routes of patients."""

from django.urls import path

from patients import api

urlpatterns = [
    path("patients", api.PatientList.as_view(), name="patients"),
    path("patients/search", api.PatientSearch.as_view(), name="patient-search"),
    path("patients/<uuid:patient_id>", api.PatientDetail.as_view(), name="patient"),
    path("patients/<uuid:patient_id>/legal-hold", api.LegalHoldView.as_view(), name="patient-legal-hold"),
    path(
        "patients/by-external-id/<path:external_id>",
        api.PatientByExternalId.as_view(),
        name="patient-by-external-id",
    ),
]
