"""The criteria once more, written by hand from the specification alone.

It serves twice: as the floor for speed, and as a second reading of the criteria that shares no code
with `assessments.protocol`, so that a criterion misread in one of the two shows as a disagreement.
Thresholds are the protocol's default parameters, written out.
"""

from collections.abc import Mapping
from typing import Any

__all__ = ["decide"]

NOT_NONE = ("unilateral", "bilateral")
WEAK = ("mild_unilateral", "severe_unilateral", "bilateral")
WALKS_BADLY = ("limited_by_pain", "unable")
CORD_OR_CAUDA = ("spinal_cord_compression", "cauda_equina_syndrome")
STOPPED_WHEN_SUSPECTED = (
    "sciatica_nerve_root",
    "disc_injury",
    "bone_stress_injury",
    "severe_back_sprain",
    "spondylolysis_listhesis",
)
LONGSTANDING = "yes_longstanding_unchanged"
# A quotient of two decimal distances may land a hair above the threshold it equals on paper.
RATIO_SLACK = 1e-9
DAYS_PER_YEAR = 365.25


#: The settings that a clinic's lead may loosen, as they are by default.
AS_PUBLISHED: Mapping[str, Any] = {
    "explained_leakage_tier": "within_2_weeks",
    "stable_bilateral_days": "off",
    "pregnancy_running": "clearance",
    "postpartum_graded_until_weeks": 52,
}


def decide(  # noqa: C901 - one function, no calls: the floor
    answers: Mapping[str, Any], loosened: Mapping[str, Any] = AS_PUBLISHED
) -> tuple[str, str, list[str]]:
    """Decision, urgency and the ids of the criteria met, in table order.

    `loosened` are the four settings that a clinic's lead may loosen. `answers` are validated and normalised:
    units converted, an unknown answer is absent. Every criterion
    is looked at; nothing stops early.
    """
    get = answers.get
    met: list[str] = []
    add = met.append

    saddle = get("saddle_sensation_change")
    bladder = get("bladder_change")
    bowel = get("bowel_change")
    sexual = get("sexual_function_change")
    leg_pain = get("leg_pain")
    leg_sensory = get("leg_sensory_change")
    leg_weakness = get("leg_weakness")
    progression = get("leg_symptom_progression")
    gait = get("gait_unsteady")
    vascular = get("vascular_warning")
    unwell = get("systemically_unwell")
    trauma = get("trauma")
    cancer = get("cancer_history")
    walking = get("walking_ability")
    fever = get("fever_or_rigors")
    infection_risk = get("infection_risk")
    procedure = get("spinal_procedure_recent")
    weight_loss = get("unexplained_weight_loss")
    night_pain = get("night_pain_unrelieved")
    constant_pain = get("constant_unremitting_pain")
    thoracic = get("thoracic_or_band_pain")
    fragility = get("bone_fragility_risk")
    deformity = get("new_spinal_deformity")
    focal = get("bone_focal_pain")
    region = get("pain_region")
    pregnancy = get("pregnancy_status")
    pregnancy_warning = get("pregnancy_warning_signs")
    weeks = get("weeks_postpartum")
    age = get("age_years")
    duration = get("episode_duration_days")
    trend = get("trend")
    usual = get("pain_usual_nrs")
    walking_pain = get("pain_walking_nrs")
    ran = get("ran_last_14d")
    adjustment = get("adjustment_outcome")
    peak = get("pain_run_peak_nrs")
    post = get("pain_post_run_peak_nrs")
    settle = get("hours_to_settle")
    next_day = get("pain_next_day_nrs")
    analgesic = get("analgesic_before_run")
    low_energy = get("low_energy_or_menstrual_disturbance")
    diagnoses = get("diagnoses")
    leg_days = get("leg_symptom_duration_days")

    growing = progression == "worsening"
    weak = leg_weakness in WEAK
    leg_symptom = leg_pain in NOT_NONE or leg_sensory in NOT_NONE or weak or growing
    # Answers that answer nothing are read as none.
    if progression == "not_applicable" and leg_symptom:
        progression = None
    male = get("sex_at_birth") == "male"
    if pregnancy == "not_applicable" and not male:
        pregnancy = None
    if pregnancy_warning == "not_applicable" and pregnancy == "pregnant":
        pregnancy_warning = None
    if adjustment == "not_applicable":
        adjustment = None
    if trend == "too_early" and duration is not None and duration >= 7:
        trend = None
    said_settle, said_next_day = settle, next_day
    since_run = get("hours_since_run")
    if since_run is not None:
        if since_run < 18:
            next_day = None
        if settle is not None and since_run < settle < 72:
            settle = None

    old_items = (
        (saddle == LONGSTANDING)
        + (bladder == LONGSTANDING)
        + (bowel == LONGSTANDING)
        + (sexual == LONGSTANDING)
    )
    no_ces = saddle == bladder == bowel == sexual == "no"
    stable_bilateral = (
        loosened["stable_bilateral_days"] != "off"
        and leg_pain == "bilateral"
        and leg_sensory == leg_weakness == "none"
        and progression == "stable_or_improving"
        and leg_days is not None
        and leg_days >= loosened["stable_bilateral_days"]
        and no_ces
        and gait == "no"
    )
    leakage_routine = (
        loosened["explained_leakage_tier"] == "routine"
        and bladder == LONGSTANDING
        and saddle == bowel == sexual == "no"
        and leg_pain == leg_sensory == leg_weakness == "none"
    )
    may_run_pregnant = (
        loosened["pregnancy_running"] == "adjust"
        and pregnancy == "pregnant"
        and pregnancy_warning == "no"
        and ran == "yes"
        and get("maternity_running_advice") == "yes"
    )
    operated = get("spinal_surgery_ever") == "within_12_months"
    surgery_clearance = get("spinal_surgery_clearance")
    surgery_cleared = surgery_clearance is not None and surgery_clearance.get("clearance") == "yes"
    old_sphincter = bladder == LONGSTANDING or bowel == LONGSTANDING
    worsening = trend == "worsening"
    unrelenting = night_pain == "yes" or constant_pain == "yes" or weight_loss == "yes" or worsening

    cord_suspected = cord_uncleared = fracture_suspected = False
    stop_uncleared = stop_suspected = stop_cleared = old_bone_stress = False
    old_cord = never_cleared = False
    if diagnoses:
        for diagnosis in diagnoses:
            code, status = diagnosis["code"], diagnosis["status"]
            if status == "suspected":
                if code in CORD_OR_CAUDA:
                    cord_suspected = True
                elif code == "fracture":
                    fracture_suspected = True
                elif code in STOPPED_WHEN_SUSPECTED:
                    stop_suspected = True
            elif status == "past_resolved":
                if code == "bone_stress_injury":
                    old_bone_stress = True
                if code in CORD_OR_CAUDA:
                    old_cord = True
                if code in ("bone_stress_injury", "fracture") and diagnosis.get("clearance") == "no":
                    never_cleared = True
            elif status == "confirmed_current":
                if diagnosis.get("clearance") == "yes":
                    stop_cleared = True
                else:
                    stop_uncleared = True
                    if code in CORD_OR_CAUDA:
                        cord_uncleared = True

    # Emergency
    if saddle == "yes":
        add("RF-E01")
    if bladder == "yes":
        add("RF-E02")
    if bowel == "yes":
        add("RF-E03")
    if sexual == "yes":
        add("RF-E04")
    if leg_pain == "bilateral" and not stable_bilateral:
        add("RF-E05")
    if leg_sensory == "bilateral":
        add("RF-E06")
    if leg_weakness == "severe_unilateral" or leg_weakness == "bilateral":
        add("RF-E07")
    if growing and (leg_weakness is None or weak):
        add("RF-E08")
    if gait == "yes":
        add("RF-E09")
    if vascular == "yes":
        add("RF-E10")
    if unwell == "yes":
        add("RF-E11")
    if trauma == "major":
        add("RF-E12")
    if cancer == "yes" and (leg_symptom or walking in WALKS_BADLY or gait == "yes" or old_sphincter):
        add("RF-E13")
    infected = infection_risk == "yes" or procedure == "yes"
    if (fever == "yes" and leg_symptom) or (infected and (weak or growing)):
        add("RF-E14")
    if pregnancy_warning == "yes":
        add("RF-E15")
    if cord_suspected:
        add("RF-E16")
    if old_items and (growing or weak or (leg_symptom and (leg_days is None or leg_days < 28))):
        add("RF-E17")
    emergencies = len(met)

    # Same day
    if fever == "yes":
        add("RF-S01")
    if leg_weakness == "mild_unilateral":
        add("RF-S02")
    if walking == "unable":
        add("RF-S03")
    if cancer == "yes" and (unrelenting or thoracic == "yes"):
        add("RF-S04")
    if trauma == "minor" and (fragility == "yes" or (age is not None and age >= 65)):
        add("RF-S05")
    if deformity == "yes":
        add("RF-S06")
    if progression == "worsening":
        add("RF-S07")
    if saddle == LONGSTANDING:
        add("RF-S08")
    if fracture_suspected:
        add("RF-S09")
    if infected and unrelenting:
        add("RF-S10")
    if cord_uncleared:
        add("RF-S11")
    if procedure == "yes":
        add("RF-S12")
    if old_items >= 2:
        add("RF-S13")
    if stable_bilateral:
        add("RF-S14")
    if old_cord:
        add("RF-S15")
    same_days = len(met)

    # Within two weeks
    if leg_pain in NOT_NONE:
        add("RF-W01")
    if leg_sensory in NOT_NONE:
        add("RF-W02")
    if walking in WALKS_BADLY:
        add("RF-W03")
    if worsening and get("treatment_tried") != "no":
        add("RF-W04")
    if constant_pain == "yes":
        add("RF-W05")
    if night_pain == "yes":
        add("RF-W06")
    if weight_loss == "yes":
        add("RF-W07")
    if cancer == "yes":
        add("RF-W08")
    if thoracic == "yes" or region == "thoracic":
        add("RF-W09")
    if fragility == "yes":
        add("RF-W10")
    if (old_sphincter or sexual == LONGSTANDING) and not leakage_routine:
        add("RF-W11")
    if infection_risk == "yes":
        add("RF-W12")
    if (usual is not None and usual >= 9) or (walking_pain is not None and walking_pain >= 9):
        add("RF-W13")
    if trauma == "minor" and focal == "yes":
        add("RF-W14")
    referrals = len(met)

    # Stop, clearance required
    week, usual_week = get("weekly_km_current"), get("weekly_km_prev4w_avg")
    run, longest = get("last_run_km"), get("longest_run_30d_km")
    week_known = week is not None and usual_week is not None
    run_known = run is not None and longest is not None
    load_spike = (week_known and (week / usual_week > 1.3 + RATIO_SLACK if usual_week else week > 0)) or (
        run_known and (run / longest > 1.1 + RATIO_SLACK if longest else run > 0)
    )
    two_weeks = referrals > same_days
    routine = False
    if stop_uncleared:
        add("CL-01")
        routine = True
    if stop_suspected:
        add("CL-02")
        two_weeks = True
    bony = focal == "yes" or get("hop_or_impact_pain") == "yes"
    earlier_each_run = get("pain_earlier_each_run")
    prior = get("prior_bone_stress_injury")
    if bony and not (
        low_energy == "no"
        and prior == "no"
        and not old_bone_stress
        and earlier_each_run == "no"
        and night_pain == "no"
        and fragility == "no"
        and not load_spike
        and (week_known or run_known)
        and pregnancy != "pregnant"
        and (male or pregnancy == "not_pregnant" or weeks is not None)
        and (weeks is None or weeks >= 52)
    ):
        add("CL-03")
        two_weeks = True
    if age is not None and age < 18:
        add("CL-04")
        two_weeks = True
    if pregnancy == "pregnant" and not may_run_pregnant:
        add("CL-05")
        routine = True
    if weeks < 12 if weeks is not None else pregnancy == "postpartum":
        add("CL-06")
        routine = True
    at_risk = prior == "yes" or old_bone_stress or low_energy == "yes"
    if region == "lumbosacral_sij_buttock" and at_risk and earlier_each_run == "yes":
        add("CL-07")
        two_weeks = True
    if operated and not surgery_cleared:
        add("CL-08")
        routine = True
    if never_cleared:
        add("CL-09")
        routine = True
    clearances = len(met)

    # Stop and rehabilitate
    run_rise = post_rise = next_rise = None
    baseline = usual
    if (pre := get("pain_pre_run_nrs")) is not None and (usual is None or pre < usual):
        baseline = pre
    if baseline is not None:
        if peak is not None:
            run_rise = peak - baseline
        if post is not None:
            post_rise = post - baseline
        if next_day is not None:
            next_rise = next_day - baseline
    painful_walk = walking_pain is not None and walking_pain >= 4
    significant_rise = run_rise is not None and run_rise > 3
    late_flare = next_rise is not None and (
        next_rise > 3 or (next_rise > 0 and post_rise is not None and post_rise > 3)
    )
    if painful_walk:
        add("SR-01")
    if adjustment == "not_helped" or adjustment == "worse":
        add("SR-02")
    if painful_walk + significant_rise + late_flare >= 2:
        add("SR-03")
    if usual is not None and usual > 5:
        add("SR-04")
    if peak is not None and peak >= 8:
        add("SR-05")
    if bony:
        add("SR-06")
        routine = True
    if low_energy == "yes":
        add("SR-07")
        routine = True
    stops = len(met)

    # Adjust
    if significant_rise:
        add("AD-01")
    if run_rise is not None and run_rise > 1:
        add("AD-02")
    if late_flare:
        add("AD-03")
    if post_rise is not None and post_rise > 1:
        add("AD-04")
    if next_rise is not None and next_rise > 0:
        add("AD-05")
    if settle is not None and settle > 4:
        add("AD-06")
    if (
        (peak is not None and peak > 5)
        or (post is not None and post > 5)
        or (next_day is not None and next_day > 5)
    ):
        add("AD-07")
    if adjustment == "helped_partly":
        add("AD-08")
    if (
        pregnancy == "postpartum"
        and weeks is not None
        and weeks >= 12
        and (weeks < loosened["postpartum_graded_until_weeks"] or ran != "yes")
    ):
        add("AD-09")
    if stop_cleared or (operated and surgery_cleared):
        add("AD-10")
    if ran == "no":
        add("AD-11")
    if load_spike:
        add("AD-12")
    if analgesic == "yes":
        add("AD-13")
    if worsening and get("treatment_tried") == "no":
        add("AD-14")
    if get("new_to_running") == "yes":
        add("AD-15")
        routine = True
    if may_run_pregnant:
        add("AD-16")
    adjustments = len(met)

    # Routine referral
    if duration is not None:
        if duration >= 42:
            add("RT-01")
        if duration >= 28 and trend != "improving":
            add("RT-02")
        if age is not None:
            if age >= 60 and duration >= 42:
                add("RT-03")
            if duration > 90 and (features := get("spa_features")):
                onset_age = age - duration / DAYS_PER_YEAR
                count = list(features.values()).count("yes") + (onset_age < 35)
                if onset_age < 45 and count >= 3:
                    add("RT-04")
    if get("analgesic_after_every_run") == "yes":
        add("RT-05")
    if low_energy == "yes":
        add("RT-06")
    if age is not None and age >= 50 and get("first_ever_episode") == "yes":
        add("RT-07")
    if leakage_routine:
        add("RT-08")
    if len(met) > adjustments:
        routine = True

    # Insufficient information
    screen = core = contradictory = False
    # fmt: off
    if (
        saddle is None or bladder is None or bowel is None or sexual is None
        or leg_pain is None or leg_sensory is None or leg_weakness is None
        or gait is None or vascular is None or unwell is None
        or (progression is None and leg_symptom)
        or (pregnancy_warning is None and pregnancy == "pregnant")
    ):
        add("IN-01")
        screen = True
    if (
        age is None or (pregnancy is None and not male) or region is None or trauma is None or walking is None
        or fever is None or infection_risk is None or procedure is None or cancer is None
        or weight_loss is None
        or night_pain is None or constant_pain is None or thoracic is None or fragility is None
        or deformity is None or focal is None or diagnoses is None
        or (weeks is None and pregnancy == "postpartum")
        or (
            get("hop_or_impact_pain") is None and region == "lumbosacral_sij_buttock" and at_risk
            and focal != "yes" and not fracture_suspected
        )
    ):
        add("IN-02")
        screen = True
    if (
        duration is None or trend is None or usual is None
        or walking_pain is None or ran is None or adjustment is None
    ):
        add("IN-03")
        core = True
    if ran == "yes" and (
        peak is None or post is None or settle is None or next_day is None or analgesic is None
    ):
        add("IN-04")
        core = True
    if (
        (ran == "no" and not (
            peak is None and post is None and said_settle is None and said_next_day is None
            and analgesic != "yes"
        ))
        or (walking == "unable" and walking_pain is not None and walking_pain <= 1)
        or (male and (pregnancy == "pregnant" or pregnancy == "postpartum"))
        or (weeks is not None and pregnancy is not None and pregnancy != "postpartum")
        or (progression == "worsening" and leg_pain == leg_sensory == leg_weakness == "none")
        or never_cleared
        or (
            adjustment == "helped_pain_free"
            and ((run_rise is not None and run_rise > 1) or (next_rise is not None and next_rise > 1))
        )
    ):
        add("IN-05")
        contradictory = core = True
    if region == "other":
        add("IN-06")
        screen = True
    # fmt: on

    if emergencies:
        return "refer_emergency", "emergency_now", met
    if same_days:
        return "refer_urgent", "same_day", met
    if screen or contradictory:
        urgency = "complete_screen_now"
    elif two_weeks:
        urgency = "within_2_weeks"
    else:
        urgency = "routine" if routine else "none"
    if referrals:
        return "refer_urgent", urgency, met
    if screen:
        return "insufficient_information", urgency, met
    if clearances:
        return "stop_running_clearance_required", urgency, met
    if stops > clearances:
        return "stop_and_rehab", urgency, met
    if core:
        return "insufficient_information", urgency, met
    if adjustments > stops:
        return "adjust_running", urgency, met
    add("OK-01")
    return "continue_running", urgency, met
