"""Bone-stress and inflammatory detail; unknown never clears a positive finding."""

from assessments.protocol.conditions import (
    HasDiagnosis,
    OnsetAge,
    all_of,
    any_of,
    less_than,
    more_than,
    one_of,
    unless,
)
from assessments.protocol.question_types import Carried, Question, section
from assessments.protocol.vocabulary import Screen

ask = section("6 Bone-stress and inflammatory detail")

BONE_OR_IMPACT_PAIN = any_of(one_of("bone_focal_pain", "yes"), one_of("hop_or_impact_pain", "yes"))
BUTTOCK_PAIN = one_of("pain_region", "lumbosacral_sij_buttock")
LOW_ENERGY = one_of("low_energy_or_menstrual_disturbance", "yes")
PRIOR_BONE_STRESS_INJURY = any_of(
    one_of("prior_bone_stress_injury", "yes"), HasDiagnosis(("bone_stress_injury",), "past_resolved")
)
# The hop is never asked for where it could break a bone: there the examination decides.
HOP_ESSENTIAL = all_of(
    BUTTOCK_PAIN,
    any_of(PRIOR_BONE_STRESS_INJURY, LOW_ENERGY),
    unless(one_of("bone_focal_pain", "yes")),
    unless(HasDiagnosis(("fracture",), "suspected")),
)

QUESTIONS: tuple[Question, ...] = (
    ask(
        "hop_or_impact_pain",
        "Pain on single-leg hop, heel-drop or landing",
        "choice",
        Screen.OPTIONAL,
        phrase="pain on hop or impact",
        essential_when=(Screen.URGENT, HOP_ESSENTIAL),
        carried=Carried.WHILE_YES,
        note="not to be tested if bone_focal_pain=yes or fracture suspected; while U, asked afresh in every "
        "check",
        if_unknown="as U: blocks: IN-02, tier complete_screen_now; as O: not assessed",
    ),
    ask(
        "prior_bone_stress_injury",
        "Earlier stress fracture/reaction",
        "choice",
        Screen.OPTIONAL,
        phrase="earlier bone stress injury",
        asked_when=BONE_OR_IMPACT_PAIN,
        carried=Carried.ALWAYS,
        note="yes with buttock pain makes the hop essential (D.5)",
        if_unknown="counts as NOT excluded in CL-03",
    ),
    ask(
        "low_energy_or_menstrual_disturbance",
        "3 or more missed periods, low energy intake, eating disorder, low libido/testosterone",
        "choice",
        Screen.OPTIONAL,
        phrase="low energy or menstrual disturbance",
        asked_when=BONE_OR_IMPACT_PAIN,
        carried=Carried.ALWAYS,
        note="all sexes; yes -> SR-07 and RT-06; with buttock pain makes the hop essential (D.5)",
        if_unknown="counts as NOT excluded in CL-03",
    ),
    ask(
        "pain_earlier_each_run",
        "Pain comes on earlier with each run",
        "choice",
        Screen.OPTIONAL,
        phrase="pain coming on earlier with each run",
        asked_when=BONE_OR_IMPACT_PAIN,
        carried=Carried.WHILE_YES,
        note="with a bone-stress history and buttock pain: CL-07",
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
        applies_when=all_of(more_than("episode_duration_days", 90), less_than(OnsetAge(), 45)),
        carried=Carried.ALWAYS,
        note="onset < 35 y is added automatically",
        if_unknown="unknown = not counted, listed as not assessed",
    ),
)
