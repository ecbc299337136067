"""What a runner does next: the session of the day, and whether it may be run now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessments.models import Programme
from assessments.protocol.programme import (
    PHASES,
    STAGES,
    STOP_A_RUN,
    Phase,
    Standing,
    Status,
    permission_holds,
)
from assessments.protocol.programme.walk_run import CONDITIONS
from assessments.services.programmes.standing import standing_of

#: Why no run is permitted now, the first that applies.
NOT_RELEASED, NOT_ACTIVE, NO_RUNNING_PHASE = "not_released", "not_active", "no_running_in_this_phase"
SETTLE_FIRST, NOT_YET, CHECK_UNANSWERED = "settle_first", "clear_days", "check_unanswered"


@dataclass(frozen=True, slots=True)
class Session:
    """The next session. ``permitted`` is for this moment; ``blocked_by`` says why it isn't."""

    words: str
    stage: dict[str, object] | None
    distance_km: float | None
    share_percent: int | None
    conditions: str
    stop_if: str
    permitted: bool
    blocked_by: str | None
    from_: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """The session as JSON-ready data, times as they are."""
        return {
            "words": self.words,
            "stage": self.stage,
            "distance_km": self.distance_km,
            "share_percent": self.share_percent,
            "conditions": self.conditions,
            "stop_if": self.stop_if,
            "permitted": self.permitted,
            "blocked_by": self.blocked_by,
            "from": self.from_,
        }


def session_of(programme: Programme, *, now: datetime) -> Session:
    """Return the next session of a programme as it stands."""
    standing = standing_of(programme)
    blocked_by = _blocked_by(programme, standing, now)
    words, distance_km = _words(standing, programme.usual_run_km)
    by_stage = standing.phase is Phase.GRADED_RETURN
    by_share = standing.phase is Phase.BUILD
    return Session(
        words=words,
        stage=STAGES[standing.stage].as_dict() if by_stage else None,
        distance_km=distance_km,
        share_percent=standing.share_percent if by_share else None,
        conditions=CONDITIONS,
        stop_if=STOP_A_RUN,
        permitted=blocked_by is None,
        blocked_by=blocked_by,
        from_=standing.next_run_from,
    )


def _words(standing: Standing, usual_run_km: float | None) -> tuple[str, float | None]:
    if standing.phase is Phase.GRADED_RETURN:
        return STAGES[standing.stage].words, None
    if standing.phase is Phase.BUILD:
        km = None if usual_run_km is None else round(usual_run_km * standing.share_percent / 100, 1)
        share = f"{standing.share_percent} % of your usual distance, easy"
        return (share if km is None else f"{km:g} km easy ({share})"), km
    content = next(item for item in PHASES if item.phase is standing.phase)
    return " ".join(content.content), usual_run_km if standing.phase is Phase.PREHAB else None


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
