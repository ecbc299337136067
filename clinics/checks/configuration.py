"""What the settings must not say: `manage.py check`, and every start of the server."""

from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from backend.platform.edge.caller import NOBODY, trusted_networks

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "testserver", ".localhost"})
#: Django's mail backends that put mail somewhere else than on its way.
SENDING_NOTHING = frozenset(
    f"django.core.mail.backends.{name}" for name in ("console", "dummy", "filebased", "locmem")
)
SECRET_LENGTH = 50
SECRET_CHARACTERS = 10
TOKEN_LENGTH = 32


def public_hosts() -> list[str]:
    """The names under which somebody on another machine reaches the service."""
    hosts = [*settings.ALLOWED_HOSTS, urlsplit(settings.BASE_URL).hostname or ""]
    return sorted({host for host in hosts if host not in LOCAL})


@register(Tags.security)
def check_public_settings(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """What is fine on one's own machine and nowhere else."""
    hosts = ", ".join(public_hosts())
    if not hosts:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        said = f"DEBUG shows settings and data to whoever reaches {hosts}."
        found.append(Error(said, hint="Unset DEBUG.", id="clinics.E010"))
    if settings.SERVE_INSECURE_HTTP or urlsplit(settings.BASE_URL).scheme != "https":
        said = f"Tokens and patients' data would travel in the clear to {hosts}."
        hint = "Unset SERVE_INSECURE_HTTP and let BASE_URL begin with https://."
        found.append(Error(said, hint=hint, id="clinics.E011"))
    if settings.ALLOW_PRIVATE_WEBHOOKS:
        said = "A clinic's webhook could reach this service's own network."
        found.append(Error(said, hint="Unset ALLOW_PRIVATE_WEBHOOKS.", id="clinics.E014"))
    if not settings.ENCRYPTION_KEYS:
        said = "The secrets that clinics entrust to the service can't be stored."
        found.append(Error(said, hint="Set ENCRYPTION_KEYS.", id="clinics.E013"))
    if not settings.TRUSTED_PROXIES:
        said = f"Behind a proxy every caller of {hosts} would have the proxy's address."
        hint = "Let TRUSTED_PROXIES name its network, or say none where there is no proxy."
        found.append(Error(said, hint=hint, id="clinics.E018"))
    found += [*_hosts_for_anybody(), *_mail_that_is_lost()]
    if mail_travels_in_the_clear():
        said = "Mail goes to another machine unencrypted, with the mail server's password if there is one."
        found.append(checks.Warning(said, hint="Set EMAIL_USE_TLS or EMAIL_USE_SSL.", id="clinics.W010"))
    return found


def _hosts_for_anybody() -> Iterator[CheckMessage]:
    """A pattern lets whoever owns one name below it make links in mails and pages lead there."""
    if any("*" in host or host.startswith(".") for host in public_hosts()):
        said = "ALLOWED_HOSTS answers under names that nobody has listed."
        yield Error(said, hint="List each host name whole, without * and leading dots.", id="clinics.E016")


def _mail_that_is_lost() -> Iterator[CheckMessage]:
    """An emergency's mail must leave, and not be refused for its sender."""
    module, _, _ = settings.EMAIL_BACKEND.rpartition(".")
    if module in SENDING_NOTHING:
        said = "The mail backend sends nothing: no emergency would reach anybody by mail."
        yield Error(said, hint="Unset EMAIL_BACKEND and set EMAIL_HOST.", id="clinics.E017")
    _, _, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    if domain in LOCAL or domain.endswith((".localhost", ".localdomain")) or "." not in domain:
        said = "Mail comes from an address of this machine alone, which mail servers refuse."
        yield Error(said, hint="Set DEFAULT_FROM_EMAIL to an address of your domain.", id="clinics.E022")


def mail_travels_in_the_clear() -> bool:
    """Whether mail leaves this machine without TLS."""
    smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    encrypted = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    return smtp and not encrypted and settings.EMAIL_HOST not in LOCAL


@register(Tags.security)
def check_trusted_proxies(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Every item is a network, and ``none`` stands alone; everybody is no proxy."""
    items = settings.TRUSTED_PROXIES
    try:
        everybody = any(network.prefixlen == 0 for network in trusted_networks(tuple(items)))
    except ValueError:
        said = "One of TRUSTED_PROXIES is no network."
        hint = "Networks look like 10.0.0.0/8 or 10.0.0.7; besides there are unix and none."
        return [Error(said, hint=hint, id="clinics.E019")]
    if everybody or (NOBODY in items and len(items) > 1):
        said = "TRUSTED_PROXIES trusts everybody, or somebody and none."
        return [Error(said, hint="Name the proxies' own networks, or none.", id="clinics.E019")]
    return []


@register(Tags.security)
def check_encryption_keys(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Every key is one."""
    try:
        for key in settings.ENCRYPTION_KEYS:
            Fernet(key)
    except ValueError:
        said = "One of ENCRYPTION_KEYS is no Fernet key: 32 random bytes in URL-safe base64."
        return [Error(said, hint="See docs/operations.md for how to make one.", id="clinics.E015")]
    return []


@register(Tags.security)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Sessions are signed with a key that nobody can guess."""
    key = settings.SECRET_KEY
    weak = len(key) < SECRET_LENGTH or len(set(key)) < SECRET_CHARACTERS
    if weak or key.startswith("django-insecure-"):
        said = f"SECRET_KEY is shorter than {SECRET_LENGTH} characters or easy to guess."
        return [Error(said, hint="Set it to 50 random characters.", id="clinics.E012")]
    return []


@register(Tags.security)
def check_status_token(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Monitors are let in by a token that nobody can guess, or not at all."""
    token = settings.STATUS_TOKEN
    if token and (len(token) < TOKEN_LENGTH or len(set(token)) < SECRET_CHARACTERS):
        said = f"STATUS_TOKEN is shorter than {TOKEN_LENGTH} characters or easy to guess."
        return [Error(said, hint="Set it to 32 random characters, or leave it out.", id="clinics.E023")]
    return []
