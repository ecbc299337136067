"""Secrets of a clinic that must be read again, such as a service's URL: stored encrypted.

``ENCRYPTION_KEYS`` holds Fernet keys: the first encrypts, all of them decrypt. A new key goes in front;
``manage.py rotate_encryption_keys`` then encrypts everything anew, after which the old one can go.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from backend.platform.refusals import Refusal


class NoEncryptionKeyError(Refusal):
    """The operator has set no ``ENCRYPTION_KEYS``, or none that fits."""

    words = "Nothing secret can be stored: this service's operator has set no encryption key."


class UnreadableSecretError(Exception):
    """None of the keys decrypts it: the one that did has gone."""


def encrypt(secret: str) -> str:
    """Return what may be stored; raises ``NoEncryptionKeyError``."""
    return _keys().encrypt(secret.encode()).decode()


def decrypt(stored: str) -> str:
    """Return the secret; raises ``UnreadableSecretError`` or ``NoEncryptionKeyError``."""
    try:
        return _keys().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def encrypt_anew(stored: str) -> str:
    """Return the same secret under the first key; raises as ``decrypt`` does."""
    try:
        return _keys().rotate(stored.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def _keys() -> MultiFernet:
    try:
        keys = [Fernet(key) for key in settings.ENCRYPTION_KEYS]
    except ValueError:
        raise NoEncryptionKeyError from None
    if not keys:
        raise NoEncryptionKeyError
    return MultiFernet(keys)
