"""The questions of a check as the runner reads them. What is asked comes from the question table.

A test holds both together: every question that a check asks has its words here, and every choice its answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

YES = "Yes"
NO = "No"
UNKNOWN = "unknown"
DONT_KNOW = "I don't know, or would rather not say"
_CHANGED: Mapping[str, str] = {
    "no": NO,
    "yes": "Yes: new, changed, or I am not sure since when",
    "yes_longstanding_unchanged": "Yes, but for a long time, unchanged, and I know the reason",
}
_LEGS: Mapping[str, str] = {"none": NO, "unilateral": "Yes, in one leg", "bilateral": "Yes, in both legs"}


@dataclass(frozen=True, slots=True)
class Words:
    """One question to a person; ``choices`` are answers by their code, other than plain yes and no."""

    question: str
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


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
    ),
    "Pregnancy and birth": ("pregnancy_status", "weeks_postpartum", "pregnancy_warning_signs"),
}
_SCORE = "0 is no pain, 10 the worst you can imagine."

WORDS: Mapping[str, Words] = {
    "ran_last_14d": Words("Have you run in the last 14 days, however little?"),
    "pain_run_peak_nrs": Words("The worst back pain during your last run", _SCORE),
    "pain_post_run_peak_nrs": Words("The worst back pain from the end of that run until bedtime", _SCORE),
    "hours_to_settle": Words(
        "How long after the run until your back was as usual again?",
        "If it is not yet as usual, say so: that is an answer, too.",
    ),
    "pain_next_day_nrs": Words(
        "Back pain on the day after the run", f"{_SCORE} Sore leg muscles don't count here."
    ),
    "analgesic_before_run": Words("Did you take pain relief in the 8 hours before the run, or during it?"),
    "pain_usual_nrs": Words("Your usual back pain in the last 7 days, when not running", _SCORE),
    "pain_walking_nrs": Words("Back pain on normal walking in the last two days", _SCORE),
    "walking_ability": Words(
        "Does the pain affect your walking?",
        choices={
            "normal": NO,
            "limited_by_pain": "Yes: I limp, stop or need support",
            "unable": "I can't take four steps",
        },
    ),
    "trend": Words(
        "How has your back been over the last one to two weeks?",
        choices={
            "improving": "Getting better",
            "unchanged": "The same",
            "worsening": "Getting worse",
            "too_early": "Too early to say: it began less than a week ago",
        },
    ),
    "adjustment_outcome": Words(
        "If you changed something about your running: what came of it?",
        choices={
            "not_tried": "I have changed nothing yet",
            "helped_pain_free": "It helped: no more pain",
            "helped_partly": "It helped a little",
            "not_helped": "It did not help",
            "worse": "It is worse",
        },
    ),
    "saddle_sensation_change": Words(
        "Numbness or tingling between your legs, around the genitals or the back passage?",
        "Also if wiping feels different.",
        _CHANGED,
    ),
    "bladder_change": Words(
        "Any change in passing water?",
        "Leaking, not being able to go, trouble starting or stopping, not feeling when it is full or flows.",
        _CHANGED,
    ),
    "bowel_change": Words(
        "Any change in your bowels?", "Leaking, not holding wind or stool, not feeling it.", _CHANGED
    ),
    "sexual_function_change": Words(
        "Any loss of feeling or function during sex?",
        "We ask because the same nerves supply it: feeling, erection, ejaculation, orgasm.",
        _CHANGED,
    ),
    "leg_pain": Words("Pain that goes from your back down a leg?", choices=_LEGS),
    "leg_sensory_change": Words("Numbness, tingling or pins and needles in a leg?", choices=_LEGS),
    "leg_weakness": Words(
        "Weakness in a leg or foot?",
        choices={
            "none": NO,
            "mild_unilateral": "Yes, a little, on one side",
            "severe_unilateral": "Yes, clearly, on one side, or the foot drags",
            "bilateral": "Yes, on both sides",
        },
    ),
    "leg_symptom_progression": Words(
        "If you have pain, numbness or weakness in a leg: how does it go?",
        choices={
            "stable_or_improving": "The same or better",
            "worsening": "Getting worse",
        },
    ),
    "gait_unsteady": Words(
        "Newly unsteady, stumbling, or legs giving way?", "Not just because walking hurts."
    ),
    "vascular_warning": Words(
        "Sudden severe pain in the back or belly with fainting, a pulsating belly, or a known aneurysm?"
    ),
    "systemically_unwell": Words(
        "Do you feel very ill?", "Confused, breathless, blotchy skin, passing no water."
    ),
    "fever_or_rigors": Words(
        "Fever of 38 °C or more, shivering fits, or sweats with the pain?",
    ),
    "spinal_procedure_recent": Words(
        "In the last 3 months: an injection into the spine, an epidural, a lumbar puncture, or an operation "
        "on the spine?"
    ),
    "night_pain_unrelieved": Words("Does pain wake you every night, and no position eases it?"),
    "constant_unremitting_pain": Words("Is the pain there every hour, whatever you do?"),
    "thoracic_or_band_pain": Words("Pain in the middle of the back, or like a band around the trunk?"),
    "new_spinal_deformity": Words("Has your back newly changed its shape?", "A stoop, a step, a lean."),
    "bone_focal_pain": Words("Can you point with one finger to the place on a bone where it hurts?"),
    "pregnancy_status": Words(
        "Are you pregnant, or have you given birth in the last year?",
        choices={
            "not_pregnant": NO,
            "pregnant": "I am pregnant",
            "postpartum": "I have given birth in the last year",
        },
    ),
    "weeks_postpartum": Words("If you have given birth: how many whole weeks ago?"),
    "pregnancy_warning_signs": Words(
        "If you are pregnant: bleeding, loss of fluid, regular painful tightenings, or the baby moving less?",
        choices={"no": NO, "yes": YES},
    ),
}
HOURS: Mapping[str, str] = {
    "0": "At once: there was nothing extra",
    "1": "1 hour",
    **{str(hours): f"{hours} hours" for hours in (2, 3, 4, 5, 6, 8, 10, 12, 18, 24, 36, 48)},
    "72": "It is not yet as usual, or took 3 days or more",
}
