"""A person's second factor, and what lets them in who has lost it."""

import secrets
from base64 import b32encode
from typing import ClassVar
from urllib.parse import quote, urlencode

import structlog
from django.conf import settings
from django.db import models
from django.utils import timezone
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from backend.platform.secrets import NoEncryptionKeyError, UnreadableSecretError, decrypt, encrypt
from backend.platform.storage.columns import Identified


class RecoveryCode(Identified):
    """One code of a person, good once in place of a one-time code; only its hash is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="one_row_per_recovery_code")]

    def __str__(self) -> str:
        return f"Recovery code {self.id}"


logger = structlog.get_logger(__name__)

_SEED_BYTES = 20


def new_seed() -> str:
    """Return a new seed, sealed; raises ``NoEncryptionKeyError``."""
    return encrypt(secrets.token_hex(_SEED_BYTES))


class Authenticator(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc] # django_otp carries no types
    """A time-based authenticator (RFC 6238) whose seed is stored sealed with ``ENCRYPTION_KEYS``.

    It shows six digits that change every 30 seconds; those before and after are taken too, each once.
    """

    step: ClassVar[int] = 30
    t0: ClassVar[int] = 0
    digits: ClassVar[int] = 6
    tolerance: ClassVar[int] = 1

    sealed_seed = models.TextField(default=new_seed)
    drift = models.SmallIntegerField(default=0, help_text="Steps by which its clock is known to differ.")
    last_t = models.BigIntegerField(default=-1, help_text="Step of the last code taken: the next is later.")

    class Meta(Device.Meta):  # type: ignore[misc]
        pass

    @property
    def bin_key(self) -> bytes:
        """The seed; raises ``UnreadableSecretError`` or ``NoEncryptionKeyError``."""
        return bytes.fromhex(decrypt(self.sealed_seed))

    def verify_token(self, token: str) -> bool:
        """Whether it is a code of now that wasn't used; wrong ones slow down the next attempt."""
        if not self.verify_is_allowed()[0]:
            return False
        try:
            clock = TOTP(self.bin_key, self.step, self.t0, self.digits, self.drift)
        except (UnreadableSecretError, NoEncryptionKeyError):
            logger.error("authenticator_unreadable", person=str(self.user_id))
            return False
        clock.time = timezone.now().timestamp()
        if not (token.isascii() and token.isdecimal()):
            verified = False
        else:
            verified = clock.verify(int(token), self.tolerance, self.last_t + 1)
        if verified:
            self.last_t, self.drift = clock.t(), clock.drift
            self.throttle_reset(commit=False)
            self.set_last_used_timestamp(commit=False)
            self.save()
        else:
            self.throttle_increment(commit=True)
        return bool(verified)

    def get_throttle_factor(self) -> int:
        """Seconds after the first wrong code; they double with each."""
        return int(getattr(settings, "OTP_TOTP_THROTTLE_FACTOR", 1))

    @property
    def config_url(self) -> str:
        """The address that an authenticator is set up with; raises as ``bin_key``."""
        issuer = settings.OTP_TOTP_ISSUER
        told = {"secret": b32encode(self.bin_key), "algorithm": "SHA1", "digits": 6, "period": self.step}
        label = quote(f"{issuer}:{self.user.get_username()}")
        return f"otpauth://totp/{label}?{urlencode(told)}&issuer={quote(issuer)}"
