"""Person and episode."""

from assessments.protocol.conditions import NotAnswered, all_of, at_least, one_of
from assessments.protocol.question_types import (
    DAY_UNITS,
    NOT_APPLICABLE,
    NOT_TOO_EARLY,
    THOUGH_IT_APPLIES,
    Question,
    section,
)
from assessments.protocol.vocabulary import Screen

ask = section("2 Person and episode")
# A sex that isn't known, or is intersex, leaves pregnancy possible.
NOT_MALE = NotAnswered("sex_at_birth", ("male",))
PREGNANT = one_of("pregnancy_status", "pregnant")

QUESTIONS: tuple[Question, ...] = (
    ask(
        "age_years",
        "Age",
        "integer",
        Screen.URGENT,
        phrase="age",
        low=0,
        high=120,
        unit="a",
        note="<18 -> CL-04",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "sex_at_birth",
        "Sex recorded at birth",
        "choice",
        Screen.OPTIONAL,
        phrase="sex recorded at birth",
        choices=(
            "female",
            "male",
            "intersex",
        ),
        if_unknown="no effect except X3 and whether pregnancy is asked about",
    ),
    ask(
        "pregnancy_status",
        "Pregnancy status",
        "choice",
        Screen.URGENT,
        choices=(
            "not_pregnant",
            "pregnant",
            "postpartum",
            "not_applicable",
        ),
        applies_when=NOT_MALE,
        counts_as_unknown=all_of(one_of("pregnancy_status", NOT_APPLICABLE), NOT_MALE),
        unknown_notice=THOUGH_IT_APPLIES,
        never_offered=(NOT_APPLICABLE,),
        note="postpartum = within 12 months of birth. “not applicable” is an answer only for sex male",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "weeks_postpartum",
        "Completed weeks since birth",
        "integer",
        Screen.URGENT,
        phrase="time since birth",
        low=0,
        high=52,
        unit="wk",
        applies_when=one_of("pregnancy_status", "postpartum"),
        note="any value <12 fires CL-06 whatever the status says",
        if_unknown="blocks: IN-02, tier complete_screen_now and CL-06",
    ),
    ask(
        "pregnancy_warning_signs",
        "Vaginal bleeding, fluid loss, regular painful tightenings, reduced fetal movements",
        "choice",
        Screen.EMERGENCY,
        choices=(
            "no",
            "yes",
            "not_applicable",
        ),
        applies_when=PREGNANT,
        counts_as_unknown=all_of(one_of("pregnancy_warning_signs", NOT_APPLICABLE), PREGNANT),
        unknown_notice=THOUGH_IT_APPLIES,
        never_offered=(NOT_APPLICABLE,),
        note="“not applicable” while pregnant counts as unknown",
        if_unknown="blocks: IN-01, tier complete_screen_now",
    ),
    ask(
        "pain_region",
        "Main pain site",
        "choice",
        Screen.URGENT,
        phrase="main pain site",
        choices=(
            "lumbar",
            "lumbosacral_sij_buttock",
            "thoracic",
            "other",
        ),
        note="other -> IN-06 out of scope",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
    ask(
        "onset_date",
        "Date this episode began",
        "date",
        Screen.OPTIONAL,
        note="if both given and differ by >7 days use the LONGER duration and flag",
        if_unknown="use episode_duration_days",
    ),
    ask(
        "episode_duration_days",
        "Duration of this episode",
        "integer",
        Screen.CORE,
        phrase="duration of this episode",
        low=0,
        high=36500,
        unit="d",
        units=DAY_UNITS,
        note="28 and 42 are inclusive",
        if_unknown="blocks: IN-03",
    ),
    ask(
        "first_ever_episode",
        "First ever back pain",
        "choice",
        Screen.OPTIONAL,
        phrase="first ever back pain",
        if_unknown="not used; listed as not assessed",
    ),
    ask(
        "trend",
        "Course over the last 7-14 days",
        "choice",
        Screen.CORE,
        phrase="course over the last 1 to 2 weeks",
        choices=(
            "improving",
            "unchanged",
            "worsening",
            "too_early",
        ),
        counts_as_unknown=all_of(
            one_of("trend", "too_early"), at_least("episode_duration_days", "too_early_days_lt")
        ),
        unknown_notice=NOT_TOO_EARLY,
        note="“too early” only in the first 7 days; later it counts as unknown",
        if_unknown="blocks: IN-03; counted as not improving in RT-02",
    ),
    ask(
        "treatment_tried",
        "Any management tried (activity change, exercise, heat, medicines)",
        "choice",
        Screen.OPTIONAL,
        phrase="treatment tried so far",
        if_unknown="unknown is read as yes in RF-W04",
    ),
    ask(
        "trauma",
        "Injury that started this episode",
        "choice",
        Screen.URGENT,
        phrase="injury at the start",
        choices=(
            "none",
            "minor",
            "major",
        ),
        note="major = fall > 3 m or 5 stairs, road traffic, high-speed bike/ski, heavy direct blow; "
        "minor = simple fall, stumble, lift, cough",
        if_unknown="blocks: IN-02, tier complete_screen_now",
    ),
)
