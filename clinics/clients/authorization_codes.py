"""Authorization codes: kept as hashes, and one that is used twice ends what its first use got."""

import hashlib
import uuid
from typing import Any

import structlog
from oauth2_provider.models import Grant, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator

logger = structlog.get_logger(__name__)


def kept(code: str) -> str:
    """Return what the database keeps of a code, which is random: a plain hash is enough."""
    return hashlib.sha256(code.encode()).hexdigest()


def family_of(code: str) -> uuid.UUID:
    """The family of all tokens that come of a code, so that its second use finds them."""
    return uuid.UUID(bytes=hashlib.sha256(b"family:" + code.encode()).digest()[:16])


class OneUseCodes(OAuth2Validator):
    """Takes each code once; a second use revokes the tokens of the first (RFC 6749, 4.1.2)."""

    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> Any:
        hashed = {**code, "code": kept(code["code"])}
        return super()._create_authorization_code(request, hashed, expires)  # type: ignore[no-untyped-call]

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Whether the code is good; of two uses at once the second waits and finds it used."""
        list(Grant.objects.select_for_update().filter(code=kept(code), application=client))
        good = super().validate_code(client_id, kept(code), client, request, *args, **kwargs)  # type: ignore[no-untyped-call]
        if not good:
            _end_what_came_of(code, client)
        return bool(good)

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Whether the address is the one that the code was asked with."""
        return bool(
            super().confirm_redirect_uri(client_id, kept(code), redirect_uri, client, *args, **kwargs)  # type: ignore[no-untyped-call]
        )

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Take the code away: it was used."""
        super().invalidate_authorization_code(client_id, kept(code), request, *args, **kwargs)  # type: ignore[no-untyped-call]

    def get_code_challenge(self, code: str, request: Any) -> Any:
        """The challenge that the code was asked with."""
        return super().get_code_challenge(kept(code), request)  # type: ignore[no-untyped-call]

    def get_code_challenge_method(self, code: str, request: Any) -> Any:
        """How the challenge was made."""
        return super().get_code_challenge_method(kept(code), request)  # type: ignore[no-untyped-call]

    def get_authorization_code_scopes(
        self, client_id: str, code: str, redirect_uri: str, request: Any
    ) -> list[str]:
        """The scopes that the person allowed."""
        scopes = super().get_authorization_code_scopes(client_id, kept(code), redirect_uri, request)  # type: ignore[no-untyped-call]
        return list(scopes)

    def _create_refresh_token(self, request: Any, refresh_token_code: str, *args: Any) -> Any:
        token = super()._create_refresh_token(request, refresh_token_code, *args)  # type: ignore[no-untyped-call]
        if request.grant_type == "authorization_code":
            token.token_family = family_of(request.code)
            token.save(update_fields=["token_family"])
        return token


def _end_what_came_of(code: str, client: Any) -> None:
    """End every token of the family of a code that was used before; of any other there is none."""
    family = family_of(code)
    if RefreshToken.objects.filter(token_family=family, application=client).exists():
        RefreshToken.revoke_family(family)
        logger.warning("authorization_code_replayed", client=str(client.id))
