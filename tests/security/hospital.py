"""A hospital's software: it signs each call of CDS Hooks for the address that it calls."""

import uuid
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import ApiClient, Clinic
from tests.security.oauth import register
from tests.security.signing import claims, key_set, new_key, sign

KEY = new_key()
ISSUER = "https://ehr.example/hospital"
#: What the hospital calls its own patients' numbers.
NUMBERS = "urn:oid:1.2.36.146.595.217.0.1"
SCOPES = "evaluations:write assessments:write"


def hospital(clinic: Clinic, issuer: str = ISSUER, **fields: Any) -> ApiClient:
    """Register the software with the clinic, its issuer proven."""
    keys = {"token_endpoint_auth_method": "private_key_jwt", "client_jwks": key_set(KEY)}
    scopes = {"redirect_uris": "", "allowed_scopes": SCOPES, "cds_patient_system": NUMBERS}
    proven = {"cds_proven_at": timezone.now(), "cds_proven_keys": KEY.thumbprint()}
    given = proven | keys | scopes | fields
    return register(clinic, ApiClient.GRANT_CLIENT_CREDENTIALS, cds_issuer=issuer, **given)


def token(path: str, issuer: str = ISSUER, **changes: Any) -> str:
    """What it signs for one call."""
    return sign(KEY, claims(issuer, f"{settings.BASE_URL}{path}", **{"sub": None} | changes))


class HospitalAPI(APIClient):
    """Calls as the software of one clinic, with a token of its own for every call."""

    default_format = "json"

    def __init__(self, issuer: str) -> None:
        super().__init__()
        self.issuer = issuer

    def generic(self, method: str, path: str, *args: Any, headers: Any = None, **kwargs: Any) -> Any:
        """Sign the address, but for its query."""
        signed = token(path.partition("?")[0], self.issuer)
        given = {"Authorization": f"Bearer {signed}", **(headers or {})}
        return super().generic(method, path, *args, headers=given, **kwargs)


def hospital_api(clinic: Clinic, scopes: str = SCOPES) -> HospitalAPI:
    """The software that the clinic has, with just these scopes."""
    issuer = f"{ISSUER}/{clinic.id}"
    with clinic_scope(clinic.id):
        known = clinic.api_clients.filter(cds_issuer=issuer).update(allowed_scopes=scopes)
    if not known:
        hospital(clinic, issuer, allowed_scopes=scopes)
    return HospitalAPI(issuer)


def new_id() -> str:
    """An id that names no row: without dashes, so that nobody takes it for one."""
    return uuid.uuid4().hex
