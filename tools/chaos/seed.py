"""Clinics with runners and a client each: `python -m tools.chaos.seed CLINICS RUNNERS WEBHOOK`.

Prints who they are. Runs as the owner of the database, which it migrates first.
"""

import json
import secrets
import sys
from typing import Any

import django

from tools.chaos.records import WEBHOOK_URGENCIES


def main(arguments: list[str]) -> None:
    """Print ``[{client_id, client_secret, patients}]``, one for each clinic."""
    django.setup()
    from django.core.management import call_command

    clinics, runners, webhook = int(arguments[0]), int(arguments[1]), arguments[2]
    call_command("migrate", verbosity=0)
    print(json.dumps([_clinic(number, runners, webhook) for number in range(1, clinics + 1)]))


def _clinic(number: int, runners: int, webhook: str) -> dict[str, Any]:
    """A practice with a lead, a clinician on call, each with an address, and a webhook."""
    from assessments.escalations.channels.services.on_call_services import add_on_call_service
    from backend.platform.storage.tenancy import clinic_scope
    from clinics.identity.models import ApiClient, Clinic, Role

    clinic = Clinic(
        name=f"Practice {number}",
        emergency_number="999",
        emergency_destination="A&E, General Hospital",
        takes_pregnant_runners=False,
    )
    secret = secrets.token_urlsafe(32)
    with clinic_scope(clinic.id):
        clinic.save()
        clinic.lead = _member(clinic, Role.ADMIN, f"lead-{number}")
        clinic.on_call = _member(clinic, Role.CLINICIAN, f"clinician-{number}")
        clinic.save()
        urgencies = list(WEBHOOK_URGENCIES)
        service = {"name": "Pager", "kind": "webhook", "url": webhook, "urgencies": urgencies}
        add_on_call_service(clinic=clinic, details=service)
        client = clinic.api_clients.create(
            name=f"Practice {number}",
            client_type=ApiClient.CLIENT_CONFIDENTIAL,
            authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
            allowed_scopes="assessments:read assessments:write escalations:read escalations:write",
            acts_for=clinic.on_call,
            client_secret=secret,
        )
        patients = clinic.patients.bulk_create(
            clinic.patients.model(clinic=clinic, given_name="Robin", family_name=f"Runner {place}")
            for place in range(runners)
        )
    return {
        "client_id": client.client_id,
        "client_secret": secret,
        "patients": [str(patient.id) for patient in patients],
    }


def _member(clinic: Any, role: str, name: str) -> Any:
    from clinics.identity.models import User

    user = User.objects.create_user(name, email=f"{name}@practice.example")
    return clinic.members.create(user=user, role=role)


if __name__ == "__main__":
    main(sys.argv[1:])
