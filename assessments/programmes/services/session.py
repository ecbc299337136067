"""What a runner does next: the session of the day, and whether it may be run now."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from assessments.programmes.models import Programme
from assessments.programmes.services.position import standing_now, standing_of
from assessments.programmes.services.run_history import AHEAD_OF_BUILDING, Past, Week, past_of, weeks_of
from assessments.protocol.programme import (
    PHASES,
    STAGES,
    STOP_A_RUN,
    Cap,
    Known,
    Phase,
    Standing,
    Status,
    permission_holds,
    run_cap,
    session_size,
)
from assessments.protocol.programme.build import longest_told
from assessments.protocol.programme.load import LIGHT_WEEK_SHARE, NOTHING_KNOWN
from assessments.protocol.programme.walk_run import CONDITIONS

#: Why no run is permitted now, the first that applies.
NOT_RELEASED, NOT_ACTIVE, NO_RUNNING_PHASE = "not_released", "not_active", "no_running_in_this_phase"
SETTLE_FIRST, NOT_YET, CHECK_UNANSWERED = "settle_first", "clear_days", "check_unanswered"
WEEK_FULL = "week_full"
BLOCKED_IN_WORDS: Mapping[str, str] = {
    NOT_RELEASED: "a clinician hasn't signed the programme off",
    NOT_ACTIVE: "the programme isn't active; ask your clinician",
    NO_RUNNING_PHASE: "this phase holds no running",
    SETTLE_FIRST: "the pain must be at its usual level for 24 hours first",
    NOT_YET: "a clear day comes first",
    CHECK_UNANSWERED: "the check of the last run isn't answered in full; answer it, or be assessed anew",
    WEEK_FULL: "this week's running is done",
}
CLEAR_DAYS_IN_WORDS = {1: "one clear day", 2: "two clear days"}
LONGEST_OF = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Session:
    """The next session. ``permitted`` is for this moment; ``blocked_by`` says why it isn't.

    ``cap`` is the limit of a run after the walk-run table; ``distance_km`` and ``minutes`` of running never
    exceed it, and at least one of them is there. ``after_a_gap``: it starts
    further back, because two weeks have passed without a run.
    """

    words: str
    today: str
    stage: dict[str, object] | None
    distance_km: float | None
    minutes: float | None
    share_percent: int | None
    cap: Cap | None
    after_a_gap: bool
    conditions: str
    stop_if: str
    permitted: bool
    blocked_by: str | None
    from_: datetime | None


def session_of(programme: Programme, *, now: datetime, past: Past | None = None) -> Session:
    """Return the next session of a programme as it stands; ``past`` if it is read already."""
    past = past or past_of(programme)
    standing = standing_now(programme, now=now, past=past)
    blocked_by = _blocked_by(programme, standing, now)
    by_distance = standing.phase in {Phase.BUILD, Phase.PREHAB}
    cap = run_cap(*known_runs(programme, past, now=now)) if by_distance else None
    week = weeks_of(programme, now=now, past=past)[-1:] if cap else []
    words, distance_km, minutes = _words(programme, past, standing, cap, *week)
    full = any(one.full for one in week)
    if blocked_by is None and full:
        blocked_by = WEEK_FULL
    return Session(
        words=words,
        today=_today(standing, words, blocked_by),
        stage=STAGES[standing.stage].as_dict() if standing.phase is Phase.GRADED_RETURN else None,
        distance_km=distance_km,
        minutes=minutes,
        share_percent=standing.share_percent if standing.phase is Phase.BUILD else None,
        cap=cap,
        after_a_gap=standing != standing_of(programme, past),
        conditions=CONDITIONS,
        stop_if=STOP_A_RUN,
        permitted=blocked_by is None,
        blocked_by=blocked_by,
        from_=_later(standing.next_run_from, week[0].ends_at) if full else standing.next_run_from,
    )


def known_runs(programme: Programme, past: Past, *, now: datetime) -> tuple[Known, Known]:
    """What is known of the runner's runs, in km and in minutes of running, logged or told."""
    since, answers = now - LONGEST_OF, programme.assessment.answers
    told = longest_told(answers)
    done = [run for run in past.runs if run.permitted]
    recent = [run for run in past.runs if run.at > since and run.borne]
    km = [run.km for run in recent if run.km]
    if told and programme.assessment.assessed_at > since:
        km.append(told)
    minutes = [run.minutes for run in recent if run.minutes]
    begun = programme.content["start"]
    begun_minutes = (begun.get("stage") or {}).get("running_minutes")
    return (
        Known(max(km, default=None), _last_km(programme, past), begun["run_km"]),
        Known(
            max(minutes, default=None),
            _last([_done(run.minutes, run.planned_minutes) for run in done]),
            begun_minutes,
        ),
    )


def _last_km(programme: Programme, past: Past) -> float | None:
    told = programme.assessment.answers.get("last_run_km")
    done = (_done(run.km, run.planned_km) for run in past.runs if run.permitted)
    return _last([float(told) if told else None, *done])


def _done(figure: float | None, planned: float | None) -> float | None:
    """What of a run belongs to its session: the whole of it where the run isn't told in that unit, and never
    what went beyond it, which shows nothing that a body bears.
    """
    known = [size for size in (figure, planned) if size is not None]
    return min(known, default=None)


def _last(figures: list[float | None]) -> float | None:
    return next((figure for figure in reversed(figures) if figure), None)


def _words(
    programme: Programme, past: Past, standing: Standing, cap: Cap | None, week: Week | None = None
) -> tuple[str, float | None, float | None]:
    """The session in words, its distance and its minutes of running."""
    if standing.phase is Phase.GRADED_RETURN:
        return STAGES[standing.stage].words, None, None
    if cap is None:
        content = next(item for item in PHASES if item.phase is standing.phase)
        return " ".join(content.content), None, None
    share = standing.share_percent if standing.phase is Phase.BUILD else 100
    from_the_table = programme.content["start"]["phase"]["phase"] in AHEAD_OF_BUILDING
    km, minutes = session_size(
        cap,
        share_percent=share,
        usual_km=programme.usual_run_km,
        last_km=_last_km(programme, past),
        from_the_table=from_the_table and standing.phase is Phase.BUILD,
    )
    size = _Size(km, minutes, programme.usual_run_km, share, cap.reason)
    size = size if week is None else _in_week(size, week)
    return _size_in_words(size), size.km, size.minutes


@dataclass(frozen=True, slots=True)
class _Size:
    """A session in km and in minutes, each where its limit is known, with what bounds it.

    ``share_percent`` of ``usual_km`` is what is wanted; ``lighter``: a quarter less in a lighter week.
    """

    km: float | None
    minutes: float | None
    usual_km: float | None
    share_percent: int
    because: str
    lighter: bool = False


def _in_week(size: _Size, week: Week) -> _Size:
    """The size as the week leaves it: lighter in a lighter week, and no more than what is left of its cap."""
    share = LIGHT_WEEK_SHARE if week.lighter else 1.0
    km = None if size.km is None else size.km * share
    minutes = None if size.minutes is None else size.minutes * share
    left = NOTHING_KNOWN if week.full else week.left
    cut = (km is not None and left.km is not None and left.km < km) or (
        minutes is not None and left.minutes is not None and left.minutes < minutes
    )
    if cut:
        size = replace(size, because="What is left of this week's running.", usual_km=None)
    return replace(
        size, km=_least(km, left.km, 0.1), minutes=_least(minutes, left.minutes, 1.0), lighter=week.lighter
    )


def _least(wanted: float | None, left: float | None, step: float) -> float | None:
    """The smaller one, rounded down to whole steps; None where nothing is wanted in that unit."""
    if wanted is None:
        return None
    least = wanted if left is None else min(wanted, left)
    return math.floor(round(least / step, 6)) / round(1 / step)


def _size_in_words(size: _Size) -> str:
    """The size with why; where it has two limits, the one that is reached first holds."""
    said = _lower(size.because)
    share = size.share_percent * (LIGHT_WEEK_SHARE if size.lighter else 1.0)
    wanted = None if size.usual_km is None else size.usual_km * share / 100
    if size.km is not None and wanted is not None and size.km >= wanted - 0.1:
        said = f"{math.floor(share + 0.5)} % of your usual distance, easy"
    if size.lighter:
        said = f"{said}; every fourth week is a quarter lighter"
    if size.km is None:
        return f"{size.minutes:g} min easy ({said})"
    if size.minutes is not None:
        return f"{size.km:g} km or {size.minutes:g} min easy, whichever comes first ({said})"
    return f"{size.km:g} km easy ({said})"


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _lower(sentence: str) -> str:
    """A sentence inside another one."""
    return sentence[0].lower() + sentence[1:].rstrip(".")


def _today(standing: Standing, words: str, blocked_by: str | None) -> str:
    """The session in one line, as a person would say it."""
    if blocked_by is not None:
        return f"Today: no run, {BLOCKED_IN_WORDS[blocked_by]}."
    ground = "" if standing.phase is Phase.PREHAB else ", flat"
    clear = CLEAR_DAYS_IN_WORDS[standing.clear_days]
    return f"Today: {words}{ground}, {clear} after; {STOP_A_RUN[0].lower()}{STOP_A_RUN[1:]}"


def _blocked_by(programme: Programme, standing: Standing, now: datetime) -> str | None:
    if programme.state != Programme.State.RELEASED:
        return NOT_RELEASED
    if permission_holds(standing, now=now):
        return None
    if standing.status is not Status.ACTIVE:
        return NOT_ACTIVE
    if standing.phase in {Phase.CALM, Phase.RESTORE}:
        return NO_RUNNING_PHASE
    if standing.settle_first:
        return SETTLE_FIRST
    if standing.permitted_until is not None:
        return CHECK_UNANSWERED
    return NOT_YET
