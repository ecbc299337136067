"""The exercise library (F.5): purpose, dose, harder and easier, when to stop, for whom not, what it needs.

``GENERIC`` marks what no source article gives and a physiotherapist would recognise as usual practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.protocol.conditions import Condition, HasDiagnosis, NotAnswered, any_of, one_of
from assessments.protocol.programme.phases import Phase

GENERIC = "generic"
#: Holds for every exercise, as for running (F.5): "last reps hard" never means painful the next day.
STOP_ALWAYS = (
    "Stop if it hurts more than 5 of 10, if the pain isn't back to usual the next day, or at any leg symptom."
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A dose in figures: days of a week, least and most, and the least of a day, on each side where there
    are two. ``before_runs``: on each day of a run instead. What is left open counts however it was done.
    """

    days_min: int = 0
    days_max: int = 7
    before_runs: bool = False
    sets: int | None = None
    repetitions: int | None = None
    seconds: int | None = None
    minutes: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The figures as JSON-ready data."""
        return {name: getattr(self, name) for name in self.__slots__}


#: Nothing is counted of it: done when it helps.
AS_NEEDED = Amount()


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise. ``not_with`` keeps it from the plan when it is met; ``amount`` is ``dose`` in figures."""

    id: str
    name: str
    purpose: str
    dose: str
    phases: frozenset[Phase]
    harder: str = ""
    easier: str = ""
    stop: str = ""
    not_with: Condition | None = None
    equipment: str = "none"
    sources: tuple[str, ...] = (GENERIC,)
    amount: Amount = AS_NEEDED

    def as_dict(self) -> dict[str, object]:
        """The exercise as JSON-ready data, without its condition."""
        return {
            "id": self.id,
            "name": self.name,
            "purpose": self.purpose,
            "dose": self.dose,
            "amount": self.amount.as_dict(),
            "phases": [phase for phase in Phase if phase in self.phases],
            "harder": self.harder,
            "easier": self.easier,
            "stop": f"{STOP_ALWAYS} {self.stop}".strip(),
            "equipment": self.equipment,
            "sources": list(self.sources),
        }


_FROM_CALM = frozenset(Phase)
_FROM_RESTORE = frozenset({Phase.RESTORE, Phase.GRADED_RETURN, Phase.BUILD, Phase.PREHAB})
_RUNNING = frozenset({Phase.GRADED_RETURN, Phase.BUILD, Phase.PREHAB})
_LATE = frozenset({Phase.BUILD, Phase.PREHAB})

_BONE = ("fracture", "bone_stress_injury", "spondylolysis_listhesis")
#: Suspected fracture, bone stress or pars injury, and pregnancy: not face down with the back bent backwards.
NO_EXTENSION = any_of(
    HasDiagnosis(_BONE, "suspected"),
    HasDiagnosis(_BONE, "confirmed_current"),
    one_of("bone_focal_pain", "yes"),
    one_of("hop_or_impact_pain", "yes"),
    one_of("pregnancy_status", "pregnant"),
)

_MOBILITY = "Once or twice a week, building to daily if it helps"
_STRENGTH = "2 to 3 sets of 8 to 12, on 2 or 3 days a week with a day between, the last ones hard"

EXERCISES: tuple[Exercise, ...] = (
    Exercise(
        "walking_cycling",
        "Walking or cycling",
        "Keeps you active while the back calms down",
        "Most days, as long as it is comfortable",
        _FROM_CALM,
        harder="Longer, then brisker.",
        easier="Shorter and more often.",
        sources=("HH-H01",),
        amount=Amount(days_min=4),
    ),
    Exercise(
        "heat",
        "Heat",
        "Eases stiffness",
        "20 minutes, several times a day",
        frozenset({Phase.CALM, Phase.RESTORE}),
        stop="Take it off if the skin burns or feels numb.",
        not_with=NotAnswered("heat_contraindication", ("no",)),
        equipment="heat pack",
        sources=("HH-H02", "B31"),
    ),
    Exercise(
        "lumbar_rotation",
        "Lumbar rotation lying down",
        "Mobility of the lower back",
        f"{_MOBILITY}; 5 to 10 slow ones on each side",
        _FROM_CALM,
        harder="Further, as comfort allows.",
        easier="Smaller, knees kept together.",
        stop="Stop at any symptom in a leg.",
        sources=("HH-X01", "HH-X04", GENERIC),
        amount=Amount(days_min=1, repetitions=5),
    ),
    Exercise(
        "prone_press_up",
        "Press-up lying face down",
        "Extension of the lower back",
        f"{_MOBILITY}; 5 to 10",
        _FROM_CALM,
        harder="Arms straighter.",
        easier="Rest on the forearms.",
        stop="Stop if pain spreads down the leg.",
        not_with=NO_EXTENSION,
        sources=("HH-X02", "HH-X04", GENERIC),
        amount=Amount(days_min=1, repetitions=5),
    ),
    Exercise(
        "glute_stretch",
        "Stretch of the buttock",
        "Mobility of the hip",
        f"{_MOBILITY}; 2 or 3 times 20 to 30 seconds on each side",
        _FROM_CALM,
        harder="Bring the knee closer.",
        easier="Sitting on a chair.",
        sources=("HH-X03", "HH-X04", GENERIC),
        amount=Amount(days_min=1, sets=2, seconds=20),
    ),
    Exercise(
        "cat_camel",
        "Cat and camel",
        "Mobility of the whole back",
        "5 to 10 slow ones",
        _FROM_CALM,
        harder="Slower and further.",
        easier="Standing, hands on a table.",
        amount=Amount(days_min=1, repetitions=5),
    ),
    Exercise(
        "hip_flexor_stretch",
        "Stretch of the hip flexors",
        "Mobility of the front of the hip",
        "2 times 30 seconds on each side",
        _FROM_CALM,
        harder="Squeeze the buttock.",
        easier="Standing, one foot back.",
        amount=Amount(days_min=1, sets=2, seconds=30),
    ),
    *(
        Exercise(
            identifier,
            name,
            purpose,
            _STRENGTH,
            _FROM_RESTORE,
            harder=harder,
            easier=easier,
            equipment=needs,
            amount=Amount(days_min=2, days_max=3, sets=2, repetitions=8),
        )
        for identifier, name, purpose, harder, easier, needs in (
            (
                "bird_dog",
                "Bird-dog",
                "Trunk control",
                "Draw squares with hand and foot.",
                "One limb at a time.",
                "none",
            ),
            ("dead_bug", "Dead bug", "Trunk control", "Straighter legs.", "Feet stay on the floor.", "none"),
            ("bridge", "Bridge", "Strength of the buttocks", "One leg.", "Smaller lift.", "none"),
            (
                "hip_abduction",
                "Leg lift lying on the side",
                "Strength of the outer hip",
                "Band round the ankles.",
                "Knees bent.",
                "none or a band",
            ),
            (
                "squat",
                "Squat",
                "Strength of legs and hips",
                "Hold a weight.",
                "To a chair.",
                "none or a weight",
            ),
            (
                "hip_hinge",
                "Hip hinge",
                "Strength of the back of the hip",
                "Hold a weight.",
                "Hands on thighs.",
                "none or a weight",
            ),
            (
                "calf_raise",
                "Calf raise",
                "Strength for the push-off",
                "One leg.",
                "Hold on to a wall.",
                "none",
            ),
        )
    ),
    Exercise(
        "plank",
        "Plank",
        "Trunk strength, and activation before a run",
        "2 times 30 to 60 seconds",
        _FROM_RESTORE,
        harder="Longer, then lift a foot.",
        easier="On the knees.",
        stop="Stop if pain rises by more than 2 points.",
        sources=("AA-W02", "AA-X01"),
        amount=Amount(days_min=2, sets=2, seconds=30),
    ),
    Exercise(
        "side_plank",
        "Side plank",
        "Strength of the side of the trunk",
        "2 or 3 times 30 seconds on each side, a short rest between; body in one line, trunk braced",
        _FROM_RESTORE,
        harder="Lift the upper leg.",
        easier="Knees bent.",
        sources=("AA-X03",),
        amount=Amount(days_min=2, sets=2, seconds=30),
    ),
    Exercise(
        "plank_variations",
        "Varied planks, later on an unstable surface",
        "Trunk strength that carries over",
        "As the plank",
        _LATE,
        harder="A softer surface.",
        easier="Back to the plain plank.",
        equipment="cushion or ball",
        sources=("AA-X02", "HH-V01"),
        amount=Amount(days_min=2, sets=2, seconds=30),
    ),
    Exercise(
        "light_warm_up",
        "Light aerobic warm-up",
        "Gets body and back ready to run",
        "5 to 10 minutes before every run",
        _RUNNING,
        sources=("AA-W01", "HH-T01", GENERIC),
        amount=Amount(before_runs=True, minutes=5),
    ),
    Exercise(
        "hip_openers",
        "Hip openers and wide squats",
        "Dynamic part of the warm-up",
        "8 to 10 of each, before a run",
        _RUNNING,
        easier="Smaller.",
        sources=("AA-W03", GENERIC),
        amount=Amount(before_runs=True, repetitions=8),
    ),
    Exercise(
        "foam_roll",
        "Foam roll",
        "Loosens tight muscles",
        "30 to 60 seconds for each tight muscle",
        _RUNNING,
        stop="Not on the spine.",
        not_with=NO_EXTENSION,
        equipment="foam roll",
        sources=("AA-W04", GENERIC),
    ),
    Exercise(
        "tai_chi_yoga",
        "Tai Chi or yoga",
        "Movement that helps with stress",
        "A class, if you like it",
        _FROM_RESTORE,
        sources=("HH-H04", "B06"),
    ),
)
EXERCISES_BY_ID: Mapping[str, Exercise] = {exercise.id: exercise for exercise in EXERCISES}
