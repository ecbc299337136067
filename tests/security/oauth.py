"""The ways to a token, as software and people go them."""

import base64
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import ApiClient, Clinic, User
from clinics.identity.scopes import ALL_SCOPES

REDIRECT = "http://localhost:9000/signed-in"
SECRET = "a secret that only tests know"
PASSWORD = "runs-every-morning-2026"


def register(clinic: Clinic, grant: str, **fields: Any) -> ApiClient:
    """Software of the clinic that was registered for one grant."""
    given = {"client_type": ApiClient.CLIENT_CONFIDENTIAL, "redirect_uris": REDIRECT, "client_secret": SECRET}
    given |= {"allowed_scopes": " ".join(ALL_SCOPES)} | fields
    with clinic_scope(clinic.id):
        return clinic.api_clients.create(name=grant, authorization_grant_type=grant, **given)


def ask_token(client: ApiClient | None = None, *, secret: str = SECRET, **form: str) -> Any:
    """POST /oauth/token/, with HTTP Basic when a client is given."""
    headers = {}
    if client is not None:
        pair = f"{client.client_id}:{secret}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Client(headers=headers).post("/oauth/token/", form)


def can_sign_in(user: User) -> User:
    """Give a person a password and the way in to the dashboard."""
    user.is_staff = True
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(user: User, *, next_page: str = "/admin/") -> tuple[Client, Any]:
    """A browser that went through the sign-in page, and the page's answer."""
    browser = Client()
    form = {"username": user.username, "password": PASSWORD, "next": next_page}
    return browser, browser.post("/admin/login/", form)


def authorization(client: ApiClient, **changes: str | None) -> tuple[dict[str, str], str]:
    """The parameters of an authorization request with PKCE, and the verifier behind its challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    parameters = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": REDIRECT,
        "scope": "patients:read assessments:read",
        "state": "as sent",
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in parameters.items() if value is not None}, verifier


def allow(browser: Client, parameters: dict[str, str]) -> dict[str, str]:
    """Say yes on the page; returns what the redirect tells the client."""
    answer = browser.post("/oauth/authorize/", {**parameters, "allow": "Authorize"})
    assert answer.status_code == 302, answer.content
    assert answer["Location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def redeem(client: ApiClient, code: str, verifier: str, **changes: str) -> Any:
    """Exchange the code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    return ask_token(client, **form | {"code_verifier": verifier} | changes)
