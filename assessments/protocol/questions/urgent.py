"""The urgent screen: every item must be answered."""

from assessments.protocol.question_types import Carried, Question, section
from assessments.protocol.vocabulary import Screen

ask = section("5 Urgent screen")

DIAGNOSIS_CODES = (
    "sciatica_nerve_root",
    "spinal_cord_compression",
    "disc_injury",
    "bone_stress_injury",
    "fracture",
    "severe_back_sprain",
    "cauda_equina_syndrome",
    "spondylolysis_listhesis",
)
CLEARANCE_FIELDS = (
    ask(
        "clearance",
        "Cleared to return to running",
        "choice",
        Screen.URGENT,
        note="Not stated counts as not cleared",
    ),
    ask("cleared_by", "Who gave the clearance", "text", Screen.URGENT, max_length=200),
    ask("cleared_at", "When the clearance was given", "date_or_time", Screen.URGENT),
)
DIAGNOSIS_FIELDS = (
    ask("code", "Diagnosis", "choice", Screen.URGENT, choices=DIAGNOSIS_CODES, required=True),
    ask(
        "status",
        "How certain and how current",
        "choice",
        Screen.URGENT,
        choices=("suspected", "confirmed_current", "past_resolved"),
        required=True,
    ),
    *CLEARANCE_FIELDS,
)

QUESTIONS: tuple[Question, ...] = (
    ask(
        "walking_ability",
        "Effect of the pain on walking",
        "choice",
        Screen.URGENT,
        choices=(
            "normal",
            "limited_by_pain",
            "unable",
        ),
        note="limited = limps, stops, or needs support because of pain; unable = cannot take 4 steps",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "fever_or_rigors",
        "Fever >= 38 C, rigors or sweats with the pain",
        "choice",
        Screen.URGENT,
        phrase="fever or rigors",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "infection_risk",
        "Immunosuppression, IV drug use, recent bacteraemia or serious skin infection, TB or TB risk",
        "choice",
        Screen.URGENT,
        phrase="raised risk of infection",
        carried=Carried.ALWAYS,
        note="alone: two weeks; with unrelenting pain: same day",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "spinal_procedure_recent",
        "Spinal injection, epidural, lumbar puncture or spinal surgery in the last 3 months",
        "choice",
        Screen.URGENT,
        phrase="a spinal procedure in the last 3 months",
        note="alone: same day; a labour epidural counts",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "cancer_history",
        "Any past or current cancer (not non-melanoma skin cancer)",
        "choice",
        Screen.URGENT,
        carried=Carried.ALWAYS,
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "unexplained_weight_loss",
        "Unintended loss (about 5 % in 6 months or clothes loose)",
        "choice",
        Screen.URGENT,
        carried=Carried.ALWAYS,
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "night_pain_unrelieved",
        "Wakes nightly and no position eases",
        "choice",
        Screen.URGENT,
        phrase="unrelieved night pain",
        note="not simple stiffness on turning. Also a risk factor in CL-03",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "constant_unremitting_pain",
        "Present every hour, no easing movement",
        "choice",
        Screen.URGENT,
        phrase="constant unremitting pain",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "thoracic_or_band_pain",
        "Mid-back or band-like trunk pain",
        "choice",
        Screen.URGENT,
        phrase="mid-back or band-like pain",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "bone_fragility_risk",
        "Osteoporosis, previous fragility fracture, or oral steroid >= 3 months",
        "choice",
        Screen.URGENT,
        phrase="risk of fragile bone",
        carried=Carried.ALWAYS,
        note="also a risk factor in CL-03",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "new_spinal_deformity",
        "New stoop, step or list",
        "choice",
        Screen.URGENT,
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "bone_focal_pain",
        "Can point to it with one finger on bone / focal bony tenderness of spine, sacrum or pelvis",
        "choice",
        Screen.URGENT,
        phrase="pinpoint bone pain",
        note="yes -> ask the three bone-stress questions and the distances of group 7",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "diagnoses",
        "Known or suspected back diagnoses this episode",
        "objects",
        Screen.URGENT,
        phrase="diagnoses",
        choices=DIAGNOSIS_CODES,
        fields=DIAGNOSIS_FIELDS,
        max_items=24,
        carried=Carried.ALWAYS,
        note="[] = asked, none. null = unknown. past_resolved = symptom-free and back running before "
        "this episode. clearance=yes needs a named clinician and date. past_resolved cord or cauda equina: "
        "RF-S15; past_resolved fracture or BSI with clearance no: X7 and CL-09; past_resolved BSI counts as "
        "prior_bone_stress_injury",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
)
