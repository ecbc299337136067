"""Bone-stress and inflammatory detail; unknown never clears a positive finding."""

from assessments.protocol.question_types import Question, section
from assessments.protocol.vocabulary import Screen

ask = section("6 Bone-stress and inflammatory detail")

QUESTIONS: tuple[Question, ...] = (
    ask(
        "hop_or_impact_pain",
        "Pain on single-leg hop / heel-drop (examination)",
        "choice",
        Screen.OPTIONAL,
        phrase="pain on hop or impact",
        if_unknown="not assessed; do not test if bone_focal_pain=yes or fracture suspected",
    ),
    ask(
        "prior_bone_stress_injury",
        "Earlier stress fracture/reaction",
        "choice",
        Screen.OPTIONAL,
        phrase="earlier bone stress injury",
        if_unknown="counts as NOT excluded in CL-03",
    ),
    ask(
        "low_energy_or_menstrual_disturbance",
        "3 or more missed periods, low energy intake, eating disorder, low libido/testosterone",
        "choice",
        Screen.OPTIONAL,
        phrase="low energy or menstrual disturbance",
        note="all sexes",
        if_unknown="counts as NOT excluded in CL-03",
    ),
    ask(
        "pain_earlier_each_run",
        "Pain comes on earlier with each run",
        "choice",
        Screen.OPTIONAL,
        phrase="pain coming on earlier with each run",
        if_unknown="counts as NOT excluded in CL-03",
    ),
    ask(
        "spa_features",
        "Axial spondyloarthritis items",
        "features",
        Screen.OPTIONAL,
        phrase="inflammatory features",
        choices=(
            "wakes_second_half_night",
            "buttock_pain",
            "improves_with_movement",
            "improves_nsaid_48h",
            "first_degree_relative_spa",
            "arthritis_ever",
            "enthesitis_ever",
            "psoriasis_ever",
        ),
        note="onset < 35 y is added automatically",
        if_unknown="unknown = not counted, listed as not assessed",
    ),
)
