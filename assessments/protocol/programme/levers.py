"""What can be changed about a run, a little or a lot (F.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Lever(StrEnum):
    """One thing to change; one or two of them for each test run, so that it shows what helped."""

    DISTANCE = "distance"
    SPEED = "speed"
    TERRAIN = "terrain"
    FREQUENCY = "frequency"
    FORM = "form"
    WARM_UP = "warm_up"


#: Share of the usual distance for the next run.
MINOR_DISTANCE_SHARE = 0.75
MAJOR_DISTANCE_SHARE = 0.40
MINOR_CLEAR_DAYS = 1
MAJOR_CLEAR_DAYS = 2
LEVERS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class LeverText:
    """A lever in words for both levels, and which kinds of ``adjustments_tried`` mean it."""

    lever: Lever
    minor: str
    major: str
    tried_as: tuple[str, ...]
    sources: tuple[str, ...]


LEVERS: tuple[LeverText, ...] = (
    LeverText(
        Lever.DISTANCE,
        "Three quarters of your usual distance.",
        "Two fifths of your usual distance, or stage 2 of the walk-run table.",
        ("distance",),
        ("EH-A2",),
    ),
    LeverText(
        Lever.SPEED,
        "Easy: you can talk in whole sentences.",
        "Easy; on another day one shorter and faster run may be tried instead.",
        ("speed_slower", "speed_faster_shorter"),
        ("EH-A1",),
    ),
    LeverText(
        Lever.TERRAIN,
        "Flat ground.",
        "Flat and softer ground; swap treadmill and outdoors once and compare after 24 hours.",
        ("terrain_flat", "surface_soft", "treadmill"),
        ("EH-A3", "HH-V02"),
    ),
    LeverText(
        Lever.FREQUENCY,
        "As often as usual, with at least one clear day between runs.",
        "One run a week less, with two clear days between runs.",
        ("frequency", "recovery_days"),
        ("EH-A4",),
    ),
    LeverText(
        Lever.FORM,
        "A softer landing and about 5 % more steps a minute.",
        "5 to 10 % more steps a minute, landing under the body, the gaze ahead, arms forward and back.",
        ("stride_cadence",),
        ("EH-A5", "HH-T03", "B30"),
    ),
    LeverText(
        Lever.WARM_UP,
        "5 to 10 minutes of light movement and dynamic exercises first.",
        "5 to 10 minutes of light movement and dynamic exercises first.",
        ("warm_up",),
        ("HH-T01", "AA-W01"),
    ),
)
LEVER_TEXTS: Mapping[Lever, LeverText] = {text.lever: text for text in LEVERS}
#: What is tried first when the answers point nowhere: slower and shorter (K4).
FIRST_TEST = (Lever.DISTANCE, Lever.SPEED)
