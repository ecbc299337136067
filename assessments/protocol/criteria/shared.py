"""Conditions that more than one criterion stands on, so that none is written twice."""

from assessments.protocol.conditions import (
    PartOneOf,
    RatioAbove,
    Setting,
    SettingIs,
    Unknown,
    all_of,
    any_of,
    at_least,
    less_than,
    one_of,
    rise_above_baseline,
)
from assessments.protocol.questions.emergency import CES_ITEMS, LONGSTANDING
from assessments.protocol.questions.urgent import DIAGNOSIS_CODES

NOT_CLEARED = ("no", "unknown")
CORD_OR_CAUDA_EQUINA = ("spinal_cord_compression", "cauda_equina_syndrome")
# A source article's list of diagnoses with which running stops until someone clears it: all eight codes.
STOP_RUNNING_DIAGNOSES = DIAGNOSIS_CODES

MILD_OR_WORSE_WEAKNESS = one_of("leg_weakness", "mild_unilateral", "severe_unilateral", "bilateral")
WORSENING_IN_A_LEG = one_of("leg_symptom_progression", "worsening")  # says that there is a leg symptom
SPINAL_INFECTION_RISK = any_of(one_of("infection_risk", "yes"), one_of("spinal_procedure_recent", "yes"))
LEG_PAIN = one_of("leg_pain", "unilateral", "bilateral")
LEG_SENSORY_CHANGE = one_of("leg_sensory_change", "unilateral", "bilateral")
WALKING_AFFECTED = one_of("walking_ability", "limited_by_pain", "unable")

# The three not-OK signs of a source article: quite painful walking (N1), a significant rise during
# the run (N2), a late flare still there the day after (N3).
WALKING_SIGN = at_least("pain_walking_nrs", "walking_pain_stop_ge")
RUN_RISE_SIGN = rise_above_baseline("pain_run_peak_nrs", "run_increase_significant_gt")
LATE_FLARE_SIGN = any_of(
    all_of(
        rise_above_baseline("pain_post_run_peak_nrs", "post_increase_lot_gt"),
        rise_above_baseline("pain_next_day_nrs", 0),
    ),
    rise_above_baseline("pain_next_day_nrs", "post_increase_lot_gt"),
)

NO_LEG_SYMPTOM = (
    one_of("leg_pain", "none"),
    one_of("leg_sensory_change", "none"),
    one_of("leg_weakness", "none"),
)
# A symptom whose age nobody asked counts as new.
SINCE_SHORT = any_of(
    Unknown("leg_symptom_duration_days"), less_than("leg_symptom_duration_days", "new_leg_symptom_days_lt")
)
OLD_BLADDER_CHANGE = one_of("bladder_change", LONGSTANDING)
#: Beside an old bladder change, and only under a clinic's own setting: leakage and nothing else.
LEAKAGE_ONLY_IS_ROUTINE = all_of(
    SettingIs("explained_leakage_tier", "routine"),
    *(one_of(item, "no") for item in CES_ITEMS if item != "bladder_change"),
    *NO_LEG_SYMPTOM,
)
PAIN_IN_BOTH_LEGS = one_of("leg_pain", "bilateral")
#: Beside pain in both legs, and only under a clinic's own setting: old, unchanged, and nothing else.
STABLE_AND_ALONE = all_of(
    one_of("leg_sensory_change", "none"),
    one_of("leg_weakness", "none"),
    one_of("leg_symptom_progression", "stable_or_improving"),
    at_least("leg_symptom_duration_days", "stable_bilateral_days"),
    *(one_of(item, "no") for item in CES_ITEMS),
    one_of("gait_unsteady", "no"),
)
#: Beside a pregnancy, and only under a clinic's own setting: uncomplicated, already running, on advice.
MAY_RUN_PREGNANT = all_of(
    SettingIs("pregnancy_running", "adjust"),
    one_of("pregnancy_warning_signs", "no"),
    one_of("ran_last_14d", "yes"),
    one_of("maternity_running_advice", "yes"),
)
OPERATED_LAST_YEAR = one_of("spinal_surgery_ever", "within_12_months")
CLEARED_AFTER_SURGERY = PartOneOf("spinal_surgery_clearance", "clearance", ("yes",))
LOAD_PAIRS = (
    ("weekly_km_current", "weekly_km_prev4w_avg", Setting("weekly_load_ratio_gt")),
    ("last_run_km", "longest_run_30d_km", Setting("session_spike_ratio_gt")),
)
LOAD_SPIKE = any_of(*(RatioAbove(*pair) for pair in LOAD_PAIRS))
# Excluded when a pair of distances is known and none is above its limit; with neither known it is not.
LOAD_SPIKE_NOT_EXCLUDED = any_of(
    *LOAD_SPIKE.parts,
    all_of(*(any_of(Unknown(part), Unknown(whole)) for part, whole, _ in LOAD_PAIRS)),
)

LONG_EPISODE = at_least("episode_duration_days", "duration_refer_days_ge")
