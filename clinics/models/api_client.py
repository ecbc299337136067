"""The software that speaks for a clinic."""

from typing import Any

from django.db import models
from oauth2_provider.models import AbstractApplication

from backend.platform.storage.columns import new_id
from backend.platform.storage.history import recorded
from clinics.models.clinic import Clinic

#: It proves itself by a signature and not by a secret.
PRIVATE_KEY_JWT = "private_key_jwt"


@recorded(values_for="clients:read", leaving_out=("client_secret", "updated"))
class ApiClient(AbstractApplication):
    """An OAuth application that belongs to exactly one clinic, with the scopes it may ask for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)  # type: ignore[assignment]
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="api_clients")
    allowed_scopes = models.TextField(
        blank=True, help_text="Scopes this client may ask for, separated by spaces."
    )
    acts_for = models.ForeignKey(
        "clinics.Membership",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The clinician who answers for what this software acknowledges, unless it names one.",
    )

    secret_changed_at = models.DateTimeField(
        null=True, blank=True, help_text="The secret itself is in no history; that it was changed is."
    )

    # Named as in the toolkit's next release, which brings them; then these three go.
    token_endpoint_auth_method = models.CharField(
        max_length=32, blank=True, default="", db_default="", choices=[(PRIVATE_KEY_JWT, "Signed assertion")]
    )
    client_jwks = models.TextField(
        blank=True, default="", db_default="", help_text="Its public keys, as a JWK Set."
    )
    client_jwks_uri = models.URLField(
        max_length=500, blank=True, default="", db_default="", help_text="Where it publishes them."
    )
    cds_issuer = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="The issuer of its tokens, when it calls CDS Hooks; signed with the same keys.",
    )
    cds_tenant = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="Which of the issuer's organisations it speaks for, where the issuer serves several.",
    )
    cds_proven_keys = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="Thumbprints (RFC 7638) of the keys that have signed, as this issuer and tenant, that its "
        "calls are this client's.",
    )
    cds_proven_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last of them did; until then no call is taken."
    )
    cds_patient_system = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="The system of the identifiers in its Patient resources that are our external ids.",
    )

    class Meta(AbstractApplication.Meta):
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        verbose_name = "API client"
        # Several clients may name one issuer: whose calls they are is the key's to say, see cds_proven_keys.
        indexes = [
            models.Index(
                fields=["cds_issuer", "cds_tenant"],
                condition=~models.Q(cds_issuer=""),
                name="api_client_by_cds_issuer",
            )
        ]

    def is_usable(self, request: Any) -> bool:  # noqa: ARG002 - the toolkit's signature
        """A client without scopes has been withdrawn: it gets no token, and those it has open nothing."""
        return bool(self.allowed_scopes.strip())

    def __str__(self) -> str:
        return str(self.name or self.client_id)
