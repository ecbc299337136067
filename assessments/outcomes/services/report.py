"""A clinic's outcomes of a period as they may be shown."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from assessments.outcomes.services.count import Counted, Period, count_outcomes
from assessments.outcomes.services.estimate import QUARTILES, Fate, Watched, kept_back, quartiles, small
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic

DECIMALS = 3
Figures = dict[str, Any]


def outcomes_of(*, clinic: Clinic, period: Period, now: dt.datetime) -> dict[str, Figures]:
    """Return the figures by measure; None where there is none, or where ``suppressed`` names it."""
    with clinic_scope(clinic.id):
        counted = count_outcomes(clinic=clinic, period=period, now=now)
    return {
        **{name: _days(watched) for name, watched in counted.milestones.items()},
        "referred": _referred(counted),
        "checks_24_hours": _checks(counted.checks),
        "stages_lost": _stages_lost(counted),
    }


def _whole(parts: Mapping[str, int]) -> tuple[Figures, frozenset[str]]:
    """The whole with its parts, and the names of those that are kept back."""
    total, hidden = sum(parts.values()), kept_back(parts)
    shown: Figures = {"n": total, **parts}
    return shown, hidden | {"n"} if small(total) else hidden


def _shown(figures: Figures, hidden: frozenset[str]) -> Figures:
    names = [name for name in figures if name in hidden]
    return {**figures, **dict.fromkeys(names), "suppressed": names}


def _days(watched: list[Watched]) -> Figures:
    parts = {fate.value: sum(row.count for row in watched if row.fate is fate) for fate in Fate}
    figures, hidden = _whole(parts)
    figures |= quartiles(watched)
    if "n" in hidden or small(parts[Fate.REACHED.value]):
        hidden |= frozenset(QUARTILES)
    return _shown(figures, hidden)


def _referred(counted: Counted) -> Figures:
    parts = {"referred": counted.referred, "not_referred": counted.assessed - counted.referred}
    figures, hidden = _whole(parts)
    return _shown(*_with_share(figures, hidden, "share", ("referred",), counted.assessed))


def _checks(parts: dict[str, int]) -> Figures:
    """Shares are of the checks whose time is over; those still open count neither way."""
    figures, hidden = _whole(parts)
    over = figures["n"] - parts["open"]
    hidden = hidden | {"share_answered", "share_in_time"} if "open" in hidden else hidden
    figures, hidden = _with_share(figures, hidden, "share_answered", ("in_time", "late"), over)
    return _shown(*_with_share(figures, hidden, "share_in_time", ("in_time",), over))


def _stages_lost(counted: Counted) -> Figures:
    lost = counted.programmes_that_lost
    parts = {"programmes_that_lost": lost, "programmes_that_did_not": counted.programmes_in_table - lost}
    figures, hidden = _whole(parts)
    figures["stages"] = counted.stages_lost
    return _shown(figures, hidden | {"stages"} if "programmes_that_lost" in hidden else hidden)


def _with_share(
    figures: Figures, hidden: frozenset[str], name: str, of: tuple[str, ...], total: int
) -> tuple[Figures, frozenset[str]]:
    """A share goes when a number it is made of does, or one could work that out from it."""
    share = round(sum(figures[part] for part in of) / total, DECIMALS) if total else None
    gone = bool(hidden.intersection({"n", *of})) or small(total)
    return {**figures, name: share}, hidden | {name} if gone else hidden
