"""Runners in the dashboard: to be read. Their names never travel in a URL, so there is no search box."""

from django.contrib import admin

from clinics.admin import ClinicModelAdmin
from clinics.permissions import Permission
from patients.models import Patient


@admin.register(Patient)
class PatientAdmin(ClinicModelAdmin):
    """The clinic's runners by name."""

    related = "patients"
    seen_with = Permission.SEE_PATIENTS
    list_display = ("family_name", "given_name", "external_id", "birth_date", "archived_at", "erased_at")
    list_display_links = ("family_name", "given_name")
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
        "erased_at",
        "legal_hold_reason",
        "legal_hold_until",
        "created_at",
        "updated_at",
    )
