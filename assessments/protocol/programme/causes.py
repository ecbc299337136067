"""What may lie behind the pain, and what is done about it (F.6).

A cause is found in the answers and never changes the decision. Three rows of the table have no question that
could find them; they are here to be read, and a clinician who sees them adds what they say.
"""

from __future__ import annotations

from dataclasses import dataclass

from assessments.protocol.conditions import (
    Condition,
    Listed,
    any_of,
    at_least,
    at_most,
    less_than,
    one_of,
)
from assessments.protocol.criteria import CRITERIA_BY_ID
from assessments.protocol.programme.levers import Lever

#: What an explained, graded approach answers to; "not asked" and "none" are no such sign.
YELLOW_FLAGS = (
    "fear_running_harms",
    "low_recovery_expectation",
    "low_mood",
    "high_distress",
    "avoids_activity",
    "work_or_family_barrier",
    "poor_sleep",
)


@dataclass(frozen=True, slots=True)
class Cause:
    """One row: when it is found, the levers it asks for, what running and habits do, exercises, sources."""

    id: str
    title: str
    condition: Condition | None
    running: str = ""
    habit: str = ""
    levers: tuple[Lever, ...] = ()
    exercises: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The cause as JSON-ready data, without its condition."""
        return {
            "id": self.id,
            "title": self.title,
            "running": self.running,
            "habit": self.habit,
            "levers": list(self.levers),
            "exercises": list(self.exercises),
            "sources": list(self.sources),
        }


CAUSES: tuple[Cause, ...] = (
    Cause(
        "stiff",
        "Long sitting or no mobility work",
        any_of(at_least("sitting_hours_per_day", 6), at_most("mobility_sessions_per_week", 0)),
        running="A longer warm-up.",
        habit="Get up every 30 to 60 minutes.",
        levers=(Lever.WARM_UP,),
        exercises=("lumbar_rotation", "prone_press_up", "cat_camel"),
        sources=("EH-C1", "EH-V2", "generic"),
    ),
    Cause(
        "weak",
        "Little strength work",
        at_most("strength_sessions_per_week", 1),
        running="Shorter runs until strength is back.",
        levers=(Lever.DISTANCE,),
        exercises=("plank", "side_plank", "bridge", "bird_dog"),
        sources=("EH-C2", "HH-C2", "AA-C1"),
    ),
    Cause(
        "load_spike",
        "Load or intensity raised quickly",
        any_of(CRITERIA_BY_ID["AD-12"].condition, one_of("intensity_change", "speed", "hills", "both")),
        running="Back to the distance and speed that were last tolerated; then the weekly limits.",
        habit="Cross-training on the days between.",
        levers=(Lever.DISTANCE, Lever.SPEED),
        sources=("EH-C3", "HH-C1", "HH-T02"),
    ),
    Cause(
        "hills",
        "Hills added",
        one_of("intensity_change", "hills", "both"),
        running="Flat ground; one hill run later.",
        levers=(Lever.TERRAIN,),
        exercises=("hip_abduction", "calf_raise"),
        sources=("HH-C1", "EH-A3"),
    ),
    Cause(
        "no_recovery",
        "No clear day between runs",
        at_most("min_recovery_days", 0),
        running="One or two clear days between runs.",
        levers=(Lever.FREQUENCY,),
        sources=("EH-C4", "EH-A4"),
    ),
    Cause(
        "sleep_or_fuel",
        "Little sleep, or concern about eating enough",
        any_of(less_than("sleep_hours", 7), one_of("nutrition_concern", "yes")),
        running="No progression until it is better.",
        habit="Sleep first; eat enough for the running. Ask about missed periods and low energy.",
        sources=("EH-C4", "B17"),
    ),
    Cause(
        "old_injury",
        "An earlier back injury",
        one_of("previous_back_injury", "yes"),
        running="A graded return.",
        habit="Strength comes back before the load does.",
        exercises=("bridge", "bird_dog", "squat"),
        sources=("EH-C5", "AA-C4"),
    ),
    Cause(
        "stress",
        "Stress, worry or discouragement",
        any_of(at_least("stress_nrs", 7), Listed("yellow_flags", YELLOW_FLAGS, 2)),
        running="Keep some running where it is safe; aim for time, not for pain.",
        habit="Explain what pain means, load in small steps, call after a week.",
        exercises=("tai_chi_yoga",),
        sources=("EH-C6", "HH-H04", "B33"),
    ),
    Cause(
        "form",
        "Running form",
        Listed(
            "form_observed",
            ("overstride", "heavy_landing", "looks_down", "arms_cross_midline", "tense_shoulders"),
        ),
        running="About 5 % more steps a minute, and one cue at a time.",
        habit="A look at the gait.",
        levers=(Lever.FORM,),
        sources=("EH-A5", "HH-T03", "HH-T04", "HH-V03", "AA-C2", "AA-T01"),
    ),
    Cause(
        "hollow_back",
        "A hollow back while running",
        Listed("form_observed", ("excess_lumbar_extension",)),
        running="No long downhills.",
        levers=(Lever.TERRAIN,),
        exercises=("bridge", "plank", "hip_flexor_stretch"),
        sources=("HH-C2",),
    ),
    Cause(
        "facet",
        "Pain on bending back or turning",
        None,
        running="Flat ground and a shorter stride.",
        habit="Leave the press-up out if it provokes; bend forward instead.",
        levers=(Lever.TERRAIN, Lever.FORM),
        exercises=("cat_camel",),
        sources=("HH-C3",),
    ),
    Cause(
        "sacroiliac",
        "Pain at the sacroiliac joint or buttock",
        one_of("pain_region", "lumbosacral_sij_buttock"),
        running="Shorter runs. A bone stress injury is screened for first.",
        levers=(Lever.DISTANCE,),
        exercises=("hip_abduction", "bridge"),
        sources=("HH-C4", "B17"),
    ),
    Cause(
        "shoes",
        "Old, worn or ill-fitting shoes",
        any_of(
            at_least("shoe_distance_km", "shoe_inspect_km"),
            at_least("shoe_age_months", "shoe_inspect_months"),
            one_of("shoe_tread_worn", "yes"),
        ),
        running="Look at the soles; a new pair is phased in over two weeks.",
        habit="Log the distance of each pair.",
        sources=("HH-F01", "HH-F02", "AA-C3", "AA-F01", "AA-F02"),
    ),
    Cause(
        "warm_up",
        "No warm-up, or long holds only",
        one_of("warm_up_usual", "none", "static_only"),
        running="A dynamic warm-up before every run.",
        levers=(Lever.WARM_UP,),
        exercises=("light_warm_up", "hip_openers"),
        sources=("HH-T01", "AA-W01", "AA-W03"),
    ),
    Cause(
        "surface",
        "Pain on one surface or on the treadmill only",
        None,
        running="Swap the surface once and compare after 24 hours.",
        levers=(Lever.TERRAIN,),
        sources=("EH-A3", "HH-V02", "B29"),
    ),
    Cause(
        "pain_relief",
        "Pain relief before, during or after runs",
        any_of(CRITERIA_BY_ID["AD-13"].condition, CRITERIA_BY_ID["RT-05"].condition),
        running="The next test run is without pain relief; no anti-inflammatory before or during a run.",
        habit="Talk to a doctor if every run needs it.",
        sources=("HH-H03", "B28"),
    ),
    Cause(
        "drinking",
        "Drinking",
        None,
        habit="Drink to thirst; no fixed amounts.",
        sources=("HH-T05", "B27"),
    ),
)
