"""A client as JSON, and what may be said about one."""

import json
from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from oauth2_provider.settings import oauth2_settings
from rest_framework import serializers

from backend.platform.api.fields import ListField, StrictSerializer, TextField, TrueOrFalseField, WordField
from clinics.clients.services.key_sets import UnfitKeysError, read_keys
from clinics.clients.services.signed_tokens import MOST_CHARACTERS
from clinics.identity.models import ApiClient
from clinics.identity.scopes import ALL_SCOPES

#: The words of RFC 6749 for the two grants there are.
GRANTS = {
    "client_credentials": ApiClient.GRANT_CLIENT_CREDENTIALS,
    "authorization_code": ApiClient.GRANT_AUTHORIZATION_CODE,
}
GRANT_WORDS = {grant: word for word, grant in GRANTS.items()}


def redirect_uri(address: str) -> None:
    """Refuse what a code must not be sent to: an address is compared as a whole, so it must be one."""
    try:
        parts = urlsplit(address)
        whole = bool(parts.hostname) and not (parts.username or parts.password)
    except ValueError:
        whole, parts = False, urlsplit("")
    schemes = oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES
    if not whole or parts.scheme not in schemes or "#" in address or "*" in address or " " in address:
        said = "Must be an absolute https address without fragment, wildcard or sign-in."
        raise serializers.ValidationError(said, "invalid")


@extend_schema_serializer(component_name="ClientChanges")
class ClientChangesSerializer(StrictSerializer):
    """What may be changed of a client."""

    name = TextField(max_length=200)
    redirect_uris = ListField(
        child=TextField(max_length=500, validators=[redirect_uri]),
        max_length=10,
        default=list,
        help_text="Where people come back to; for authorization_code at least one, otherwise none.",
    )
    scopes = ListField(
        child=WordField("Scope", ALL_SCOPES),
        min_length=1,
        max_length=100,
        help_text="What it may ask for.",
    )
    acts_for = serializers.UUIDField(
        default=None, allow_null=True, help_text="The clinician who answers for what it acknowledges."
    )


def key_set(text: dict[str, Any]) -> None:
    """Refuse what no signature could be verified with, and private keys above all."""
    try:
        read_keys(json.dumps(text))
    except UnfitKeysError:
        said = "Must be a JWK Set of public keys: RSA for RS384, P-384 for ES384."
        raise serializers.ValidationError(said, "invalid") from None


@extend_schema_serializer(component_name="ClientKeys")
class ClientKeysSerializer(StrictSerializer):
    """How software proves itself by a signature: its keys, or where it publishes them."""

    jwks = serializers.JSONField(
        default=None, allow_null=True, validators=[key_set], help_text="A JWK Set of public keys."
    )
    jwks_uri = TextField(
        default=None,
        allow_null=True,
        max_length=500,
        help_text="An https address that answers with the JWK Set; no other is ever asked.",
    )
    cds_issuer = TextField(
        default=None,
        allow_null=True,
        max_length=255,
        help_text="The `iss` of its CDS Hooks tokens, which the same keys sign. Null: it calls none.",
    )
    cds_tenant = TextField(
        default=None,
        allow_null=True,
        max_length=255,
        help_text="The `tenant` of those tokens, for an issuer that serves several organisations.",
    )
    cds_patient_system = TextField(
        default=None,
        allow_null=True,
        max_length=255,
        help_text="The `system` of the identifiers in its Patient resources that are our `external_id`. With "
        "it, feedback on a card stands in the patient's timeline.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two, or neither: then the secret counts again."""
        if attrs["jwks"] is not None and attrs["jwks_uri"] is not None:
            raise serializers.ValidationError({"jwks_uri": "Give the keys or the address, not both."})
        if attrs["cds_issuer"] is not None and attrs["jwks"] is None and attrs["jwks_uri"] is None:
            raise serializers.ValidationError({"cds_issuer": "Its tokens need keys to be verified with."})
        return attrs


@extend_schema_serializer(component_name="ClientRotation")
class ClientRotationSerializer(StrictSerializer):
    """What becomes of the tokens that were got with the old secret."""

    end_tokens = TrueOrFalseField(
        default=True,
        help_text="true ends every token and code of the client at once; false lets tokens last out their "
        "time, for an exchange that no leak prompted.",
    )


@extend_schema_serializer(component_name="ClientIssuerProof")
class IssuerProofSerializer(StrictSerializer):
    """What software signed to prove its issuer."""

    token = TextField(max_length=MOST_CHARACTERS, help_text="A compact JWS, good for five minutes and once.")


@extend_schema_serializer(component_name="ClientRegistration")
class ClientRegistrationSerializer(ClientChangesSerializer):
    """New software."""

    grant_type = WordField("GrantType", GRANTS)


@extend_schema_serializer(component_name="ClinicClient")
class ClientSerializer(serializers.Serializer[ApiClient]):
    """Software of the clinic."""

    id = serializers.UUIDField()
    client_id = serializers.CharField(help_text="What it calls itself at /oauth/token/.")
    name = serializers.CharField()
    grant_type = serializers.SerializerMethodField()
    redirect_uris = serializers.SerializerMethodField()
    scopes = serializers.SerializerMethodField()
    acts_for = serializers.UUIDField(source="acts_for_id", allow_null=True)
    active = serializers.SerializerMethodField()
    keys = serializers.SerializerMethodField()
    cds_issuer_proven_at = serializers.DateTimeField(
        source="cds_proven_at",
        allow_null=True,
        help_text="Since when its calls of CDS Hooks count; null: it has yet to prove its issuer.",
    )
    secret_changed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(source="created")
    updated_at = serializers.DateTimeField(source="updated")

    @extend_schema_field(WordField("GrantType", GRANTS))
    def get_grant_type(self, client: ApiClient) -> str:
        """One of the two that there are."""
        return GRANT_WORDS[client.authorization_grant_type]

    def get_redirect_uris(self, client: ApiClient) -> list[str]:
        """Where people come back to."""
        return client.redirect_uris.split()

    @extend_schema_field(serializers.ListField(child=WordField("Scope", ALL_SCOPES)))
    def get_scopes(self, client: ApiClient) -> list[str]:
        """What it may ask for; nothing once it was revoked."""
        return [scope for scope in client.allowed_scopes.split() if scope in ALL_SCOPES]

    @extend_schema_field(ClientKeysSerializer(allow_null=True))
    def get_keys(self, client: ApiClient) -> dict[str, Any] | None:
        """What it proves itself by instead of a secret; null when it has one."""
        if not client.token_endpoint_auth_method:
            return None
        return {
            "jwks": json.loads(client.client_jwks) if client.client_jwks else None,
            "jwks_uri": client.client_jwks_uri or None,
            "cds_issuer": client.cds_issuer or None,
            "cds_tenant": client.cds_tenant or None,
            "cds_patient_system": client.cds_patient_system or None,
        }

    def get_active(self, client: ApiClient) -> bool:
        """Whether it can get tokens."""
        return bool(client.allowed_scopes)


SECRET_STATUS = ("shown_this_once", "shown_before")


@extend_schema_serializer(component_name="ClientWithSecret")
class ClientWithSecretSerializer(ClientSerializer):
    """A client whose secret was just made: it is shown once and can't be read again."""

    client_secret = serializers.CharField(
        allow_null=True, help_text="Null when a repeated request is answered: rotate it if you have lost it."
    )
    client_secret_status = WordField("ClientSecretStatus", SECRET_STATUS)


CHANGES = ClientChangesSerializer(partial=True)
REGISTRATION = ClientRegistrationSerializer()
KEYS = ClientKeysSerializer()
ROTATION = ClientRotationSerializer()
ISSUER_PROOF = IssuerProofSerializer()
CLIENT = ClientSerializer()


def client_document(client: ApiClient) -> dict[str, Any]:
    """A client as every answer shows it, without its secret."""
    return dict(CLIENT.to_representation(client))


def secret_document(client: ApiClient, secret: str | None) -> dict[str, Any]:
    """The same with its new secret; ``None`` when this isn't the first answer."""
    status = SECRET_STATUS[secret is None]
    return {**client_document(client), "client_secret": secret, "client_secret_status": status}
