"""The emergency screen: every item must be answered."""

from assessments.protocol.conditions import all_of, any_of, one_of
from assessments.protocol.question_types import (
    DAY_UNITS,
    NOT_APPLICABLE,
    THOUGH_IT_APPLIES,
    Question,
    section,
)
from assessments.protocol.vocabulary import Screen

ask = section("4 Emergency screen")
CES_ITEMS = ("saddle_sensation_change", "bladder_change", "bowel_change", "sexual_function_change")
LONGSTANDING = "yes_longstanding_unchanged"
#: "Worsening" says that there is a leg symptom, whatever was not asked.
ANY_LEG_SYMPTOM = any_of(
    one_of("leg_pain", "unilateral", "bilateral"),
    one_of("leg_sensory_change", "unilateral", "bilateral"),
    one_of("leg_weakness", "mild_unilateral", "severe_unilateral", "bilateral"),
    one_of("leg_symptom_progression", "worsening"),
)

QUESTIONS: tuple[Question, ...] = (
    ask(
        "saddle_sensation_change",
        "Numbness/tingling between legs, genitals, back passage; altered feel on wiping",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "no",
            "yes",
            "yes_longstanding_unchanged",
        ),
        note="'yes' = new, changed, or timing unsure. 'longstanding' only if it predates this episode, "
        "is unchanged AND has a known explanation. From a runner alone it stays open until attested (D.1a)",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "bladder_change",
        "Leaking, retention, hard to start/stop, lost awareness of fullness or flow",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "no",
            "yes",
            "yes_longstanding_unchanged",
        ),
        note="as above",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "bowel_change",
        "Leaking, cannot hold wind/stool, lost awareness",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "no",
            "yes",
            "yes_longstanding_unchanged",
        ),
        note="as above",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "sexual_function_change",
        "Loss of genital sensation, erection, ejaculation or orgasm",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "no",
            "yes",
            "yes_longstanding_unchanged",
        ),
        note="ask with reason given; declined stays unknown",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "leg_pain",
        "Pain radiating from the back down a leg",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "none",
            "unilateral",
            "bilateral",
        ),
        note="above or below knee both count",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "leg_sensory_change",
        "Leg numbness, pins and needles, tingling",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "none",
            "unilateral",
            "bilateral",
        ),
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "leg_weakness",
        "Leg or foot weakness (history or examination)",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "none",
            "mild_unilateral",
            "severe_unilateral",
            "bilateral",
        ),
        note="severe = power 3/5 or less in any group, or foot drop. Unknown beside worsening counts as "
        "weakness (RF-E08)",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "leg_symptom_progression",
        "If any leg symptom: course",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "not_applicable",
            "stable_or_improving",
            "worsening",
        ),
        applies_when=ANY_LEG_SYMPTOM,
        counts_as_unknown=all_of(one_of("leg_symptom_progression", NOT_APPLICABLE), ANY_LEG_SYMPTOM),
        unknown_notice=THOUGH_IT_APPLIES,
        never_offered=(NOT_APPLICABLE,),
        note="“not applicable” beside a leg symptom counts as unknown",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "leg_symptom_duration_days",
        "How long the leg symptom has been there",
        "integer",
        Screen.OPTIONAL,
        phrase="duration of the leg symptom",
        low=0,
        high=36500,
        unit="d",
        units=DAY_UNITS,
        applies_when=ANY_LEG_SYMPTOM,
        note="the newest of several leg symptoms counts. In a check asked with the leg items, never carried",
        if_unknown="counts as a new leg symptom in RF-E17",
    ),
    ask(
        "gait_unsteady",
        "New unsteadiness, stumbling, legs giving way, not explained by pain alone",
        "choice",
        Screen.EMERGENCY,
        phrase="new unsteadiness",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "vascular_warning",
        "Sudden severe back/abdominal pain with faint or collapse, pulsating abdomen, or known aneurysm",
        "choice",
        Screen.EMERGENCY,
        phrase="vascular warning sign",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "systemically_unwell",
        "Looks or feels very unwell: confused, breathless, mottled, not passing urine",
        "choice",
        Screen.EMERGENCY,
        phrase="looking very unwell",
        note="use local sepsis tool",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
)
