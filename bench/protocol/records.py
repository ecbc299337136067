"""Seeded answers: three named records to time, and thousands near a reassuring one to compare on.

Fully random records are nearly all emergencies and would hide a misread threshold, so most records differ
from a permissive starting point in at most three answers, with numbers drawn at and beside the thresholds.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from assessments.protocol import QUESTIONS

__all__ = ["EMERGENCY", "REASSURING", "TYPICAL", "generate"]

Answers = dict[str, Any]

REASSURING: Answers = {
    "age_years": 38,
    "sex_at_birth": "female",
    "pregnancy_status": "not_pregnant",
    "pain_region": "lumbar",
    "episode_duration_days": 20,
    "first_ever_episode": "no",
    "trend": "improving",
    "treatment_tried": "yes",
    "trauma": "none",
    "pain_usual_nrs": 2,
    "pain_walking_nrs": 1,
    "ran_last_14d": "yes",
    "pain_pre_run_nrs": 2,
    "pain_run_peak_nrs": 3,
    "pain_post_run_peak_nrs": 2,
    "hours_to_settle": 1.5,
    "pain_next_day_nrs": 2,
    "analgesic_before_run": "no",
    "analgesic_after_every_run": "no",
    "saddle_sensation_change": "no",
    "bladder_change": "no",
    "bowel_change": "no",
    "sexual_function_change": "no",
    "leg_pain": "none",
    "leg_sensory_change": "none",
    "leg_weakness": "none",
    "leg_symptom_progression": "not_applicable",
    "gait_unsteady": "no",
    "vascular_warning": "no",
    "systemically_unwell": "no",
    "walking_ability": "normal",
    "fever_or_rigors": "no",
    "infection_risk": "no",
    "spinal_procedure_recent": "no",
    "cancer_history": "no",
    "unexplained_weight_loss": "no",
    "night_pain_unrelieved": "no",
    "constant_unremitting_pain": "no",
    "thoracic_or_band_pain": "no",
    "bone_fragility_risk": "no",
    "new_spinal_deformity": "no",
    "bone_focal_pain": "no",
    "diagnoses": [],
    "hop_or_impact_pain": "no",
    "prior_bone_stress_injury": "no",
    "low_energy_or_menstrual_disturbance": "no",
    "pain_earlier_each_run": "no",
    "adjustment_outcome": "not_tried",
    "new_to_running": "no",
    "weekly_km_current": 25,
    "weekly_km_prev4w_avg": 24.5,
    "last_run_km": 8,
    "longest_run_30d_km": 12,
}


def _without(answers: Answers, *names: str) -> Answers:
    return {name: value for name, value in answers.items() if name not in names}


TYPICAL: Answers = _without(
    REASSURING,
    "pain_pre_run_nrs",
    "first_ever_episode",
    "analgesic_after_every_run",
    "hop_or_impact_pain",
    "prior_bone_stress_injury",
    "low_energy_or_menstrual_disturbance",
    "weekly_km_prev4w_avg",
    "longest_run_30d_km",
) | {
    "pain_run_peak_nrs": 4,
    "hours_to_settle": 5,
    "trend": "unchanged",
    "adjustment_outcome": "helped_partly",
}

EMERGENCY: Answers = REASSURING | {
    "bladder_change": "yes",
    "saddle_sensation_change": "yes",
    "leg_pain": "bilateral",
    "leg_sensory_change": "unilateral",
    "leg_weakness": "mild_unilateral",
    "leg_symptom_progression": "worsening",
    "trend": "worsening",
    "walking_ability": "limited_by_pain",
    "pain_walking_nrs": 6,
}

NOT_RUN = _without(
    REASSURING,
    "pain_pre_run_nrs",
    "pain_run_peak_nrs",
    "pain_post_run_peak_nrs",
    "hours_to_settle",
    "pain_next_day_nrs",
    "analgesic_before_run",
) | {"ran_last_14d": "no"}
ONE_SIDED_LEG = {"leg_pain": "unilateral", "leg_symptom_progression": "stable_or_improving"}
TWO_FEATURES = {"buttock_pain": "yes", "arthritis_ever": "yes", "improves_with_movement": "no"}
THREE_FEATURES = TWO_FEATURES | {"wakes_second_half_night": "yes", "psoriasis_ever": "unknown"}


def _inflammatory(age: int, days: int, features: Answers) -> Answers:
    return REASSURING | {"age_years": age, "episode_duration_days": days, "spa_features": features}


STARTING_POINTS: tuple[Answers, ...] = (
    REASSURING,
    TYPICAL,
    NOT_RUN | {"weekly_km_current": 0.5, "weekly_km_prev4w_avg": 0},
    REASSURING | ONE_SIDED_LEG,
    REASSURING | {"pregnancy_status": "postpartum", "weeks_postpartum": 12},
    REASSURING | {"pregnancy_status": "pregnant", "pregnancy_warning_signs": "no"},
    REASSURING | {"age_years": 64, "sex_at_birth": "male", "episode_duration_days": 41, "trauma": "minor"},
    REASSURING | {"last_run_km": 0.5, "longest_run_30d_km": 0},
    # The age at onset a day or less on this side, or exactly at, its two thresholds, 45 and 35.
    _inflammatory(46, 366, THREE_FEATURES),
    _inflammatory(49, 4 * 365 + 1, THREE_FEATURES),
    _inflammatory(36, 366, TWO_FEATURES),
    _inflammatory(39, 4 * 365 + 1, TWO_FEATURES),
)

SCORES = tuple(range(11))
DISTANCES = (0, 0.5, 5, 8, 8.8, 8.9, 10, 11, 12, 13, 24, 24.5, 25, 31.2, 31.3, 31.85, 31.9, 32.5, 32.6)
# At and beside each threshold of the default parameters, and the ends of the allowed range.
NUMBERS: dict[str, tuple[float, ...]] = {
    "age_years": (0, 17, 18, 34, 35, 36, 44, 45, 46, 49, 50, 59, 60, 64, 65, 120),
    "weeks_postpartum": (0, 11, 12, 13, 52),
    "episode_duration_days": (0, 6, 27, 28, 29, 41, 42, 43, 90, 91, 365, 366, 36500),
    "hours_to_settle": (0, 3.9, 4, 4.1, 24, 72),
    "pain_usual_nrs": SCORES,
    "pain_walking_nrs": SCORES,
    "pain_pre_run_nrs": SCORES,
    "pain_run_peak_nrs": SCORES,
    "pain_post_run_peak_nrs": SCORES,
    "pain_next_day_nrs": SCORES,
    "weekly_km_current": DISTANCES,
    "weekly_km_prev4w_avg": DISTANCES,
    "last_run_km": DISTANCES,
    "longest_run_30d_km": DISTANCES,
}
UNKNOWN = ("unknown", None)
STATUSES = ("suspected", "confirmed_current", "past_resolved")
CLEARANCES = ("yes", "no", "unknown")
CHOICES: dict[str, tuple[str, ...]] = {
    question.name: question.choices for question in QUESTIONS if question.type == "choice"
}
DIAGNOSIS_CODES, SPA_FEATURES = (
    next(question.choices for question in QUESTIONS if question.name == name)
    for name in ("diagnoses", "spa_features")
)


def _diagnoses(random: Random) -> list[Answers]:
    codes = random.sample(DIAGNOSIS_CODES, random.choice((0, 1, 1, 1, 2, 3)))
    return [_diagnosis(random, code) for code in codes]


def _diagnosis(random: Random, code: str) -> Answers:
    diagnosis: Answers = {"code": code, "status": random.choice(STATUSES)}
    if random.random() < 0.7:
        diagnosis["clearance"] = random.choice(CLEARANCES)
    return diagnosis


def _spa_features(random: Random) -> Answers:
    asked = random.sample(SPA_FEATURES, random.randint(1, len(SPA_FEATURES)))
    return {feature: random.choice(("no", "yes", "yes", "unknown")) for feature in asked}


def _chooser(values: tuple[Any, ...]) -> Callable[[Random], Any]:
    return lambda random: random.choice(values)


# One way to draw a known answer for every question that can matter to a decision, and most that cannot.
DRAW: dict[str, Callable[[Random], Any]] = {
    **{name: _chooser(values) for name, values in (CHOICES | NUMBERS).items()},
    "diagnoses": _diagnoses,
    "spa_features": _spa_features,
}
NAMES = tuple(DRAW)


def _perturb(answers: Answers, random: Random, changes: int) -> Answers:
    changed = dict(answers)
    for name in random.sample(NAMES, changes):
        if random.random() < 0.75:
            changed[name] = DRAW[name](random)
        elif random.random() < 0.5:
            changed[name] = random.choice(UNKNOWN)
        else:
            changed.pop(name, None)
    return changed


def generate(seed: int, count: int) -> Iterator[Answers]:
    """`count` valid, unnormalised records, the same for the same seed.

    Four in five change at most three answers of a starting point, the others up to all of them.
    """
    random = Random(seed)
    for _ in range(count):
        near = random.random() < 0.8
        changes = random.randint(0, 3) if near else random.choice((5, 10, 20, len(NAMES)))
        yield _perturb(random.choice(STARTING_POINTS), random, changes)
