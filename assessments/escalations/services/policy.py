"""The ladder of an escalation: who is told, when, and until when messages are held back.

Frozen into the escalation when it opens, so that a later change of the clinic's settings can't silence it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from assessments.escalations.channels.mail import Mail
from assessments.escalations.channels.registry import CHANNELS, reaches_people
from assessments.escalations.channels.services.send_round import Target
from assessments.escalations.on_call.services.ladder import (
    ALL_CLINICIANS,
    ALL_ON_CALL,
    ASSESSOR,
    LEAD,
    ON_CALL,
    Step,
)
from assessments.escalations.on_call.services.now import OnCall, Rota, Source, on_call_at
from assessments.escalations.on_call.services.plan import Plan, QuietHours, held_until, plan_of
from assessments.escalations.services.deadlines import acknowledge_by
from assessments.protocol.urgencies import meaning_of
from assessments.protocol.vocabulary import Urgency
from clinics.identity.clinicians import reachable_clinicians
from clinics.identity.models import Clinic, Membership, User


def freeze_policy(*, urgency: str, clinic: Clinic, assessor: User | None, now: datetime) -> dict[str, Any]:
    """Return whom to tell when, from the clinic as it is now and the rota as it will be at each step.

    ``{steps: [{after_seconds, targets}], repeat_seconds, quiet, on_call: {member, source}}``. Each step tells
    its own people and everybody told before; no step comes later than the deadline to acknowledge.
    """
    plan, members = plan_of(clinic), list(reachable_clinicians(clinic).order_by("id"))
    ladder, deadline = plan.ladders[urgency], acknowledge_by(urgency=urgency, clinic=clinic, now=now)
    quiet = _frozen_quiet(plan, urgency, clinic)
    waits = [min(timedelta(minutes=step.after_minutes), deadline - now) for step in ladder.steps]
    moments = [_when_sent(quiet, now + wait, deadline) for wait in waits]
    rota = Rota(clinic, since=now, until=max(*moments, now) + timedelta(seconds=1), members=members)
    told = _told(ladder.steps, [rota.at(moment) for moment in moments], members, clinic, assessor)
    if urgency == Urgency.EMERGENCY_NOW and told[-1] == told[0]:
        told[-1] = _merged(told[-1], _targets(members))  # a second step that reaches nobody new is none
    services = on_call_services(clinic, urgency)
    return {
        "steps": [
            {"after_seconds": int(wait.total_seconds()), "targets": [*targets, *services]}
            for wait, targets in zip(waits, told, strict=True)
        ],
        "repeat_seconds": ladder.repeat_minutes * 60,
        "quiet": quiet,
        "on_call": _frozen_on_call(rota.at(now)),
    }


def _told(
    steps: Sequence[Step],
    on_call: Sequence[OnCall],
    members: list[Membership],
    clinic: Clinic,
    assessor: User | None,
) -> list[list[Target]]:
    """Whom each step tells: those of the step and of the steps before; without any, whoever is on call."""
    told: list[list[Target]] = []
    for step, then in zip(steps, on_call, strict=True):
        chosen = {
            ASSESSOR: [one for one in members if assessor is not None and one.user_id == assessor.id],
            ON_CALL: then.members[:1] if then.source == Source.ROTA else then.members,
            ALL_ON_CALL: then.members,
            LEAD: [one for one in members if one.id == clinic.lead_id],
            ALL_CLINICIANS: members,
        }
        named = [one for one in members if one.id in step.members]
        people = [*(one for who in step.who for one in chosen[who]), *named]
        before = told[-1] if told else []
        told.append(_merged(before, _targets(people)) or _targets(then.members) or operator())
    return told


def _frozen_quiet(plan: Plan, urgency: str, clinic: Clinic) -> dict[str, str] | None:
    if plan.quiet_hours is None or not meaning_of(urgency).waits_for_quiet_hours:
        return None
    return {
        "starts_at": plan.quiet_hours.starts_at.isoformat(),
        "ends_at": plan.quiet_hours.ends_at.isoformat(),
        "time_zone": clinic.time_zone,
    }


def _frozen_on_call(on_call: OnCall) -> dict[str, str | None]:
    one = on_call.members[0] if on_call.source in {Source.ROTA, Source.LEAD} else None
    return {"member": str(one.id) if one else None, "source": on_call.source.value}


def _when_sent(quiet: dict[str, str] | None, moment: datetime, deadline: datetime) -> datetime:
    if not quiet:
        return moment
    hours = QuietHours(time.fromisoformat(quiet["starts_at"]), time.fromisoformat(quiet["ends_at"]))
    return held_until(moment, quiet=hours, zone=ZoneInfo(quiet["time_zone"]), deadline=deadline)


def not_before(policy: dict[str, Any], *, moment: datetime, deadline: datetime) -> datetime:
    """Return when a round that is ready at ``moment`` may be sent: then, or when quiet hours end."""
    return _when_sent(policy.get("quiet"), moment, deadline)


def next_round_at(policy: dict[str, Any], *, opened_at: datetime, now: datetime) -> datetime:
    """Return when to send again after a round that has gone out now: to repeat it, or for the next step."""
    steps = (opened_at + timedelta(seconds=step["after_seconds"]) for step in policy["steps"])
    repeat = now + timedelta(seconds=policy["repeat_seconds"])
    return min([repeat, *(moment for moment in steps if moment > now)])


def targets_at(policy: dict[str, Any], *, waited: timedelta) -> list[Target]:
    """Return whom the ladder tells after so long a wait; its last step repeats for ever."""
    reached = [step for step in policy["steps"] if step["after_seconds"] <= waited.total_seconds()]
    step = (reached or policy["steps"][:1])[-1]
    if "targets" not in step:  # ladders frozen before there was another channel than mail
        return [Target(channel=Mail.code, address=address, member=None) for address in step["addresses"]]
    targets: list[Target] = step["targets"]
    return targets


def still_here(ladder: Sequence[Sequence[Target]], *, clinic: Clinic, now: datetime) -> list[list[Target]]:
    """Return each step without members who have left; where nobody stays, whoever is on call by now."""
    here = {str(member_id) for member_id in reachable_clinicians(clinic).values_list("id", flat=True)}
    stay = [[to for to in targets if to["member"] is None or to["member"] in here] for targets in ladder]
    if all(map(_reaches_somebody, stay)):
        return stay
    instead = _targets(on_call_at(clinic, now).members) or operator()
    return [targets if _reaches_somebody(targets) else [*instead, *targets] for targets in stay]


def _reaches_somebody(targets: Sequence[Target]) -> bool:
    """A person, that is, beside whatever services."""
    return any(reaches_people(target["channel"]) for target in targets)


def first_targets(*, clinic: Clinic, assessor: User | None, now: datetime) -> list[Target]:
    """Return whom to tell first about something of a clinic: assessor and on-call, else whoever there is."""
    members = list(reachable_clinicians(clinic).order_by("id"))
    on_call = Rota(clinic, since=now, until=now + timedelta(seconds=1), members=members).at(now)
    return _told([Step(0, (ASSESSOR, ON_CALL))], [on_call], members, clinic, assessor)[0]


def on_call_services(clinic: Clinic, urgency: str) -> list[Target]:
    """What of the clinic is told about an urgency besides its people."""
    return [
        Target(channel=kind.code, address=address, member=None, name=name)
        for kind in CHANNELS.values()
        for address, name in kind.of_clinic(clinic, urgency)
    ]


def operator() -> list[Target]:
    """Where the operator is told when a clinic has nobody left."""
    return [
        Target(channel=kind.code, address=address, member=None)
        for kind in CHANNELS.values()
        for address in kind.of_operator()
    ]


def _targets(members: Iterable[Membership]) -> list[Target]:
    """Wherever a channel reaches one of these members."""
    reached = ((kind, one, kind.address_of(one)) for one in members for kind in CHANNELS.values())
    return _merged(
        [],
        [
            Target(channel=kind.code, address=address, member=str(one.id))
            for kind, one, address in reached
            if address
        ],
    )


def _merged(first: Sequence[Target], more: Sequence[Target]) -> list[Target]:
    """Each address of a channel once."""
    merged: dict[tuple[str, str], Target] = {}
    for target in [*first, *more]:
        merged.setdefault((target["channel"], target["address"]), target)
    return list(merged.values())
