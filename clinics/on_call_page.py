"""Who is on call, in the words of the dashboard; every time by the clinic's clocks."""

from datetime import datetime

from django.utils.formats import date_format

from clinics.models import Clinic
from clinics.services.on_call_now import LOOK_AHEAD, OnCall, Rota, Source

#: More gaps than these are counted and not listed.
SHOWN = 10

_INSTEAD = {
    Source.ROTA: "the rota's others are told",
    Source.LEAD: "the lead is told",
    Source.ANYONE: "every clinician is told",
    Source.OPERATOR: "nobody of the clinic can be told, only the operator",
}


def on_call_words(clinic: Clinic, now: datetime) -> tuple[str, list[str]]:
    """Return who is on call now, and a line for each gap of the next fortnight with who is told instead."""
    segments = Rota(clinic, since=now, until=now + LOOK_AHEAD).segments()
    present, *later = segments
    people = ", ".join(member.shown_name for member in present.members) or "Nobody: the operator is told"
    until = f" until {_clock(present.until, clinic)}" if later else ""
    lines = [_gap_words(gap, clinic) for gap in segments if gap.is_gap]
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"and {len(lines) - SHOWN} more"]
    return people + until, lines


def _gap_words(gap: OnCall, clinic: Clinic) -> str:
    names = {member.id: member.shown_name for member in clinic.members.filter(id__in=gap.unreachable)}
    why = ", ".join(names.get(one, "somebody unknown") for one in gap.unreachable)
    cause = f"{why} can't be reached" if why else "nobody is on the rota"
    when = f"{_clock(gap.since, clinic)} to {_clock(gap.until, clinic)}"
    return f"{when}: {cause}; {_INSTEAD[gap.source]}."


def _clock(moment: datetime, clinic: Clinic) -> str:
    return date_format(moment.astimezone(clinic.zone), "j F Y, H:i")
