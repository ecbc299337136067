"""The watch over everything else: repair, take over, and tell the outside world that all is well."""

import structlog
import urllib3
from django.conf import settings
from urllib3.util import Timeout

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.exports.services.write import write_due_exports
from assessments.operations.services.counters import HEARTBEAT, note
from assessments.operations.services.status import status
from assessments.operations.services.sweep import sweep
from assessments.webhooks.services.deliver import deliver_due_webhooks
from assessments.webhooks.services.notices import send_due_notices
from backend.platform.outbound.delivery import DeliveryError, within
from backend.platform.storage.due_work import Clock
from clinics.members.services.invitations import send_due_invitations
from clinics.sign_in.services.reset_password import send_due_resets

logger = structlog.get_logger(__name__)

#: How long the switch may take to answer.
PING_SECONDS = 5.0


def keep_watch(*, clock: Clock) -> bool:
    """Sweep; ping ``HEARTBEAT_URL`` if nothing is later than it may be. Returns whether all is well.

    Escalations that are late are carried out here: their own workers are gone, or can't keep up. That keeps
    the promise and not the ping, which also asks for a recent pass of the queue ``critical``.
    """
    sweep(now=clock())
    if status(now=clock()).late["escalation"]:
        deliver_due_escalations(clock=clock)
    overdue = status(now=clock()).overdue()
    if overdue:
        logger.error("overdue", what=overdue)
        return False
    if settings.HEARTBEAT_URL and ping(settings.HEARTBEAT_URL):
        note(HEARTBEAT, now=clock())
    return True


def ping(url: str) -> bool:
    """Ask for an address that holds no data of ours; ``False`` when it doesn't answer in time with a 2xx.

    The address is a secret of the operator's: neither it nor an error's words come into the log.
    """
    answered: list[int] = []
    try:
        within(PING_SECONDS, "heartbeat", lambda: answered.append(_status_of(url)))
    except DeliveryError as exc:
        logger.warning("heartbeat_failed", kind=exc.reason)
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as exc:
        logger.warning("heartbeat_failed", kind=type(exc).__name__)
    if answered and not 200 <= answered[0] < 300:
        logger.warning("heartbeat_failed", status=answered[0])
    return bool(answered) and 200 <= answered[0] < 300


def _status_of(url: str) -> int:
    """What it answers with; nothing of a body is read."""
    with urllib3.PoolManager() as pool:
        answer = pool.request(
            "GET",
            url,
            timeout=Timeout(total=PING_SECONDS),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        answer.close()
        return answer.status


#: More than any pass finds; each row is attempted once, so that one that fails doesn't keep the pass busy.
ALL = 1_000_000

#: Webhooks make nothing else wait for longer than this and one hanging receiver.
WEBHOOKS_SECONDS = 5.0


def carry_out_all(*, clock: Clock) -> dict[str, int]:
    """Sweep, then carry out whatever is due; returns how many rows each step dealt with.

    Harmless beside workers that are alive. It doesn't ping ``HEARTBEAT_URL``: the alarm ends when the service
    runs again by itself.
    """
    return {
        "rows repaired": sweep(now=clock()).total(),
        "escalations attempted": deliver_due_escalations(clock=clock, limit=ALL),
        "follow-ups attempted": announce_due_follow_ups(clock=clock, limit=ALL),
        "invitations sent": send_due_invitations(now=clock()),
        "links for another password sent": send_due_resets(now=clock()),
        "webhooks attempted": deliver_due_webhooks(clock=clock, limit=ALL, seconds=WEBHOOKS_SECONDS),
        "endpoints written about": send_due_notices(clock=clock),
        "turns at exports": write_due_exports(clock=clock, limit=ALL),
    }
