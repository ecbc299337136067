"""No running until a named clinician clears it."""

from assessments.protocol.conditions import (
    HasDiagnosis,
    NotAnswered,
    Unknown,
    all_of,
    any_of,
    less_than,
    one_of,
    unless,
)
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.shared import (
    CLEARED_AFTER_SURGERY,
    LOAD_SPIKE_NOT_EXCLUDED,
    MAY_RUN_PREGNANT,
    NOT_CLEARED,
    OPERATED_LAST_YEAR,
    STOP_RUNNING_DIAGNOSES,
)
from assessments.protocol.follows import CLEARED_FIRST, CLEARED_FIRST_LOW_IMPACT, FRACTURE_UNDER_TREATMENT
from assessments.protocol.questions.bone_and_inflammation import (
    BONE_OR_IMPACT_PAIN,
    BUTTOCK_PAIN,
    LOW_ENERGY,
    PRIOR_BONE_STRESS_INJURY,
)
from assessments.protocol.questions.person import NOT_MALE, PREGNANT
from assessments.protocol.vocabulary import Decision, Urgency

#: A birth counts as a risk for bone for so long.
WEEKS_AFTER_BIRTH = 52
# A suspected cord or cauda equina compression is an emergency, a suspected fracture urgent: RF-E16, RF-S09.
CONFIRM_FIRST = (
    "sciatica_nerve_root",
    "disc_injury",
    "bone_stress_injury",
    "severe_back_sprain",
    "spondylolysis_listhesis",
)
NEVER_CLEARED_BONE_INJURY = HasDiagnosis(("fracture", "bone_stress_injury"), "past_resolved", ("no",))
FRACTURE_NOT_CLEARED = HasDiagnosis(("fracture",), "confirmed_current", NOT_CLEARED)
PREGNANCY_NOT_EXCLUDED = any_of(
    PREGNANT,
    less_than("weeks_postpartum", WEEKS_AFTER_BIRTH),
    all_of(NOT_MALE, NotAnswered("pregnancy_status", ("not_pregnant",)), Unknown("weeks_postpartum")),
)
# Excluded only when every risk factor is answered no: an unasked one is not an absent one.
BONE_STRESS_NOT_EXCLUDED = any_of(
    NotAnswered("prior_bone_stress_injury", ("no",)),
    HasDiagnosis(("bone_stress_injury",), "past_resolved"),
    NotAnswered("low_energy_or_menstrual_disturbance", ("no",)),
    NotAnswered("pain_earlier_each_run", ("no",)),
    NotAnswered("night_pain_unrelieved", ("no",)),
    NotAnswered("bone_fragility_risk", ("no",)),
    LOAD_SPIKE_NOT_EXCLUDED,
    PREGNANCY_NOT_EXCLUDED,
)

CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "CL-01",
        "Stop-running diagnosis not cleared",
        HasDiagnosis(STOP_RUNNING_DIAGNOSES, "confirmed_current", NOT_CLEARED),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.ROUTINE,
        "A source article lists the diagnoses with which running stops until a physiotherapist "
        "clears the return.",
        (
            "EH-D01",
            "EH-D02",
            "EH-D03",
            "EH-D04",
            "EH-D05",
            "EH-D06",
        ),
        follows=CLEARED_FIRST,
        follows_when=(FRACTURE_NOT_CLEARED, FRACTURE_UNDER_TREATMENT),
    ),
    Criterion(
        "CL-02",
        "Stop-running diagnosis suspected",
        HasDiagnosis(CONFIRM_FIRST, "suspected"),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.WITHIN_2_WEEKS,
        "Suspected stop-running diagnosis: stop and confirm.",
        (
            "EH-D01",
            "EH-D02",
            "EH-D03",
            "EH-D04",
            "EH-D05",
            "EH-D06",
            "B17",
        ),
        follows=CLEARED_FIRST,
    ),
    Criterion(
        "CL-03",
        "Bone stress injury suspected",
        all_of(BONE_OR_IMPACT_PAIN, BONE_STRESS_NOT_EXCLUDED),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.WITHIN_2_WEEKS,
        "Bone stress injury suspected, sacrum and pelvis being high-risk sites: stop impact, MRI pathway.",
        (
            "EH-D04",
            "B17",
        ),
        follows=CLEARED_FIRST,
    ),
    Criterion(
        "CL-04",
        "Under adult age",
        less_than("age_years", "adult_age_min"),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.WITHIN_2_WEEKS,
        "Outside the validated age; active bone injury is common in adolescent athletes.",
        (
            "B06",
            "B18",
        ),
        follows=CLEARED_FIRST,
    ),
    Criterion(
        "CL-05",
        "Pregnant",
        all_of(PREGNANT, unless(MAY_RUN_PREGNANT)),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.ROUTINE,
        "Not validated in pregnancy: clearance from maternity or pelvic-health care.",
        (
            "B26",
            "author-judgement",
        ),
        follows=CLEARED_FIRST_LOW_IMPACT,
    ),
    Criterion(
        "CL-06",
        "Too soon after birth",
        any_of(
            less_than("weeks_postpartum", "postpartum_weeks_min"),
            all_of(one_of("pregnancy_status", "postpartum"), Unknown("weeks_postpartum")),
        ),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.ROUTINE,
        "Running is not advised in the first three months after birth; risk of sacral stress injury.",
        ("B26",),
        follows=CLEARED_FIRST_LOW_IMPACT,
    ),
    Criterion(
        "CL-07",
        "Bone stress injury at risk",
        all_of(
            BUTTOCK_PAIN,
            any_of(PRIOR_BONE_STRESS_INJURY, LOW_ENERGY),
            one_of("pain_earlier_each_run", "yes"),
        ),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.WITHIN_2_WEEKS,
        "Buttock pain that comes earlier with each run in a runner at risk: sacral bone "
        "stress injury until imaged, with or without a tender point.",
        (
            "EH-D04",
            "B17",
        ),
        follows=CLEARED_FIRST,
    ),
    Criterion(
        "CL-08",
        "Spinal surgery not cleared",
        all_of(OPERATED_LAST_YEAR, unless(CLEARED_AFTER_SURGERY)),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.ROUTINE,
        "Spinal surgery in the last year: running only after clearance.",
        ("author-judgement",),
        follows=CLEARED_FIRST,
    ),
    Criterion(
        "CL-09",
        "Earlier bone injury never cleared",
        NEVER_CLEARED_BONE_INJURY,
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.ROUTINE,
        "An earlier fracture or bone stress injury was never cleared.",
        (
            "EH-D04",
            "EH-D05",
            "EH-D07",
        ),
        follows=CLEARED_FIRST,
    ),
)
