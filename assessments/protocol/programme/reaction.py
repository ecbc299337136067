"""What a check says about the last run, and what follows for the next one (F.7).

Pure: a check comes in as its evaluation, where the runner stands as ``Standing``, and the next standing goes
out. Nothing here advances by silence, and nothing advances by more than one stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from assessments.protocol.evaluation import Evaluation
from assessments.protocol.follow_up import PERMISSION_LAPSES_H
from assessments.protocol.programme.load import SHARE_AFTER_THE_TABLE
from assessments.protocol.programme.phases import Phase
from assessments.protocol.programme.walk_run import LAST_STAGE


class Reaction(StrEnum):
    """What a check says; ``NO_REPLY``: nothing came that can be judged."""

    GREEN = "green"
    AMBER = "amber"
    NO_REPLY = "no_reply"
    RED = "red"
    STOP = "stop"
    ESCALATE = "escalate"


class Status(StrEnum):
    """Whether the programme runs. Only a person ends ``SUSPENDED``, ``STOPPED`` and ``HELD``."""

    ACTIVE = "active"
    HELD = "held"
    STOPPED = "stopped"
    SUSPENDED = "suspended"


AMBER_CRITERIA = frozenset({"AD-02", "AD-04", "AD-05", "AD-06", "AD-07", "AD-13"})
RED_CRITERIA = frozenset({"AD-01", "AD-03"})
ESCALATING_SCREENS = frozenset({"IN-01", "IN-02", "IN-06"})

GREENS_TO_ADVANCE = 2
AMBERS_TO_STEP_BACK = 2
WINDOW = timedelta(days=14)
AMBERS_IN_WINDOW = 3
REDS_IN_WINDOW = 2
STAGES_BACK_ON_RED = 2
#: What a step is worth where there are no stages: the share of the usual distance, in percent (F.4's tenth).
SHARE_STEP = 1.10
SHARE_MIN, SHARE_MAX = 40, 100
CLEAR_DAYS = 1
CLEAR_DAYS_AFTER_RED = 2
REVIEW_AFTER_STOP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a runner stands.

    ``stage`` counts in P2 and ``share_percent`` (of the usual distance) in P3. ``greens`` and ``ambers`` are
    those in a row. ``past`` holds the reactions of the last 14 days with their times, the latest last.
    ``settle_first``: no run before the pain has been at its usual level for 24 hours. ``permitted_until``:
    when the permission to run lapses by itself. ``clear_days`` lie between two runs.
    """

    phase: Phase
    stage: int = 0
    share_percent: int = SHARE_MAX
    status: Status = Status.ACTIVE
    greens: int = 0
    ambers: int = 0
    settle_first: bool = False
    clear_days: int = CLEAR_DAYS
    next_run_from: datetime | None = None
    permitted_until: datetime | None = None
    review_by: datetime | None = None
    past: tuple[tuple[datetime, Reaction], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check led to: the reaction with the ids behind it, the new standing, the effects in words."""

    reaction: Reaction
    reasons: tuple[str, ...]
    standing: Standing
    effects: tuple[str, ...]
    adjustment_failed: bool = False


def judge(evaluation: Evaluation, *, of_a_run: bool = False) -> tuple[Reaction, tuple[str, ...]]:
    """Return the reaction of a check and the criteria behind it; the worst that applies.

    A check ``of_a_run`` that denies the run, and so scores nothing of it, says nothing about it.
    """
    met = [criterion.id for criterion in evaluation.criteria_met]
    for reaction, belongs in _JUDGED_BY:
        if ids := tuple(identifier for identifier in met if belongs(identifier)):
            return reaction, ids
    denied = of_a_run and evaluation.answers.get("ran_last_14d") != "yes"
    return (Reaction.NO_REPLY if denied else Reaction.GREEN), ()


#: The worst first. What is known suffices: a gap beside it never makes it better. An answer that is missing,
#: or contradicts another one, is unknown: no good news.
_JUDGED_BY: tuple[tuple[Reaction, Callable[[str], bool]], ...] = (
    (Reaction.ESCALATE, lambda met: met.startswith(("RF-", "CL-")) or met in ESCALATING_SCREENS),
    (Reaction.STOP, lambda met: met.startswith("SR-")),
    (Reaction.RED, lambda met: met in RED_CRITERIA),
    (Reaction.AMBER, lambda met: met in AMBER_CRITERIA),
    (Reaction.NO_REPLY, lambda met: met.startswith("IN-")),
)


def react(
    check: Evaluation | None,
    standing: Standing,
    *,
    run_at: datetime,
    now: datetime,
    of_a_run: bool = True,
) -> Outcome:
    """Return what a check of the run that ended at ``run_at`` leads to; ``None`` means that nobody answered.

    A programme that isn't active stays as it is, except that it can still get worse.
    """
    reaction, reasons = (Reaction.NO_REPLY, ()) if check is None else judge(check, of_a_run=of_a_run)
    kept = tuple((at, past) for at, past in standing.past if at > now - WINDOW)
    standing = replace(standing, past=(*kept, (now, reaction)))
    after, effects = _EFFECTS[reaction](standing, run_at, now)
    failed = reaction in {Reaction.AMBER, Reaction.RED} and after.status is Status.STOPPED
    return Outcome(reaction, reasons, after, effects, failed)


def permission_holds(standing: Standing, *, now: datetime) -> bool:
    """Whether the runner may run at this moment; time alone ends it, and only a check begins it anew."""
    return (
        standing.status is Status.ACTIVE
        and standing.phase in {Phase.GRADED_RETURN, Phase.BUILD, Phase.PREHAB}
        and not standing.settle_first
        and (standing.next_run_from is None or now >= standing.next_run_from)
        and (standing.permitted_until is None or now < standing.permitted_until)
    )


def permitted_until(run_at: datetime) -> datetime:
    """When the permission lapses if the check of a run stays unanswered: 36 hours after it."""
    return run_at + timedelta(hours=PERMISSION_LAPSES_H)


def after_run(standing: Standing, *, run_at: datetime) -> Standing:
    """A run has ended: the next one waits for its check, and without a check the permission lapses."""
    return replace(
        standing,
        next_run_from=_later(standing.next_run_from, _after(run_at, standing.clear_days)),
        permitted_until=permitted_until(run_at),
    )


def settled(standing: Standing) -> Standing:
    """The pain has been at its usual level for 24 hours: the pause after a red check ends."""
    return replace(standing, settle_first=False)


Effect = tuple[Standing, tuple[str, ...]]


def _green(standing: Standing, run_at: datetime, now: datetime) -> Effect:  # noqa: ARG001
    if standing.status is not Status.ACTIVE:
        return standing, ("The programme isn't active: nothing advances.",)
    freed = replace(
        standing,
        ambers=0,
        next_run_from=_after(run_at, standing.clear_days),
        permitted_until=None,
        greens=standing.greens + 1,
    )
    if freed.greens < GREENS_TO_ADVANCE:
        return freed, ("One green check: the same session again.",)
    return _advanced(replace(freed, greens=0))


def one_step_up(standing: Standing) -> Standing:
    """The standing one stage or a tenth further, as a clinician may decide; greens count anew."""
    return _advanced(replace(standing, greens=0))[0]


def one_step_back(standing: Standing) -> Standing:
    """The standing one stage or a tenth back."""
    return _back(replace(standing, greens=0), 1)


def _advanced(standing: Standing) -> Effect:
    """One step up, never two; where there is no running, the phase's gate decides."""
    if standing.phase in {Phase.CALM, Phase.RESTORE}:
        return standing, ("Two green checks.",)
    if standing.phase is Phase.GRADED_RETURN:
        if standing.stage < LAST_STAGE:
            return replace(standing, stage=standing.stage + 1), ("Two green checks: the next stage.",)
        built = replace(standing, phase=Phase.BUILD, share_percent=SHARE_AFTER_THE_TABLE)
        return built, ("The last stage was green twice: distance comes next.",)
    share = min(round(standing.share_percent * SHARE_STEP), SHARE_MAX)
    return replace(standing, share_percent=share), ("Two green checks: a tenth more.",)


def _amber(standing: Standing, run_at: datetime, now: datetime) -> Effect:
    after = replace(standing, greens=0, ambers=standing.ambers + 1, permitted_until=None)
    after = replace(after, next_run_from=_later(after.next_run_from, _after(run_at, standing.clear_days)))
    if _count(now, after, Reaction.AMBER, Reaction.RED) >= AMBERS_IN_WINDOW:
        return _stopped(after, now, "Three amber checks in 14 days: adjusting did not help.")
    if after.ambers >= AMBERS_TO_STEP_BACK:
        return _back(replace(after, ambers=0), 1), ("Two amber checks in a row: one stage back.",)
    return after, ("Hold, and change one lever.",)


def _red(standing: Standing, run_at: datetime, now: datetime) -> Effect:
    after = replace(standing, greens=0, ambers=0, settle_first=True, permitted_until=None)
    clear_days = max(CLEAR_DAYS_AFTER_RED, standing.clear_days)
    after = replace(after, next_run_from=_later(after.next_run_from, _after(run_at, clear_days)))
    if _count(now, after, Reaction.RED) >= REDS_IN_WINDOW:
        return _stopped(after, now, "A second red check in 14 days: stop and rehabilitate.")
    if _count(now, after, Reaction.AMBER, Reaction.RED) >= AMBERS_IN_WINDOW:
        # A red is no better than the amber that would have stopped here.
        return _stopped(after, now, "Three checks in 14 days that were not green: adjusting did not help.")
    return _back(after, STAGES_BACK_ON_RED), ("No run before 24 hours at the usual level; two stages back.",)


def _stop(standing: Standing, run_at: datetime, now: datetime) -> Effect:  # noqa: ARG001
    return _stopped(standing, now, "Stop and rehabilitate; a clinician reviews within 7 days.")


def _escalate(standing: Standing, run_at: datetime, now: datetime) -> Effect:  # noqa: ARG001
    after = replace(
        standing, status=Status.SUSPENDED, greens=0, ambers=0, next_run_from=None, permitted_until=now
    )
    return after, ("The plan is suspended and a clinician is told now.",)


def _no_reply(standing: Standing, run_at: datetime, now: datetime) -> Effect:  # noqa: ARG001
    lapses = permitted_until(run_at)
    ends = lapses if standing.permitted_until is None else min(lapses, standing.permitted_until)
    return replace(standing, greens=0, permitted_until=ends), (
        "Unknown is not good news: nothing advances, and the permission to run lapses.",
    )


_EFFECTS = {
    Reaction.GREEN: _green,
    Reaction.AMBER: _amber,
    Reaction.NO_REPLY: _no_reply,
    Reaction.RED: _red,
    Reaction.STOP: _stop,
    Reaction.ESCALATE: _escalate,
}


def _stopped(standing: Standing, now: datetime, effect: str) -> Effect:
    """Back to P0, unless it is suspended, which is worse and stays."""
    status = standing.status if standing.status is Status.SUSPENDED else Status.STOPPED
    after = replace(
        standing,
        phase=Phase.CALM,
        stage=0,
        status=status,
        greens=0,
        ambers=0,
        next_run_from=None,
        permitted_until=now,
        review_by=now + REVIEW_AFTER_STOP,
    )
    return after, (effect,)


def _back(standing: Standing, steps: int) -> Standing:
    if standing.phase is Phase.GRADED_RETURN:
        return replace(standing, stage=max(standing.stage - steps, 0))
    share = max(round(standing.share_percent / SHARE_STEP**steps), SHARE_MIN)
    return replace(standing, share_percent=share)


def _count(now: datetime, standing: Standing, *reactions: Reaction) -> int:
    return sum(past in reactions and at > now - WINDOW for at, past in standing.past)


def _after(run_at: datetime, clear_days: int) -> datetime:
    """The earliest next run: so many clear days, the day of the run and the next run's not counted."""
    return run_at + timedelta(days=clear_days + 1)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)
