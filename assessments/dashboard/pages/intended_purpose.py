"""The instructions for use: what the service is for and for what not, linked from the foot of every page."""

from typing import Any

from assessments.protocol.purpose import INTENDED_PURPOSE, NO_CONTACT, NOT_APPROVED, NOT_REVIEWED
from clinics.dashboard.settings import SettingsPage
from clinics.identity.permissions import Permission


class IntendedPurposePage(SettingsPage):
    """For every member of a clinic; where a person is missing it says so."""

    title = "Intended purpose"
    template = "assessments/settings/intended_purpose.html"
    seen_with = Permission.SEE_CLINIC

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """The text, as the API and the clinical safety file have it."""
        return {
            "told": INTENDED_PURPOSE,
            "approved_by": INTENDED_PURPOSE.approved_by or NOT_APPROVED,
            "reviewed_on": INTENDED_PURPOSE.reviewed_on or NOT_REVIEWED,
            "contact": INTENDED_PURPOSE.contact or NO_CONTACT,
        }
