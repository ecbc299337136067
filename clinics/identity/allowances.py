"""How much goes out to one destination in a day, and how often a lockout is ended, whoever asks for it.

Escalations and what a follow-up owes aren't counted: they go to the clinic's own people, and must arrive.
"""

import datetime as dt

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from backend.platform.refusals import Refusal
from clinics.identity.models import Allowance

#: How often a day (UTC), by kind. Mails to a person's address are counted over all clinics and nobody is
#: told; what answers that it is spent is counted for each clinic, so that none hears of another's.
LIMITS = {
    "invitation": 3,  # to a mail address
    "password_reset": 3,  # to a mail address
    "webhook": 60,  # tests and repeated deliveries that a clinic asks for, to a host
    "on_call_test": 30,  # test messages that a clinic asks for, to a host or to a vendor's service
    "unlock": 5,  # ends of a member's lockout: each allows another row of guesses
}

KEPT_FOR = dt.timedelta(days=2)


class AllowanceSpentError(Refusal):
    """Nothing more goes there today; ``until`` is when it does again."""

    code = "throttled"
    words = "That was done often enough for today."
    spoken = "Enough was sent there today: try again tomorrow."

    def __init__(self, until: dt.datetime) -> None:
        super().__init__()
        self.until = until

    @property
    def retry_after(self) -> int:
        """The seconds until then."""
        return self.wait(timezone.now())

    def wait(self, now: dt.datetime) -> int:
        """Return the seconds until then."""
        return int((self.until - now).total_seconds()) + 1


def take(*, kind: str, destination: str, now: dt.datetime) -> None:
    """Count one message to a destination; raises ``AllowanceSpentError`` and counts nothing when it is spent.

    Of two at once one waits for the other, so it is called where little follows it.
    """
    day = now.astimezone(dt.UTC).date()
    row, _ = Allowance.objects.get_or_create(kind=kind, destination=_hash(kind, destination), day=day)
    left = Allowance.objects.filter(pk=row.pk, used__lt=LIMITS[kind])
    if not left.update(used=F("used") + 1):
        raise AllowanceSpentError(_next_day(day))


def give_back(*, kind: str, destination: str, now: dt.datetime) -> None:
    """What was taken was not sent."""
    day = now.astimezone(dt.UTC).date()
    rows = Allowance.objects.filter(kind=kind, destination=_hash(kind, destination), day=day, used__gt=0)
    rows.update(used=F("used") - 1)


def forget_allowances(*, now: dt.datetime) -> int:
    """Delete those of past days; returns how many."""
    return Allowance.objects.filter(day__lt=(now - KEPT_FOR).date()).delete()[0]


def _next_day(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)


def _hash(kind: str, destination: str) -> str:
    text = f"{kind}:{destination.strip().lower()}"
    return salted_hmac("clinics.allowances", text, algorithm="sha256").hexdigest()
