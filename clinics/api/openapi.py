"""How the OpenAPI document describes authentication."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from clinics.api.views import scopes_needed
from clinics.identity.scopes import ALL_SCOPES


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth 2 with a scope for each operation."""

    target_class = "clinics.api.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """The scopes that this operation needs."""
        return {self.name: sorted(scopes_needed(auto_schema.view, auto_schema.method))}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        """Client credentials for software, authorization code with PKCE for people."""
        return {
            "type": "oauth2",
            "description": "An application belongs to one clinic; its tokens see nothing else.",
            "flows": {
                "clientCredentials": {"tokenUrl": "/oauth/token/", "scopes": dict(ALL_SCOPES)},
                "authorizationCode": {
                    "authorizationUrl": "/oauth/authorize/",
                    "tokenUrl": "/oauth/token/",
                    "scopes": dict(ALL_SCOPES),
                },
            },
        }
