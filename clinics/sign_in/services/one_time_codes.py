"""A person's authenticator, and the codes that stand in for it when it is lost."""

import base64
import datetime as dt
import secrets

from django.utils.crypto import salted_hmac
from django_otp import devices_for_user, match_token

from backend.platform.refusals import Refusal
from clinics.identity.end_access import end_person_access
from clinics.identity.models import User
from clinics.sign_in.models import Authenticator, RecoveryCode

RECOVERY_CODES = 10
#: 80 bits: nobody guesses one, so a keyed hash is enough to keep it.
_CODE_BYTES = 10


class WrongCodeError(Refusal):
    """The code isn't the one that the authenticator shows now, or too many wrong ones came before."""

    code = "permission_denied"


def authenticator_of(user: User) -> Authenticator | None:
    """The person's confirmed authenticator."""
    device: Authenticator | None = next(iter(devices_for_user(user, confirmed=True)), None)
    return device


def pending_authenticator(user: User) -> Authenticator:
    """The authenticator that is being set up; it counts for nothing until it was confirmed."""
    device: Authenticator = Authenticator.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": "authenticator"}
    )[0]
    return device


def secret_of(device: Authenticator) -> str:
    """The secret as people type it: base32."""
    return base64.b32encode(device.bin_key).decode()


def confirm_authenticator(*, user: User, code: str, now: dt.datetime) -> tuple[Authenticator, list[str]]:
    """Let the pending authenticator count, and return it with the recovery codes, which are shown this once.

    What was got with the password alone ends: tokens, codes and sessions, the present one too unless the page
    gives it another key. Raises ``WrongCodeError``; wrong codes slow down the next attempt.
    """
    User.objects.select_for_update().get(pk=user.pk)  # one enrolment of a person at a time
    if authenticator_of(user) is not None:
        raise WrongCodeError
    device = pending_authenticator(user)
    if not device.verify_token(code):
        raise WrongCodeError
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    end_person_access(user_id=user.pk, now=now)
    return device, _new_recovery_codes(user)


def remove_authenticator(*, user: User, code: str, now: dt.datetime) -> None:
    """Take authenticator and recovery codes away, and end what was got with them.

    Tokens, codes and sessions end as when one is set up. Raises ``WrongCodeError`` without a good code.
    """
    if match_code(user=user, code=code, now=now) is None:
        raise WrongCodeError
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    end_person_access(user_id=user.pk, now=now)


def match_code(*, user: User, code: str, now: dt.datetime) -> Authenticator | None:
    """The person's authenticator when the code is its own, or a recovery code that is used up by this."""
    if _spend_recovery_code(user, code, now):
        return authenticator_of(user)
    device: Authenticator | None = match_token(user, code)
    return device


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are still good."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _new_recovery_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, hash=_hash(user, code)) for code in codes)
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def _spend_recovery_code(user: User, code: str, now: dt.datetime) -> bool:
    """Whether it was one, unused until now: the same statement looks and spends."""
    typed = code.upper().replace("-", "").replace(" ", "")
    unused = RecoveryCode.objects.filter(user=user, hash=_hash(user, typed), used_at=None)
    return unused.update(used_at=now) == 1


def _hash(user: User, code: str) -> str:
    return salted_hmac("clinics.recovery_code", f"{user.pk}:{code}", algorithm="sha256").hexdigest()
