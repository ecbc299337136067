"""Forms of a clinic's software, as bodies of the API, and its scopes in words."""

import json
from collections.abc import Iterator, Set
from typing import Any

from django import forms

from clinics.clients.services.signed_tokens import MOST_CHARACTERS
from clinics.dashboard.forms import SettingsForm, lines
from clinics.identity.clinicians import CLINICAL_ROLES, working_members
from clinics.identity.models import ApiClient, Clinic
from clinics.identity.permissions import Permission
from clinics.identity.scopes import ALL_SCOPES, RESOURCES

GRANTS = [
    ("client_credentials", "By itself, with a secret or keys of its own: a practice system, a server"),
    ("authorization_code", "For people who sign in through it: an app on a phone, a web page"),
]


def scope_words(client: ApiClient) -> list[str]:
    """What it may do, a line for each resource."""
    held = set(client.allowed_scopes.split())
    verbs = {"read": "Reads", "write": "changes"}
    found = []
    for resource, what in RESOURCES.items():
        may = [words for verb, words in verbs.items() if f"{resource}:{verb}" in held]
        if may:
            found.append(f"{' and '.join(may).capitalize()} {what}")
    return found


class ChangesForm(SettingsForm):
    """What may be changed of software."""

    name = forms.CharField(max_length=200, help_text="So that people know it: practice system, website.")
    redirect_uris = forms.CharField(
        label="Where people come back to",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Only where people sign in through it: https addresses, one on each line.",
    )
    acts_for = forms.ChoiceField(
        label="Clinician who answers for it",
        required=False,
        help_text="For what it acknowledges without naming anybody.",
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do", choices=list(ALL_SCOPES.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, clinic: Clinic, held: Set[Permission], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = working_members(clinic).filter(role__in=CLINICAL_ROLES).order_by("name", "id")
        named = [(str(one.id), one.shown_name) for one in people]
        self.fields["acts_for"].choices = [("", "Nobody"), *named]  # type: ignore[attr-defined]
        self.held = held

    @staticmethod
    def initial_of(kept: dict[str, Any]) -> dict[str, Any]:
        """From the API's document."""
        acts_for = str(kept["acts_for"]) if kept["acts_for"] else ""
        return {**kept, "redirect_uris": "\n".join(kept["redirect_uris"]), "acts_for": acts_for}

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "redirect_uris": lines(said["redirect_uris"]),
            "scopes": said["scopes"],
            "acts_for": said["acts_for"] or None,
        }

    def rows(self) -> Iterator[tuple[str, list[tuple[str, bool, bool]]]]:
        """The scopes by resource: each a word, whether it is chosen, and whether the person may grant it."""
        chosen = set(self["scopes"].value() or ())
        for resource, what in RESOURCES.items():
            words = [f"{resource}:{verb}" for verb in ("read", "write")]
            yield what, [(word, word in chosen, word in self.held) for word in words]


class RegistrationForm(ChangesForm):
    """New software."""

    grant_type = forms.ChoiceField(label="How it is used", choices=GRANTS, widget=forms.RadioSelect)
    field_order = ("name", "grant_type")

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        return {**super().body(), "grant_type": self.cleaned_data["grant_type"]}


class RotationForm(SettingsForm):
    """What becomes of the tokens got with the old secret."""

    keep_tokens = forms.BooleanField(
        label="Let the tokens it holds last out their time",
        required=False,
        help_text="Only where nobody else can know the old secret: otherwise they end at once.",
    )

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        return {"end_tokens": not self.cleaned_data["keep_tokens"]}


class KeysForm(SettingsForm):
    """How software proves itself by a signature."""

    jwks = forms.CharField(
        label="Its public keys",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "st-code", "spellcheck": "false"}),
        help_text="A JWK Set as JSON: RSA for RS384, P-384 for ES384. Never a private key.",
    )
    jwks_uri = forms.CharField(
        label="Or where it publishes them",
        required=False,
        max_length=500,
        help_text="An https address that answers with the JWK Set. With neither, its secret counts.",
    )
    cds_issuer = forms.CharField(
        label="Issuer of its CDS Hooks tokens",
        required=False,
        max_length=255,
        help_text="Only if it calls CDS Hooks.",
    )
    cds_tenant = forms.CharField(
        label="Tenant of those tokens",
        required=False,
        max_length=255,
        help_text="Only for an issuer that serves several organisations.",
    )
    cds_patient_system = forms.CharField(
        label="System of its patients' identifiers",
        required=False,
        max_length=255,
        help_text="Of those that are external ids here: with it, feedback on a card stands with the runner.",
    )

    @staticmethod
    def initial_of(kept: dict[str, Any] | None) -> dict[str, Any]:
        """From the API's document."""
        if kept is None:
            return {}
        return {**kept, "jwks": json.dumps(kept["jwks"], indent=2) if kept["jwks"] else ""}

    def clean_jwks(self) -> Any:
        """JSON; the API says whether it is a set of keys."""
        text = self.cleaned_data["jwks"].strip()
        try:
            return json.loads(text) if text else None
        except (ValueError, RecursionError):
            raise forms.ValidationError("This is not JSON.") from None

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        return {name: None if said == "" else said for name, said in self.cleaned_data.items()}


class IssuerProofForm(SettingsForm):
    """What software signed to prove its issuer."""

    token = forms.CharField(
        label="Signed token",
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4, "class": "st-code", "spellcheck": "false"}),
        help_text="Good for five minutes, and once.",
    )

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        return dict(self.cleaned_data)
