"""The walk-run table: nine stages from a brisk walk to half an hour of running (F.3)."""

from __future__ import annotations

from dataclasses import dataclass

#: Flat, easy, on alternate days, after a warm-up.
CONDITIONS = "Flat ground, easy enough to talk, one clear day between sessions, warm-up first."
SOURCES = ("B22", "B25")
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Stage:
    """One row: so many repetitions of running and walking, in minutes each."""

    number: int
    repetitions: int
    run_minutes: float
    walk_minutes: float

    @property
    def running_minutes(self) -> float:
        """Minutes of running in the whole session."""
        return self.repetitions * self.run_minutes

    @property
    def minutes(self) -> float:
        """Minutes of the whole session without its warm-up."""
        return self.repetitions * (self.run_minutes + self.walk_minutes)

    @property
    def words(self) -> str:
        """The session as a person would say it."""
        if not self.run_minutes:
            return f"{self.walk_minutes:g} min brisk walk"
        if not self.walk_minutes:
            return f"{self.run_minutes:g} min run without a break"
        return f"{self.repetitions} {TIMES} {self.run_minutes:g} min run / {self.walk_minutes:g} min walk"

    def as_dict(self) -> dict[str, object]:
        """The stage as JSON-ready data."""
        return {
            "stage": self.number,
            "session": self.words,
            "repetitions": self.repetitions,
            "run_minutes": self.run_minutes,
            "walk_minutes": self.walk_minutes,
            "running_minutes": self.running_minutes,
            "minutes": self.minutes,
        }


STAGES: tuple[Stage, ...] = tuple(
    Stage(number, *row)
    for number, row in enumerate(
        (
            (1, 0, 30),
            (5, 1, 2),
            (6, 1.5, 2),
            (6, 2, 2),
            (5, 3, 2),
            (4, 5, 2),
            (3, 8, 2),
            (2, 13, 2),
            (1, 30, 0),
        )
    )
)
LAST_STAGE = STAGES[-1].number
#: Where the first test run after a major adjustment stands, and where running starts again after a gap.
FIRST_TEST_STAGE = 2
STAGE_AFTER_A_GAP = 3
