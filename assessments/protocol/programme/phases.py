"""The five phases of the way back, what each holds, and the gate that leads out of it (F.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """Where a runner stands on the way back."""

    CALM = "P0"
    RESTORE = "P1"
    GRADED_RETURN = "P2"
    BUILD = "P3"
    PREHAB = "P4"


@dataclass(frozen=True, slots=True)
class PhaseContent:
    """What a phase holds in plain words, and its gate; ``runs`` says whether it has any running."""

    phase: Phase
    title: str
    content: tuple[str, ...]
    gate: str
    runs: bool
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The phase as JSON-ready data."""
        return {
            "phase": self.phase,
            "title": self.title,
            "content": list(self.content),
            "gate": self.gate,
            "runs": self.runs,
            "sources": list(self.sources),
        }


PHASES: tuple[PhaseContent, ...] = (
    PhaseContent(
        Phase.CALM,
        "Calm",
        (
            "No running.",
            "Stay active without bed rest: walking, cycling, gentle strength work.",
            "Mobility as far as it is comfortable.",
        ),
        "Usual pain and walking pain both at most 3 of 10 on two days in a row.",
        runs=False,
        sources=("EH-P3", "HH-H01"),
    ),
    PhaseContent(
        Phase.RESTORE,
        "Restore",
        (
            "Mobility, and strength of trunk and hips.",
            "What caused the pain is dealt with.",
            "Brisk walks, building to 30 minutes.",
        ),
        "Thirty minutes of brisk walking on two separate days: at most one point more during it and none the "
        "next day. After a stop-running diagnosis also the written clearance of a named clinician.",
        runs=False,
        sources=("EH-P3", "EH-D07", "B25"),
    ),
    PhaseContent(
        Phase.GRADED_RETURN,
        "Graded return",
        ("The walk-run table, stage by stage.", "Two green checks in a row lead to the next stage."),
        "Two green checks of the last stage.",
        runs=True,
        sources=("B22", "B25"),
    ),
    PhaseContent(
        Phase.BUILD,
        "Build",
        ("One thing at a time: first distance, then frequency, then speed, then hills.",),
        "Usual volume, two green weeks, no pain relief.",
        runs=True,
        sources=("HH-T02", "EH-C3", "B23"),
    ),
    PhaseContent(
        Phase.PREHAB,
        "Prehab",
        (
            "Strength twice a week, and mobility.",
            "A warm-up before every run.",
            "A log of distance and of shoes.",
        ),
        "It goes on; if pain returns, the screen comes first.",
        runs=True,
        sources=("EH-V1", "EH-V3", "HH-V01"),
    ),
)
PHASE_CONTENT: Mapping[Phase, PhaseContent] = {content.phase: content for content in PHASES}

#: The gate of P0: both scores at most this, on two days in a row.
CALM_PAIN_MAX = 3
CALM_DAYS = 2
#: The gate of P1: brisk walks of so many minutes on so many days, rising at most so many points.
WALK_MINUTES = 30
WALK_DAYS = 2
WALK_RISE_MAX = 1


@dataclass(frozen=True, slots=True)
class CalmDay:
    """Pain of one day of P0, each 0 to 10."""

    usual_nrs: int
    walking_nrs: int


@dataclass(frozen=True, slots=True)
class BriskWalk:
    """One brisk walk of P1: its length in minutes, points more during it, points more the next day."""

    minutes: float
    rise_during: int
    rise_next_day: int


def calm_gate_open(days: tuple[CalmDay, ...]) -> bool:
    """Whether the last two days are calm enough for P1; ``days`` are consecutive, the latest last."""
    last = days[-CALM_DAYS:]
    return len(last) == CALM_DAYS and all(
        max(day.usual_nrs, day.walking_nrs) <= CALM_PAIN_MAX for day in last
    )


def restore_gate_open(walks: tuple[BriskWalk, ...], *, clearance_needed: bool, cleared: bool) -> bool:
    """Whether P2 may begin; ``walks`` are of separate days, the latest last.

    A clearance that is needed and not there keeps the gate shut whatever the walks say.
    """
    last = walks[-WALK_DAYS:]
    walked = len(last) == WALK_DAYS and all(
        walk.minutes >= WALK_MINUTES and walk.rise_during <= WALK_RISE_MAX and walk.rise_next_day <= 0
        for walk in last
    )
    return walked and (cleared or not clearance_needed)
