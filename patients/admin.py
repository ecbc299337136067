"""Runners in the dashboard: to be read. Their names never travel in a URL, so there is no search box."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from clinics.dashboard.model_admin import ClinicModelAdmin
from clinics.identity.permissions import Permission
from patients.models import Patient


@admin.register(Patient)
class PatientAdmin(ClinicModelAdmin):
    """The clinic's runners by name."""

    related = "patients"
    seen_with = Permission.SEE_PATIENTS
    list_display = ("runner_page", "external_id", "birth_date", "archived_at", "archive_reason", "erased_at")
    list_display_links = None
    change_form_outer_before_template = "patients/to_the_page.html"
    ordering = ("family_name", "given_name", "id")
    fields = (
        "given_name",
        "family_name",
        "external_id",
        "birth_date",
        "sex_at_birth",
        "contact",
        "running_profile",
        "archived_at",
        "archive_reason",
        "erased_at",
        "legal_hold_reason",
        "legal_hold_until",
        "created_at",
        "updated_at",
    )

    @display(description="Patient", ordering="family_name")  # type: ignore[untyped-decorator]
    def runner_page(self, patient: Patient) -> str:
        """The name as the list is sorted, and the way to their page."""
        page = reverse("patient-page", args=[patient.id])
        name = f"{patient.family_name}, {patient.given_name}"
        return format_html('<a class="rtr-link" href="{}">{}</a>', page, name)
