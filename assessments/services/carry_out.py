"""Everything that is due, once, in this process: what to do when Celery or Redis are gone."""

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.exports.services.write import write_due_exports
from assessments.services.sweep import sweep
from assessments.webhooks.services.deliver import deliver_due_webhooks
from assessments.webhooks.services.notices import send_due_notices
from backend.platform.outbound.delivery import Channel
from backend.platform.storage.due_work import Clock
from clinics.members.services.invitations import send_due_invitations
from clinics.sign_in.services.reset_password import send_due_resets

#: More than any pass finds; each row is attempted once, so that one that fails doesn't keep the pass busy.
ALL = 1_000_000

#: Webhooks make nothing else wait for longer than this and one hanging receiver.
WEBHOOKS_SECONDS = 5.0


def carry_out_all(*, clock: Clock, channel: Channel) -> dict[str, int]:
    """Sweep, then carry out whatever is due; returns how many rows each step dealt with.

    Harmless beside workers that are alive. It doesn't ping ``HEARTBEAT_URL``: the alarm ends when the service
    runs again by itself.
    """
    return {
        "rows repaired": sweep(now=clock()).total(),
        "escalations attempted": deliver_due_escalations(clock=clock, channel=channel, limit=ALL),
        "follow-ups attempted": announce_due_follow_ups(clock=clock, channel=channel, limit=ALL),
        "invitations sent": send_due_invitations(now=clock()),
        "links for another password sent": send_due_resets(now=clock()),
        "webhooks attempted": deliver_due_webhooks(clock=clock, limit=ALL, seconds=WEBHOOKS_SECONDS),
        "endpoints written about": send_due_notices(clock=clock),
        "turns at exports": write_due_exports(clock=clock, limit=ALL),
    }
