"""What a runner does next: the session of the day, and whether it may be run now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from assessments.models import Programme
from assessments.protocol.programme import (
    PHASES,
    STAGES,
    STOP_A_RUN,
    Cap,
    Phase,
    Standing,
    Status,
    permission_holds,
    run_cap,
)
from assessments.protocol.programme.walk_run import CONDITIONS
from assessments.services.programmes.past import Past, past_of
from assessments.services.programmes.standing import standing_now, standing_of

#: Why no run is permitted now, the first that applies.
NOT_RELEASED, NOT_ACTIVE, NO_RUNNING_PHASE = "not_released", "not_active", "no_running_in_this_phase"
SETTLE_FIRST, NOT_YET, CHECK_UNANSWERED = "settle_first", "clear_days", "check_unanswered"
BLOCKED_IN_WORDS: Mapping[str, str] = {
    NOT_RELEASED: "a clinician hasn't signed the programme off",
    NOT_ACTIVE: "the programme isn't active; ask your clinician",
    NO_RUNNING_PHASE: "this phase holds no running",
    SETTLE_FIRST: "the pain must be at its usual level for 24 hours first",
    NOT_YET: "a clear day comes first",
    CHECK_UNANSWERED: "the check of the last run isn't answered",
}
CLEAR_DAYS_IN_WORDS = {1: "one clear day", 2: "two clear days"}
LONGEST_OF = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Session:
    """The next session. ``permitted`` is for this moment; ``blocked_by`` says why it isn't.

    ``cap`` is the limit of a run by distance; ``distance_km`` never exceeds it. ``after_a_gap``: it starts
    further back, because two weeks have passed without a run.
    """

    words: str
    today: str
    stage: dict[str, object] | None
    distance_km: float | None
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
    cap = run_cap(_longest_km(programme, past, now)) if by_distance else None
    words, distance_km = _words(standing, programme.usual_run_km, cap)
    return Session(
        words=words,
        today=_today(standing, words, blocked_by),
        stage=STAGES[standing.stage].as_dict() if standing.phase is Phase.GRADED_RETURN else None,
        distance_km=distance_km,
        share_percent=standing.share_percent if standing.phase is Phase.BUILD else None,
        cap=cap,
        after_a_gap=standing != standing_of(programme, past),
        conditions=CONDITIONS,
        stop_if=STOP_A_RUN,
        permitted=blocked_by is None,
        blocked_by=blocked_by,
        from_=standing.next_run_from,
    )


def _longest_km(programme: Programme, past: Past, now: datetime) -> float | None:
    """The longest run of the last 30 days, logged or told; unknown distances count for none."""
    since = now - LONGEST_OF
    known = [run.km for run in past.runs if run.at > since and run.km is not None]
    told = programme.assessment.answers.get("longest_run_30d_km")
    if told is not None and programme.assessment.assessed_at > since:
        known.append(float(told))
    return max((km for km in known if km), default=None)


def _words(standing: Standing, usual_run_km: float | None, cap: Cap | None) -> tuple[str, float | None]:
    if standing.phase is Phase.GRADED_RETURN:
        return STAGES[standing.stage].words, None
    if cap is None:
        content = next(item for item in PHASES if item.phase is standing.phase)
        return " ".join(content.content), None
    share = standing.share_percent if standing.phase is Phase.BUILD else 100
    said = f"{share} % of your usual distance, easy"
    if usual_run_km is None:
        return said, None
    wanted = usual_run_km * share / 100
    if cap.km is not None and cap.km < wanted:
        km = round(cap.km, 1)
        return f"{km:g} km easy (at most a tenth more than your longest run of the last 30 days)", km
    km = round(wanted, 1)
    return f"{km:g} km easy ({said})", km


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
