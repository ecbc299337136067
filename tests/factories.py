"""Rows for tests, made the way the service makes them: inside their clinic's scope."""

import hashlib
import json
import secrets
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from oauth2_provider.models import AccessToken
from rest_framework.test import APIClient

from assessments.cds.models import CardFeedback
from assessments.cds.services import Feedback, note_card, take_feedback
from assessments.protocol import evaluate
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import ApiClient, Clinic, Membership, Role, User
from clinics.identity.scopes import ALL_SCOPES
from patients.models import Patient

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads((Path(__file__).parent / "protocol" / "cases.json").read_text())
}


def reassuring_answers(**changes: object) -> dict[str, object]:
    """Answers that let a runner continue (worked case V01), with changes; ``None`` leaves one out."""
    answers = {**CASES["V01"]["answers"], **changes}
    return {name: value for name, value in answers.items() if value is not None}


PATHWAY = {
    "emergency_number": "999",
    "emergency_destination": "A&E, General Hospital",
    "takes_pregnant_runners": True,
    "maternity_emergency_number": "020 7946 0150",
    "maternity_destination": "Maternity unit, General Hospital",
}


def make_clinic(name: str, **settings: object) -> Clinic:
    """A clinic whose pathway is complete, with an admin, an on-call clinician and a client."""
    clinic = Clinic(**({"name": name} | PATHWAY | settings))
    with clinic_scope(clinic.id):
        clinic.save()
        clinic.lead = make_member(clinic, Role.ADMIN)
        clinic.on_call = make_member(clinic, Role.CLINICIAN)
        clinic.save()
        make_client(clinic, acts_for=clinic.on_call)
    return clinic


def make_member(clinic: Clinic, role: str, **fields: object) -> Membership:
    """A person with a role; ``role@clinic.example`` is their address."""
    username = f"{role}-{secrets.token_hex(4)}"
    user = User.objects.create_user(
        username,
        email=f"{username}@{slugify(clinic.name)}.example",
        first_name=role.title(),
        last_name="Person",
    )
    with clinic_scope(clinic.id):
        return clinic.members.create(user=user, role=role, **fields)


def make_client(
    clinic: Clinic, *, acts_for: Membership | None = None, scopes: str | None = None
) -> ApiClient:
    """Software of a clinic."""
    with clinic_scope(clinic.id):
        return clinic.api_clients.create(
            name=f"{clinic.name} practice system",
            client_type=ApiClient.CLIENT_CONFIDENTIAL,
            authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
            allowed_scopes=" ".join(ALL_SCOPES) if scopes is None else scopes,
            acts_for=acts_for,
        )


def make_token(client: ApiClient, *, scopes: str | None = None, user: User | None = None) -> str:
    """A live access token of a client, for a person when ``user`` is given."""
    token = secrets.token_urlsafe(24)
    AccessToken.objects.create(
        application=client,
        user=user,
        token=token,
        token_checksum=hashlib.sha256(token.encode()).hexdigest(),
        scope=" ".join(ALL_SCOPES) if scopes is None else scopes,
        expires=timezone.now() + timedelta(hours=1),
    )
    return token


def api_for(clinic: Clinic, **token: Any) -> APIClient:
    """An HTTP client that carries a token of the clinic's software."""
    with clinic_scope(clinic.id):
        client = clinic.api_clients.earliest("created")
        secret = make_token(client, **token)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    api.default_format = "json"
    return api


def make_patient(clinic: Clinic, **fields: object) -> Patient:
    """A runner of a clinic."""
    with clinic_scope(clinic.id):
        return clinic.patients.create(given_name="Robin", family_name="Runner", **fields)


def assessment_body(
    patient: Patient, answers: dict[str, object] | None = None, **changes: object
) -> dict[str, object]:
    """The body of POST /assessments, assessed now."""
    return {
        "patient": str(patient.id),
        "assessed_at": timezone.now().isoformat(),
        "assessor_role": "physiotherapist",
        "answers": reassuring_answers() if answers is None else answers,
        **changes,
    }


def make_feedback(clinic: Clinic, patient_id: uuid.UUID, *, comment: str) -> None:
    """A card that was shown about a runner in another system, and overridden there."""
    now = timezone.now()
    with clinic_scope(clinic.id):
        client = clinic.api_clients.earliest("created")
        shown: Any = {"clinic": clinic, "client": client, "service": "patient-view", "now": now}
        about = clinic.patients.get(id=patient_id)
        card = note_card(patient=about, evaluation=evaluate({}), card=uuid.uuid4(), suggestions=[], **shown)
        told = Feedback(card.id, CardFeedback.Outcome.OVERRIDDEN, now, comment=comment)
        take_feedback(told=[told], **shown)
