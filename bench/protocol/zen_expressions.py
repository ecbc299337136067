"""Conditions of the protocol, taken as JSON, in the expression language of zen-engine.

An expression is true exactly when the condition is: comparing null with a number is an error there, so each
comparison asks first whether the number is known, and unknown comes out as false.
"""

from collections.abc import Callable, Mapping
from typing import Any

from assessments.protocol import PARAMETERS, QUESTIONS, Question
from assessments.protocol.contradictions import RUN_SCORES
from assessments.protocol.vocabulary import Screen

__all__ = ["DERIVED", "expression"]

Json = Mapping[str, Any]

DEFAULTS = {parameter.name: parameter.default for parameter in PARAMETERS}
SCORES = ("pain_run_peak_nrs", "pain_post_run_peak_nrs", "pain_next_day_nrs")
BASELINE = (
    "pain_usual_nrs == null ? pain_pre_run_nrs : pain_pre_run_nrs == null ? pain_usual_nrs"
    " : min([pain_usual_nrs, pain_pre_run_nrs])"
)
ONSET_AGE = (
    "age_years == null or episode_duration_days == null ? null : age_years - episode_duration_days / 365.25"
)
VOID = [question for question in QUESTIONS if question.counts_as_unknown is not None]


def expression(condition: Json, contradictions: tuple[Json, ...] = ()) -> str:
    """The condition in ZEN. Raises KeyError for a kind of condition not known here."""
    if "contradicted" in condition:
        return _joined("or", contradictions)
    kind = next(name for name in condition if name in RENDERERS)
    return RENDERERS[kind](condition)


def _number(bound: Any) -> Any:
    return DEFAULTS[bound["parameter"]] if isinstance(bound, dict) else bound


def _strings(values: list[str]) -> str:
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def _membership(name: str, values: list[str]) -> str:
    return f"{name} == '{values[0]}'" if len(values) == 1 else f"{name} in {_strings(values)}"


def _joined(word: str, parts: tuple[Json, ...] | list[Json]) -> str:
    return "(" + f" {word} ".join(expression(part) for part in parts) + ")"


def _term(term: Json) -> str:
    if "age_at_onset" in term:
        return "onset_age"
    return str(term["answer"]) if "answer" in term else f"rise_{term['rise_above_baseline']}"


def _compare(condition: Json) -> str:
    term = _term(condition["compare"])
    if isinstance(_number(condition["bound"]), str):
        return "false"  # a setting that is off bounds nothing
    return f"({term} != null and {term} {condition['is']} {_number(condition['bound'])})"


def _ratio(condition: Json) -> str:
    part, whole, bound = condition["ratio_of"], condition["to"], _number(condition["is_above"])
    exceeds = f"({whole} == 0 ? {part} > 0 : {part} / {whole} > {bound})"
    return f"({part} != null and {whole} != null and {exceeds})"


def _spa_features(condition: Json) -> str:
    early = "(onset_age != null and onset_age < 35 ? 1 : 0)"
    present = "count(values(spa_features ?? {}), # == 'yes')"
    return f"({present} + {early} >= {_number(condition['spa_features_at_least'])})"


def _diagnosis(condition: Json) -> str:
    code = _membership("#.code", condition["diagnosis"])
    clearance = _membership("#.clearance", condition["clearance"])
    return f"some(diagnoses ?? [], {code} and #.status == '{condition['status']}' and {clearance})"


def _count(condition: Json) -> str:
    total = " + ".join(f"({expression(part)} ? 1 : 0)" for part in condition["of"])
    return f"({total} >= {_number(condition['count_at_least'])})"


def _screen(condition: Json) -> str:
    parts = []
    for question in QUESTIONS:
        needed = question.needed(Screen(condition["screen_incomplete"]))
        if needed is not None:
            unknown = f"{question.name} == null"
            whole = " and ".join([unknown, *(expression(when.as_json()) for when in needed)])
            parts.append(f"({whole})" if needed else unknown)
    return " or ".join(parts)


def _one_of(condition: Json) -> str:
    name = condition["question"]
    if "part" not in condition:
        return _membership(name, condition["one_of"])
    inside = _membership(f"{name}.{condition['part']}", condition["one_of"])
    return f"({name} != null and {inside})"


def _setting(condition: Json) -> str:
    return str(DEFAULTS[condition["parameter"]] == condition["is"]).lower()


RENDERERS: dict[str, Callable[[Json], str]] = {
    "one_of": _one_of,
    "unless": lambda condition: f"not ({expression(condition['unless'])})",
    "given": lambda condition: f"said_{condition['given']} != null",
    "parameter": _setting,
    "not_answered": lambda condition: (
        f"not ({_membership(condition['question'], condition['not_answered'])})"
    ),
    "known": lambda condition: f"{condition['known']} != null",
    "unknown": lambda condition: f"{condition['unknown']} == null",
    "answer": lambda condition: (
        f"({condition['answer']} != null and {condition['is_above']} != null"
        f" and {condition['answer']} > {condition['is_above']})"
    ),
    "compare": _compare,
    "ratio_of": _ratio,
    "spa_features_at_least": _spa_features,
    "diagnosis": _diagnosis,
    "all_of": lambda condition: _joined("and", condition["all_of"]),
    "any_of": lambda condition: _joined("or", condition["any_of"]),
    "count_at_least": _count,
    "screen_incomplete": _screen,
}


def _counted(question: Question) -> str:
    """An answer that answers nothing is none."""
    void = question.counts_as_unknown
    return f"{expression(void.as_json())} ? null : {question.name}" if void else question.name


# Computed once per evaluation, in an expression node in front of the decision table.
DERIVED: dict[str, str] = (
    {f"said_{name}": name for name in RUN_SCORES}
    | {question.name: _counted(question) for question in VOID}
    | {"baseline": BASELINE, "onset_age": ONSET_AGE}
    | {
        f"rise_{score}": f"$.{score} == null or $.baseline == null ? null : $.{score} - $.baseline"
        if score in {question.name for question in VOID}
        else f"{score} == null or $.baseline == null ? null : {score} - $.baseline"
        for score in SCORES
    }
)
