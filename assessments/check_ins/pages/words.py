"""The sections of a check's page, and the times to choose from. Every other word is in the texts."""

from collections.abc import Mapping

from assessments.protocol.texts import TEXTS

UNKNOWN = "unknown"
DONT_KNOW = TEXTS.questions["trend"].choice(UNKNOWN).runner

#: Sections in the order of the page: the run first, then the safety screen.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Your run and your back": (
        "ran_last_14d",
        "pain_run_peak_nrs",
        "pain_post_run_peak_nrs",
        "hours_to_settle",
        "pain_next_day_nrs",
        "analgesic_before_run",
        "pain_usual_nrs",
        "pain_walking_nrs",
        "walking_ability",
        "trend",
        "adjustment_outcome",
    ),
    "Your safety: please answer every one": (
        "saddle_sensation_change",
        "bladder_change",
        "bowel_change",
        "sexual_function_change",
        "leg_pain",
        "leg_sensory_change",
        "leg_weakness",
        "leg_symptom_progression",
        "gait_unsteady",
        "vascular_warning",
        "systemically_unwell",
        "fever_or_rigors",
        "spinal_procedure_recent",
        "night_pain_unrelieved",
        "constant_unremitting_pain",
        "thoracic_or_band_pain",
        "new_spinal_deformity",
        "bone_focal_pain",
        "hop_or_impact_pain",
    ),
    "Pregnancy and birth": ("pregnancy_status", "weeks_postpartum", "pregnancy_warning_signs"),
}
#: Hours that can be chosen; the last one, "not yet", is the longest that the question takes.
_HOURS = (2, 3, 4, 5, 6, 8, 10, 12, 18, 24, 36, 48)
NOT_YET = "72"
HOURS: Mapping[str, str] = {
    "0": "At once: there was nothing extra",
    "1": "1 hour",
    **{str(hours): f"{hours} hours" for hours in _HOURS},
    NOT_YET: TEXTS.questions["hours_to_settle"].choice(NOT_YET).runner,
}
