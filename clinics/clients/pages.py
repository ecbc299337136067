"""The clinic's software: registered, changed, given a new secret or keys, withdrawn."""

import uuid
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from backend.platform.api.etags import etag_of
from clinics.clients.documents import CHANGES, GRANTS, ISSUER_PROOF, KEYS, REGISTRATION, client_document
from clinics.clients.forms import (
    ChangesForm,
    IssuerProofForm,
    KeysForm,
    RegistrationForm,
    RotationForm,
    scope_words,
)
from clinics.clients.services.prove_issuer import proof_address, prove_issuer
from clinics.clients.services.register import (
    change_client,
    register_client,
    revoke_client,
    rotate_secret,
    set_keys,
)
from clinics.dashboard.forms import Confirmed, SettingsForm, State
from clinics.dashboard.settings import SettingsPage
from clinics.identity.models import ApiClient
from clinics.identity.permissions import Permission


def state_of(client: ApiClient) -> State:
    """Whether it gets tokens, and how it proves itself."""
    if not client.allowed_scopes:
        return State("Withdrawn", "off")
    return State("Signs its requests" if client.token_endpoint_auth_method else "Has a secret")


class _ClientsPage(SettingsPage):
    """What both pages share."""

    seen_with = Permission.SEE_CLIENTS
    changed_with = Permission.CHANGE_CLIENTS


class ClientsPage(_ClientsPage):
    """All of it, and new software."""

    title = "API clients"
    template = "clinics/settings/clients.html"
    steps = {"register": RegistrationForm}

    def state(self, about: None) -> str:  # noqa: ARG002
        """A form that is sent twice registers once."""
        return etag_of({"clients": sorted(self.clinic.api_clients.values_list("id", flat=True))})

    def form(self, step: str, about: None, data: Any = None) -> SettingsForm:  # noqa: ARG002
        """Offers what the person holds, and the clinicians who may answer for it."""
        return RegistrationForm(data, auto_id=f"{step}-%s", clinic=self.clinic, held=self.held)

    def context(self, about: None) -> dict[str, Any]:  # noqa: ARG002
        """What is in use first."""
        clients = sorted(self.clinic.api_clients.all(), key=lambda one: (not one.allowed_scopes, one.name))
        return {"clients": [(one, state_of(one), scope_words(one)) for one in clients]}

    def register(self, about: None, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """The secret is on this page and nowhere else."""
        details = REGISTRATION.run_validation(form.body())
        details["grant_type"] = GRANTS[details["grant_type"]]
        client, secret = register_client(clinic=self.clinic, held=self.held, now=timezone.now(), **details)
        return self.page(None, secret=secret, made=client)


class ClientPage(_ClientsPage):
    """One of them."""

    title = "API client"
    template = "clinics/settings/client.html"
    steps: ClassVar = {
        "change": ChangesForm,
        "rotate": RotationForm,
        "set_keys": KeysForm,
        "prove_issuer": IssuerProofForm,
        "withdraw": Confirmed,
    }

    def find(self, *, lock: bool, **ids: uuid.UUID) -> ApiClient:
        """The client."""
        clients = self.clinic.api_clients.select_related("acts_for__user")
        clients = clients.select_for_update(of=("self",)) if lock else clients
        client: ApiClient = get_object_or_404(clients, pk=ids["client_id"])
        return client

    def state(self, about: ApiClient) -> str:
        """As the API's ETag."""
        return etag_of(client_document(about))

    def form(self, step: str, about: ApiClient, data: Any = None) -> SettingsForm:
        """Filled in with how it stands."""
        kept = client_document(about)
        match step:
            case "change":
                initial = ChangesForm.initial_of(kept)
                return ChangesForm(
                    data, auto_id="change-%s", initial=initial, clinic=self.clinic, held=self.held
                )
            case "set_keys":
                return KeysForm(data, auto_id="keys-%s", initial=KeysForm.initial_of(kept["keys"]))
            case "rotate":
                return RotationForm(data, auto_id="rotate-%s")
            case "prove_issuer":
                return IssuerProofForm(data, auto_id="proof-%s")
            case _:
                return Confirmed(data, auto_id=f"{step}-%s")

    def context(self, about: ApiClient) -> dict[str, Any]:
        """What it may do, in words."""
        by_itself = about.authorization_grant_type == ApiClient.GRANT_CLIENT_CREDENTIALS
        said = {"it": state_of(about), "scopes": scope_words(about), "by_itself": by_itself}
        return {**said, "proof_address": proof_address(about)}

    def change(self, about: ApiClient, form: SettingsForm) -> HttpResponse:
        """Scopes taken away are gone from its tokens at once."""
        change_client(client=about, held=self.held, changes=CHANGES.run_validation(form.body()))
        return self.done("Stored. Tokens follow at once.")

    def rotate(self, about: ApiClient, form: SettingsForm) -> HttpResponse:
        """The new secret is on this page and nowhere else."""
        secret = rotate_secret(client=about, held=self.held, now=timezone.now(), **form.body())
        return self.page(about, secret=secret)

    def set_keys(self, about: ApiClient, form: SettingsForm) -> HttpResponse:
        """From now on it signs; without keys the secret counts again."""
        keys = KEYS.run_validation(form.body())
        set_keys(client=about, held=self.held, now=timezone.now(), **keys)
        signs = bool(about.token_endpoint_auth_method)
        return self.done("It proves itself by its keys now." if signs else "Its secret counts again.")

    def prove_issuer(self, about: ApiClient, form: SettingsForm) -> HttpResponse:
        """Its software has signed that the issuer's calls are its own."""
        token = ISSUER_PROOF.run_validation(form.body())["token"]
        prove_issuer(client=about, held=self.held, token=token, now=timezone.now())
        return self.done("Proven. Its calls of CDS Hooks count from now on.")

    def withdraw(self, about: ApiClient, form: SettingsForm) -> HttpResponse:  # noqa: ARG002
        """Its tokens end at once and it gets no more; it stays in the record of what it did."""
        revoke_client(client=about, by=None)
        return self.done(f"{about.name} is withdrawn: its tokens have ended.", reverse("settings-clients"))
