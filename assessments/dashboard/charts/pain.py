"""Pain over time: four scores on a fixed axis from 0 to 10, each with a shape of its own.

A score that wasn't given is a gap: no line leads across it, nor across two weeks without an assessment.
"""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assessments.dashboard.charts.axis import LEFT, RIGHT, WIDTH, Axis, Tick, day_ticks, time_axis

HEIGHT = 320.0
TOP, BOTTOM = 44.0, 276.0
LOWEST, HIGHEST = 0, 10
#: Longer without an assessment and nobody knows how it went between: the line ends.
LONGEST_JOINED = dt.timedelta(days=14)
#: Equal scores of one day stand beside each other, not on each other.
BESIDE = 5.0

SERIES: tuple[tuple[str, str, str], ...] = (
    ("rest", "At rest", "pain_usual_nrs"),
    ("walking", "Walking", "pain_walking_nrs"),
    ("run", "Run, worst", "pain_run_peak_nrs"),
    ("next", "Next day", "pain_next_day_nrs"),
)

#: The shape of each score around its place: circle, square, triangle, diamond.
SHAPES = {
    "rest": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0",
    "walking": "M-4-4h8v8h-8z",
    "run": "M0-5.5l5.5 9.5h-11z",
    "next": "M0-6l6 6-6 6-6-6z",
}


@dataclass(frozen=True, slots=True)
class Called:
    """An escalation that an assessment opened."""

    level: str
    words: str


@dataclass(frozen=True, slots=True)
class PainScores:
    """One assessment's scores, each ``None`` where it wasn't given; ``values`` stand beside ``SERIES``."""

    at: dt.datetime
    values: tuple[int | None, ...]
    protocol: str
    called: Called | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """One score: where it stands, and what it says."""

    x: float
    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of score: its dots, and the lines between those that follow one another."""

    key: str
    words: str
    shape: str
    dots: tuple[Dot, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened: an escalation (``level`` has its shape) or another protocol."""

    x: float
    words: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Time without an assessment."""

    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class PainChart:
    """Everything that is drawn."""

    description: str
    series: tuple[Series, ...]
    days: tuple[Tick, ...]
    scores: tuple[Tick, ...]
    escalations: tuple[Mark, ...]
    protocols: tuple[Mark, ...]
    gaps: tuple[Gap, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM
    plot_height: float = BOTTOM - TOP


def pain_chart(points: Sequence[PainScores], zone: dt.tzinfo) -> PainChart | None:
    """Draw the assessments, oldest first; nothing without one."""
    if not points:
        return None
    moments = [point.at for point in points]
    across = time_axis(moments, inset=6 * BESIDE)
    up = Axis(LOWEST, HIGHEST, BOTTOM, TOP)
    series = tuple(_series(index, points, across, up, zone) for index in range(len(SERIES)))
    return PainChart(
        description=_description(points, zone),
        series=series,
        days=day_ticks(moments, across, zone, most=8),
        scores=tuple(Tick(up.at(score), str(score)) for score in range(LOWEST, HIGHEST + 1, 2)),
        escalations=tuple(
            Mark(
                across.at(point.at.timestamp()),
                f"{point.called.words}, {_day(point.at, zone)}",
                point.called.level,
            )
            for point in points
            if point.called
        ),
        protocols=tuple(_protocols(points, across, zone)),
        gaps=tuple(_gaps(moments, across)),
    )


def _series(index: int, points: Sequence[PainScores], across: Axis, up: Axis, zone: dt.tzinfo) -> Series:
    key, words, _ = SERIES[index]
    aside = (index - (len(SERIES) - 1) / 2) * BESIDE
    dots: list[Dot | None] = [
        None
        if (score := point.values[index]) is None
        else Dot(
            round(across.at(point.at.timestamp()) + aside, 1),
            up.at(score),
            f"{words}: {score} of {HIGHEST}, {_day(point.at, zone)}",
        )
        for point in points
    ]
    lines = tuple(" ".join(f"{dot.x},{dot.y}" for dot in run) for run in _runs(points, dots) if len(run) > 1)
    return Series(key, words, SHAPES[key], tuple(dot for dot in dots if dot), lines)


def _runs(points: Sequence[PainScores], dots: Sequence[Dot | None]) -> Iterator[list[Dot]]:
    """Dots that follow one another: no score missing between them, and no two weeks."""
    run: list[Dot] = []
    before: dt.datetime | None = None
    for point, dot in zip(points, dots, strict=True):
        apart = before is not None and point.at - before > LONGEST_JOINED
        if run and (dot is None or apart):
            yield run
            run = []
        if dot is not None:
            run.append(dot)
        before = point.at
    if run:
        yield run


def _gaps(moments: Sequence[dt.datetime], across: Axis) -> Iterator[Gap]:
    for before, after in itertools.pairwise(moments):
        if after - before > LONGEST_JOINED:
            start, end = across.at(before.timestamp()), across.at(after.timestamp())
            yield Gap(start, round(end - start, 1), f"No assessment for {(after - before).days} days")


def _protocols(points: Sequence[PainScores], across: Axis, zone: dt.tzinfo) -> Iterator[Mark]:
    """The first protocol, and each one that decided otherwise than the one before."""
    before = ""
    for point in points:
        if point.protocol != before:
            words = f"Protocol {point.protocol} from {_day(point.at, zone)}"
            yield Mark(across.at(point.at.timestamp()), words, point.protocol)
        before = point.protocol


def _description(points: Sequence[PainScores], zone: dt.tzinfo) -> str:
    """What the drawing shows, for who doesn't see it; the table beside it has every value."""
    first, last = _day(points[0].at, zone), _day(points[-1].at, zone)
    latest = "; ".join(
        f"{words.lower()} {'not given' if score is None else score}"
        for (_, words, _), score in zip(SERIES, points[-1].values, strict=True)
    )
    called = sum(point.called is not None for point in points)
    return (
        f"{len(points)} assessments from {first} to {last}, on a scale from 0 to 10. "
        f"The latest: {latest}. Escalations: {called}. Scores that weren't given are gaps."
    )


def _day(moment: dt.datetime, zone: dt.tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}"
