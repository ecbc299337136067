"""The ladder of an escalation: who is told, when, and by when somebody must have answered.

Frozen into the escalation when it opens, so that a later change of the clinic's settings can't silence it.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, NotRequired, TypedDict

from django.conf import settings

from assessments.protocol.vocabulary import Urgency
from clinics.models import Clinic, Membership, Role, User
from clinics.services.reachable import reachable_clinicians

#: Seconds between rounds of messages until somebody acknowledges.
REPEAT_SECONDS: dict[str, int] = {
    Urgency.EMERGENCY_NOW: 5 * 60,
    Urgency.COMPLETE_SCREEN_NOW: 30 * 60,
    Urgency.SAME_DAY: 60 * 60,
    Urgency.WITHIN_2_WEEKS: 24 * 3600,
    Urgency.ROUTINE: 24 * 3600,
}
_SATURDAY = 5


class Target(TypedDict):
    """Where one message goes; ``member`` is whose address it is, ``name`` that of an on-call service."""

    channel: str
    address: str
    member: str | None
    name: NotRequired[str]


def acknowledge_by(*, urgency: str, clinic: Clinic, now: datetime) -> datetime:
    """Return the deadline by which a named clinician must have acknowledged (UTC)."""
    match urgency:
        case Urgency.EMERGENCY_NOW:
            return now + timedelta(minutes=15)
        case Urgency.COMPLETE_SCREEN_NOW:
            return now + timedelta(hours=4)
        case Urgency.SAME_DAY:
            return min(_end_of_working_day(clinic, now), now + timedelta(hours=8))
        case Urgency.WITHIN_2_WEEKS:
            return _working_days_later(clinic, now, 2)
        case _:
            return _working_days_later(clinic, now, 5)


def _end_of_working_day(clinic: Clinic, now: datetime) -> datetime:
    """The next moment the clinic's working day ends."""
    local = now.astimezone(clinic.zone)
    end = _at(local, clinic.working_day_ends_at)
    while end <= local or end.weekday() >= _SATURDAY:
        end = _at(end + timedelta(days=1), clinic.working_day_ends_at)
    return end.astimezone(now.tzinfo)


def _at(day: datetime, clock: time) -> datetime:
    return day.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)


def _working_days_later(clinic: Clinic, now: datetime, days: int) -> datetime:
    """The same wall-clock time so many working days (Monday to Friday) later."""
    local = now.astimezone(clinic.zone)
    while days > 0:
        local += timedelta(days=1)
        days -= local.weekday() < _SATURDAY
    return local.astimezone(now.tzinfo)


def freeze_policy(
    *,
    urgency: str,
    clinic: Clinic,
    assessor: User | None,
    now: datetime,  # noqa: ARG001 - the rota of this moment
) -> dict[str, Any]:
    """Return whom to tell when, and who is on call, from the clinic as it is now.

    An emergency tells the assessor and the on-call clinician at once, every clinician and the lead after five
    minutes. The rest tell assessor and on-call, then the lead too when a round went unanswered.
    """
    members = list(reachable_clinicians(clinic))
    first = _first(members, clinic, assessor)
    lead = [member for member in members if member.id == clinic.lead_id]
    clinicians = [member for member in members if member.role == Role.CLINICIAN]
    wider = [*clinicians, *lead] if urgency == Urgency.EMERGENCY_NOW else lead
    repeat = REPEAT_SECONDS[urgency]
    return {
        "steps": [
            {"after_seconds": 0, "targets": first},
            {"after_seconds": repeat, "targets": _merged(first, _targets(wider))},
        ],
        "repeat_seconds": repeat,
        "quiet": None,
        "on_call": {"member": str(clinic.on_call_id) if clinic.on_call_id else None, "source": "rota"},
    }


def _first(members: list[Membership], clinic: Clinic, assessor: User | None) -> list[Target]:
    """Assessor and on-call; when neither can be reached every member, without any the operator."""
    nearest = [
        member
        for member in members
        if member.id == clinic.on_call_id or (assessor is not None and member.user_id == assessor.id)
    ]
    return _targets(nearest) or _targets(members) or operator()


def operator() -> list[Target]:
    """The operator's addresses, told when a clinic has nobody left."""
    return [Target(channel="email", address=address, member=None) for address in settings.OPERATOR_EMAILS]


def _targets(members: Iterable[Membership]) -> list[Target]:
    return _merged(
        [], [Target(channel="email", address=one.user.email, member=str(one.id)) for one in members]
    )


def _merged(first: list[Target], more: list[Target]) -> list[Target]:
    """Each address of a channel once."""
    merged: dict[tuple[str, str], Target] = {}
    for target in [*first, *more]:
        merged.setdefault((target["channel"], target["address"]), target)
    return list(merged.values())


def targets_at(policy: dict[str, Any], *, waited: timedelta) -> list[Target]:
    """Return whom the ladder tells after so long a wait; its last step repeats for ever."""
    reached = [step for step in policy["steps"] if step["after_seconds"] <= waited.total_seconds()]
    step = (reached or policy["steps"][:1])[-1]
    if "targets" not in step:  # ladders frozen before there was another channel than mail
        return [Target(channel="email", address=address, member=None) for address in step["addresses"]]
    targets: list[Target] = step["targets"]
    return targets


def first_targets(*, clinic: Clinic, assessor: User | None) -> list[Target]:
    """Return whom to tell first about something of a clinic: assessor and on-call, else whoever there is."""
    members = list(reachable_clinicians(clinic))
    return _first(members, clinic, assessor)
