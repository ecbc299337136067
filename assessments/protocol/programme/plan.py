"""What a programme says, as values; ``Programme.as_dict`` is the JSON of the HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.protocol.programme.causes import Cause
from assessments.protocol.programme.exercises import Exercise
from assessments.protocol.programme.levers import Lever
from assessments.protocol.programme.phases import PHASE_CONTENT, Phase
from assessments.protocol.programme.walk_run import CONDITIONS, STAGES
from assessments.protocol.vocabulary import PlanRelease

#: Stops a run that has begun.
STOP_A_RUN = (
    "Stop if the pain rises by more than 3 points, reaches more than 5 of 10, spreads into a leg, or is of a "
    "new kind."
)


@dataclass(frozen=True, slots=True)
class Because:
    """Why an element is there: in words, with the answers that put it there, and where it comes from."""

    statement: str
    answers: Mapping[str, object]
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The reason as JSON-ready data."""
        return {"statement": self.statement, "answers": dict(self.answers), "sources": list(self.sources)}


@dataclass(frozen=True, slots=True)
class Advice:
    """One line of what to do, and why."""

    text: str
    because: Because

    def as_dict(self) -> dict[str, object]:
        """The line as JSON-ready data."""
        return {"text": self.text, "because": self.because.as_dict()}


@dataclass(frozen=True, slots=True)
class Prescribed:
    """An exercise with the reasons it is in the plan."""

    exercise: Exercise
    because: Because

    def as_dict(self) -> dict[str, object]:
        """The exercise as JSON-ready data."""
        return {**self.exercise.as_dict(), "because": self.because.as_dict()}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An exercise of the phase that isn't in the plan, and why."""

    exercise: Exercise
    because: Because

    def as_dict(self) -> dict[str, object]:
        """The exercise's id and name with the reason."""
        return {"id": self.exercise.id, "name": self.exercise.name, "because": self.because.as_dict()}


@dataclass(frozen=True, slots=True)
class CauseFound:
    """A cause that the answers point at."""

    cause: Cause
    because: Because

    def as_dict(self) -> dict[str, object]:
        """The cause as JSON-ready data."""
        return {**self.cause.as_dict(), "because": self.because.as_dict()}


@dataclass(frozen=True, slots=True)
class Change:
    """One lever of the next test run."""

    lever: Lever
    text: str
    because: Because

    def as_dict(self) -> dict[str, object]:
        """The lever as JSON-ready data."""
        return {"lever": self.lever, "text": self.text, "because": self.because.as_dict()}


@dataclass(frozen=True, slots=True)
class Start:
    """Where the runner enters the programme.

    ``stage`` is of the walk-run table (P2 only). ``share_percent`` is of the usual distance (P3 only), and
    ``run_km`` that distance where the answers give one. ``pause_until_settled``: no run before the pain has
    been at its usual level for 24 hours. ``clear_days`` between runs.
    """

    phase: Phase
    stage: int | None = None
    share_percent: int | None = None
    run_km: float | None = None
    pause_until_settled: bool = False
    clear_days: int = 1

    def as_dict(self) -> dict[str, object]:
        """The entry as JSON-ready data, the phase spelled out."""
        return {
            "phase": PHASE_CONTENT[self.phase].as_dict(),
            "stage": None if self.stage is None else STAGES[self.stage].as_dict(),
            "share_percent": self.share_percent,
            "run_km": self.run_km,
            "pause_until_settled": self.pause_until_settled,
            "clear_days": self.clear_days,
        }


@dataclass(frozen=True, slots=True)
class Programme:
    """The way back for one runner, or what is released in its place.

    Without ``start`` there is no plan: ``advice`` says what is released instead. ``exercises`` are those of
    the phase it starts in; ``later`` come with a later phase.
    """

    protocol_version: str
    decision: str
    release: PlanRelease
    why: tuple[str, ...]
    start: Start | None
    clearance_needed: bool
    advice: tuple[Advice, ...]
    changes: tuple[Change, ...]
    causes: tuple[CauseFound, ...]
    exercises: tuple[Prescribed, ...]
    later: tuple[Prescribed, ...]
    left_out: tuple[LeftOut, ...]
    not_assessed: tuple[str, ...]
    provisional: bool
    safety_net: str

    def as_dict(self) -> dict[str, object]:
        """The programme as JSON-ready data, exactly the keys of the HTTP API."""
        return {
            "protocol_version": self.protocol_version,
            "decision": self.decision,
            "plan_release": self.release,
            "safety_net": self.safety_net,
            "why": list(self.why),
            "start": None if self.start is None else self.start.as_dict(),
            "clearance_needed": self.clearance_needed,
            "stop_a_run": STOP_A_RUN if self.start is not None else None,
            "walk_run_conditions": CONDITIONS,
            "advice": [item.as_dict() for item in self.advice],
            "changes": [item.as_dict() for item in self.changes],
            "causes": [item.as_dict() for item in self.causes],
            "exercises": [item.as_dict() for item in self.exercises],
            "later": [item.as_dict() for item in self.later],
            "left_out": [item.as_dict() for item in self.left_out],
            "not_assessed": list(self.not_assessed),
            "provisional": self.provisional,
        }
