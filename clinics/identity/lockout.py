"""Who is shut out after wrong secrets, and who never is by a stranger's.

Wrong passwords and codes are counted in one of three ways, by the strongest that is known of the caller:

- a person who is signed in: by the person, wherever they are (pages that ask for the secret again);
- a browser in which they have signed in before (a signed cookie): by the person and that browser;
- anybody else: by the name at the caller's address.

Nobody else can trip the first two. Names are kept as keyed hashes: people type a password there by mistake.
"""

import ipaddress
import secrets
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac

from backend.platform.edge.caller import neighbourhood
from clinics.identity.models import User

COOKIE = settings.KNOWN_BROWSER_COOKIE_NAME
#: Renewed at each sign-in.
COOKIE_SECONDS = 180 * 86_400
#: People who share a browser, as at a desk; the one who signed in longest ago goes first.
MOST_PEOPLE = 10

_SALT = "clinics.known_browser"


class KnownBrowserMiddleware:
    """Gives a browser its cookie once somebody has signed in with it."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """After a sign-in and nothing else."""
        response: HttpResponseBase = self.get_response(request)
        person = getattr(request, "signed_in_now", None)
        if person is not None:
            response.set_cookie(
                COOKIE,
                signing.dumps(_with(_read(request), person), salt=_SALT, compress=True),
                max_age=COOKIE_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


@receiver(user_logged_in)
def _note_sign_in(sender: object, request: HttpRequest, user: User, **_: Any) -> None:  # noqa: ARG001
    request.signed_in_now = user  # type: ignore[attr-defined]


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What attempts are counted under, the name hashed; ``counted_by`` says if the address counts too."""
    name = _name_of(request, credentials)
    known_as = _known_as(request, name)
    return f"{name_key(name)}/{known_as}" if known_as else name_key(name)


def counted_by(request: HttpRequest, credentials: dict[str, Any] | None = None) -> list[list[str]]:
    """The columns that attempts are counted by."""
    known_as = _known_as(request, _name_of(request, credentials))
    return [["username"]] if known_as else [["username", "ip_address"]]


def counted_address(request: HttpRequest) -> str | None:
    """The caller's address, with IPv6 that of their whole network; ``None`` when it isn't known."""
    address = neighbourhood(request.META.get("REMOTE_ADDR", ""))
    return str(ipaddress.ip_network(address).network_address) if address else None


def name_key(name: str) -> str:
    """The keyed hash of a name, whatever its case."""
    name = User.normalize_username(name)
    return salted_hmac("clinics.lockout", name, algorithm="sha256").hexdigest()


def count_wrong(request: HttpRequest, name: str) -> None:
    """Count a wrong secret that no backend has seen, such as a one-time code, like a wrong password."""
    user_login_failed.send(__name__, credentials={"username": name}, request=request)


def forget_wrong(request: HttpRequest, name: str) -> None:
    """A right secret on a page of a signed-in person forgets the wrong ones, as a sign-in does."""
    AxesProxyHandler.reset_attempts(username=counted_name(request, {"username": name}))


def unlock(name: str) -> int:
    """Forget every wrong attempt for a name, from wherever; returns how many records there were."""
    return int(AccessAttempt.objects.filter(username__startswith=name_key(name)).delete()[0])


def is_locked(name: str) -> bool:
    """Whether somebody is shut out at some address or browser at present."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    wrong = AccessAttempt.objects.filter(username__startswith=name_key(name), attempt_time__gte=since)
    return bool(wrong.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT).exists())


def _name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    given = credentials or request.POST
    return str(given.get("username") or "")


def _known_as(request: HttpRequest, name: str) -> str:
    """How the caller is known to be that person, or nothing; settled once, before a sign-in changes it."""
    settled: dict[str, str] = request.__dict__.setdefault("known_as", {})
    if name not in settled:
        settled[name] = "signed-in" if _is_signed_in_as(request, name) else _known_browser(request, name)
    return settled[name]


def _is_signed_in_as(request: HttpRequest, name: str) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and name_key(user.get_username()) == name_key(name)


def _known_browser(request: HttpRequest, name: str) -> str:
    """The random name of a browser in which that person has signed in, or nothing."""
    said = _read(request)
    since = said["people"].get(_person_key(name))
    if since is None:
        return ""
    person = User.objects.filter(username=User.normalize_username(name))
    ended = person.values_list("browsers_known_since", flat=True).first()
    return "" if ended is not None and since <= ended.timestamp() else str(said["browser"])


def _person_key(name: str) -> str:
    return name_key(name)[:16]


def _read(request: HttpRequest) -> dict[str, Any]:
    """What the cookie says, if it is ours: the browser's random name, and when who signed in."""
    try:
        said: dict[str, Any] = signing.loads(
            request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=COOKIE_SECONDS
        )
    except signing.BadSignature:
        return {"browser": secrets.token_hex(16), "people": {}}
    return said


def _with(said: dict[str, Any], person: User) -> dict[str, Any]:
    """The same with one person more, the latest ones only."""
    people = {**said["people"], _person_key(person.username): timezone.now().timestamp()}
    latest = sorted(people.items(), key=lambda one: one[1])[-MOST_PEOPLE:]
    return {**said, "people": dict(latest)}
