"""Conditions that more than one criterion stands on, so that none is written twice."""

from assessments.protocol.conditions import (
    all_of,
    any_of,
    at_least,
    one_of,
    rise_above_baseline,
)
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
BONE_OR_IMPACT_PAIN = any_of(one_of("bone_focal_pain", "yes"), one_of("hop_or_impact_pain", "yes"))

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

LONG_EPISODE = at_least("episode_duration_days", "duration_refer_days_ge")
