"""Routes of patients."""

from django.urls import path

from patients.api import legal_hold, views

urlpatterns = [
    path("patients", views.PatientList.as_view(), name="patients"),
    path("patients/search", views.PatientSearch.as_view(), name="patient-search"),
    path("patients/<uuid:patient_id>", views.PatientDetail.as_view(), name="patient"),
    path(
        "patients/<uuid:patient_id>/legal-hold", legal_hold.LegalHoldView.as_view(), name="patient-legal-hold"
    ),
    path(
        "patients/by-external-id/<path:external_id>",
        views.PatientByExternalId.as_view(),
        name="patient-by-external-id",
    ),
]
