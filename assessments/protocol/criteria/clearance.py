"""No running until a named clinician clears it."""

from assessments.protocol.conditions import (
    HasDiagnosis,
    NotAnswered,
    Unknown,
    all_of,
    any_of,
    less_than,
    one_of,
)
from assessments.protocol.criteria.criterion import Criterion
from assessments.protocol.criteria.shared import BONE_OR_IMPACT_PAIN, NOT_CLEARED, STOP_RUNNING_DIAGNOSES
from assessments.protocol.vocabulary import Decision, Urgency

# A suspected cord or cauda equina compression is an emergency, a suspected fracture urgent: RF-E16, RF-S09.
CONFIRM_FIRST = (
    "sciatica_nerve_root",
    "disc_injury",
    "bone_stress_injury",
    "severe_back_sprain",
    "spondylolysis_listhesis",
)
# Excluded only when every risk factor is answered no: an unasked one is not an absent one.
BONE_STRESS_NOT_EXCLUDED = any_of(
    NotAnswered("prior_bone_stress_injury", ("no",)),
    NotAnswered("low_energy_or_menstrual_disturbance", ("no",)),
    NotAnswered("pain_earlier_each_run", ("no",)),
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
    ),
    Criterion(
        "CL-05",
        "Pregnant",
        one_of("pregnancy_status", "pregnant"),
        Decision.STOP_RUNNING_CLEARANCE_REQUIRED,
        Urgency.ROUTINE,
        "Not validated in pregnancy: clearance from maternity or pelvic-health care.",
        (
            "B26",
            "author-judgement",
        ),
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
    ),
)
