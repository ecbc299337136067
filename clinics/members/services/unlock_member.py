"""Let in somebody who is shut out after too many wrong passwords or codes."""

import datetime as dt
from collections.abc import Set

import structlog

from clinics.identity.allowances import take
from clinics.identity.lockout import unlock
from clinics.identity.models import Membership
from clinics.identity.permissions import check_held, permissions_of

logger = structlog.get_logger(__name__)


def unlock_member(*, member: Membership, held: Set[str], now: dt.datetime) -> None:
    """Forget the wrong attempts for this person, from every address and browser; doing it twice is harmless.

    It opens no door by itself: the right password is asked for as before. Raises ``BeyondOwnError``, so that
    weaker software can't clear the way for guessing a mightier person's password, and
    ``AllowanceSpentError``, so that nobody clears it without end.
    """
    check_held(permissions_of(member.role), held=held)
    take(kind="unlock", destination=str(member.id), now=now)
    records = unlock(member.user.get_username())
    logger.info("member_unlocked", member=str(member.id), clinic=str(member.clinic_id), records=records)
