"""The thresholds and settings of the protocol: default, what a clinic may set, which way is more cautious."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.protocol.problems import InvalidParameters, Problem

Number = int | float
Value = int | float | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One threshold, or one setting in words.

    `cautious` is the direction (lower, higher) in which it only ever gets stricter; "fixed" has one allowed
    value. `words` are the values that are no numbers, the most cautious first, and more cautious than any
    number beside them; `low` and `high` are None where there is no number. A value less cautious than the
    default needs a clinical-safety sign-off: `sign_off` names where they lie (low, high, or any).
    """

    name: str
    default: Value
    low: Number | None
    high: Number | None
    cautious: str
    unit: str
    source_words: str
    justification: str
    sign_off: str | None = None
    integer: bool = True
    words: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The parameter as plain data."""
        return {name: getattr(self, name) for name in self.__slots__} | {"words": list(self.words)}

    def caution(self, value: Value) -> float:
        """Order of its values: the higher, the more cautious. Raises ValueError for a word it lacks."""
        if isinstance(value, str):
            return 1e9 - self.words.index(value)
        return value if self.cautious == "higher" else -value

    def needs_sign_off(self, value: Value) -> bool:
        """Whether a value is less cautious than the default, which a clinical lead answers for."""
        return self.caution(value) < self.caution(self.default)

    @property
    def allowed(self) -> str:
        """What may be set, in words."""
        numbers = [] if self.low is None else [f"{self.low} to {self.high} {self.unit}".rstrip()]
        return " or ".join([*self.words, *numbers])


def _fixed(name: str, value: int, unit: str, source_words: str, justification: str) -> Parameter:
    return Parameter(name, value, value, value, "fixed", unit, source_words, justification)


def _in_words(name: str, words: tuple[str, ...], source_words: str, justification: str) -> Parameter:
    return Parameter(
        name, words[0], None, None, "words", "", source_words, justification, sign_off="any", words=words
    )


_PAIN = (
    Parameter(
        "run_increase_significant_gt", 3, 1, 3, "lower", "points",
        "a significant increase, more than 3 of 10",
        "Read literally: strictly more than 3, in points and not in percent; exactly 3 is the grey zone.",
    ),
    Parameter(
        "run_increase_ok_max", 1, 0, 1, "lower", "points",
        "somewhat more aware of the back, within normal pain levels",
        "One point is below the smallest detectable change (1.77) and the important difference (2), B20.",
    ),
    Parameter(
        "post_increase_lot_gt", 3, 1, 3, "lower", "points",
        "a lot more painful some hours afterwards",
        "Takes over the only number the article gives for a significant rise; strictly more.",
    ),
    Parameter(
        "post_increase_ok_max", 1, 0, 1, "lower", "points", "a small rise after running",
        "Two points are the clinically important difference, B20.",
    ),
    Parameter(
        "next_day_increase_ok_max", 0, 0, 0, "fixed", "points", "no increase the day after",
        "Read literally: any rise fails.",
    ),
    Parameter(
        "settle_hours_ok_max", 4, 1, 6, "lower", "h", "within a few hours",
        "Three to four hours, half a working day; has to end before the evening and before sleep.",
        sign_off="high", integer=False,
    ),
    Parameter(
        "walking_pain_stop_ge", 4, 3, 5, "lower", "/10", "quite painful when walking",
        "Lower edge of moderate pain (conventional band 4 to 6), B21.", sign_off="high",
    ),
    Parameter(
        "usual_pain_stop_gt", 5, 3, 5, "lower", "/10", "(resting pain too high to load)",
        "Ceiling of the pain-monitoring model, B19.",
    ),
    Parameter(
        "pain_ceiling_gt", 5, 3, 5, "lower", "/10", "(absolute ceiling)",
        "Ceiling of the pain-monitoring model, B19.",
    ),
    Parameter(
        "run_peak_severe_ge", 8, 6, 8, "lower", "/10", "(severe)", "Severe band of the rating scale, B21.",
    ),
    Parameter(
        "not_ok_signs_stop_ge", 2, 1, 2, "lower", "signs", "signs, in the plural",
        "One sign alone is answered by adjusting first (EH-P2).",
    ),
)  # fmt: skip

_TIME_AND_PERSON = (
    Parameter(
        "duration_review_days_ge", 28, 14, 28, "lower", "d", "four to six weeks",
        "The lower end, inclusive, when the pain is not known to improve.",
    ),
    Parameter(
        "duration_refer_days_ge", 42, 28, 42, "lower", "d", "four to six weeks",
        "The upper end, inclusive, whatever the trend.",
    ),
    Parameter(
        "adult_age_min", 18, 16, 18, "higher", "a", "(children not mentioned)",
        "Outside the validated age, and bone injury is common in young athletes, B06 B18.", sign_off="low",
    ),
    Parameter(
        "postpartum_weeks_min", 12, 12, 24, "higher", "wk", "(time after birth not mentioned)",
        "No return to running before three months after birth; exactly 12 weeks allows a graded one, B26.",
    ),
    Parameter(
        "first_episode_age_ge", 50, 45, 55, "lower", "a", "(older age not mentioned)",
        "First back pain at this age is less often simple, B07.", sign_off="high",
    ),
    Parameter(
        "older_cancer_age_ge", 60, 50, 60, "lower", "a", "(older age not mentioned)",
        "Persistent pain at this age calls for a myeloma work-up, B11.",
    ),
    Parameter(
        "fragility_age_ge", 65, 50, 70, "lower", "a", "(older age not mentioned)",
        "A minor fall can break an older spine, B08.", sign_off="high",
    ),
    Parameter(
        "severe_rest_pain_ge", 9, 7, 9, "lower", "/10", "(pain too severe to wait)",
        "Pain this severe at rest or on walking is seen by a doctor, B08 B21.",
    ),
    _fixed(
        "too_early_days_lt", 7, "d", "(too early to judge a course)",
        "The course is asked over 7 to 14 days; from exactly 7 on it is no longer too early.",
    ),
    _fixed(
        "next_day_earliest_h", 18, "h", "the day after",
        "A night lies between: 18 hours count, 17.9 do not.",
    ),
    Parameter(
        "new_leg_symptom_days_lt", 28, 28, 90, "higher", "d", "(new leg symptom)",
        "Twice the 14 days of B03: on day 27 it is new, on day 28 it is not; one of unknown age is new.",
    ),
    _fixed(
        "spa_features_ge", 3, "features", "(inflammatory pain not mentioned)",
        "Four or more: rheumatology; exactly three: HLA-B27 first, B12.",
    ),
)  # fmt: skip

_LOAD_AND_PLAN = (
    Parameter(
        "weekly_load_ratio_gt", 1.3, 1.1, 1.3, "lower", "ratio", "too quickly",
        "Week against the mean of the four before it, strictly more, B24.", integer=False,
    ),
    Parameter(
        "session_spike_ratio_gt", 1.1, 1.0, 1.1, "lower", "ratio", "too quickly",
        "One run against the longest of the 30 days before it, strictly more, B23.", integer=False,
    ),
    Parameter(
        "adjust_trial_min_runs", 3, 3, 6, "higher", "runs", "continues despite adjustments",
        "Enough runs for one 24-hour cycle each, not so many as to harm; a clinician may call it earlier.",
    ),
    Parameter(
        "adjust_trial_min_days", 7, 7, 14, "higher", "d", "continues despite adjustments",
        "At least a week of adjusted running.",
    ),
    Parameter(
        "adjust_trial_min_changes", 2, 2, 4, "higher", "changes", "continues despite adjustments",
        "One failed change does not prove that changing fails.",
    ),
    _fixed("shoe_inspect_km", 483, "km", "300 to 500 miles", "Lower end of both articles; plan only."),
    _fixed("shoe_replace_km", 805, "km", "300 to 500 miles", "Upper end of both articles; plan only."),
    _fixed("shoe_inspect_months", 3, "mo", "3 to 6 months", "Lower end; plan only."),
    _fixed("shoe_replace_months", 6, "mo", "3 to 6 months", "Upper end; plan only."),
    _fixed("followup_open_h", 18, "h", "24 hours", "The next-day answer counts from here, EH-P1."),
    _fixed("followup_due_h", 24, "h", "24 hours", "The next-day answer is due, EH-P1."),
    _fixed("followup_overdue_h", 30, "h", "24 hours", "The answer is chased, EH-P1."),
    _fixed("followup_expire_h", 36, "h", "24 hours", "Permission to run lapses without an answer, EH-P1."),
    Parameter(
        "carry_forward_days_max", 28, 14, 28, "lower", "d", "(repeat checks not mentioned)",
        "Older history is asked again instead of being carried into a check.",
    ),
)  # fmt: skip

# Loosened only by the named clinical lead of a clinic, and counted from the first day.
_LOOSENED_BY_A_LEAD = (
    _in_words(
        "explained_leakage_tier", ("within_2_weeks", "routine"), "(explained stress leakage)",
        "Common after births, B03; routine only for leakage alone, and then running is not stopped.",
    ),
    Parameter(
        "stable_bilateral_days", "off", 90, 365, "higher", "d", "(both legs, old and unchanged)",
        "At or above so many days, unchanged and alone, both legs are examined the same day, B02 B07.",
        sign_off="any", words=("off",),
    ),
    _in_words(
        "pregnancy_running", ("clearance", "adjust"), "(pregnancy not mentioned)",
        "An uncomplicated pregnancy, already running, with the maternity team's advice, B26; a judgement.",
    ),
    Parameter(
        "postpartum_graded_until_weeks", 52, 30, 52, "higher", "wk", "(running again after birth)",
        "From exactly this week a mother who already runs is not put back to a graded return, B26.",
        sign_off="low",
    ),
)  # fmt: skip

PARAMETERS: tuple[Parameter, ...] = _PAIN + _TIME_AND_PERSON + _LOAD_AND_PLAN + _LOOSENED_BY_A_LEAD
PARAMETERS_BY_NAME: Mapping[str, Parameter] = {parameter.name: parameter for parameter in PARAMETERS}
DEFAULTS: Mapping[str, Value] = {parameter.name: parameter.default for parameter in PARAMETERS}


def default_number(name: str) -> Number:
    """The default of a parameter that is a number. Raises TypeError for one in words."""
    value = DEFAULTS[name]
    if isinstance(value, str):
        raise TypeError(name)
    return value


def parameter_values(overrides: Mapping[str, object] | None = None) -> dict[str, Value]:
    """All parameter values, a clinic's own ones over the defaults, in table order.

    Raises InvalidParameters naming every unknown name, wrong type and value outside its allowed range.
    """
    values, problems = dict(DEFAULTS), []
    for name, value in (overrides or {}).items():
        result = _checked(name, value)
        if isinstance(result, Problem):
            problems.append(result)
        else:
            values[name] = result
    if problems:
        raise InvalidParameters(problems)
    return values


def _checked(name: object, value: object) -> Value | Problem:
    pointer = Problem.place(name)
    parameter = PARAMETERS_BY_NAME.get(name) if isinstance(name, str) else None
    if parameter is None:
        return Problem(pointer, "unknown_parameter", "The protocol has no parameter of this name.")
    allowed = f"Allowed: {parameter.allowed}."
    if isinstance(value, str):
        if not parameter.words:
            return Problem(pointer, "wrong_type", f"A number is needed. {allowed}")
        return value if value in parameter.words else Problem(pointer, "unknown_choice", allowed)
    if parameter.low is None or parameter.high is None:
        return Problem(pointer, "wrong_type", f"A word is needed. {allowed}")
    if parameter.integer and type(value) is not int:
        return Problem(pointer, "not_an_integer", f"A whole number is needed. {allowed}")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return Problem(pointer, "wrong_type", f"A number is needed. {allowed}")
    if not parameter.low <= value <= parameter.high:  # also refuses NaN and the infinities
        return Problem(pointer, "out_of_range", allowed)
    # 4.0 and 4 are one setting and must give one hash.
    return int(value) if value == int(value) else value
