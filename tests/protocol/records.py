"""Records the tests start from, and the shortest ways to ask about them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assessments.protocol import evaluate
from assessments.protocol.conditions import Compound, Condition

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = json.loads((HERE / "cases.json").read_text(encoding="utf-8"))

# Every essential question answered reassuringly, every optional one a criterion reads as well.
REASSURING: Mapping[str, Any] = {
    **next(case["answers"] for case in CASES if case["id"] == "V01"),
    "trend": "improving",
    "pain_usual_nrs": 0,
    "pain_walking_nrs": 0,
    "pain_pre_run_nrs": 0,
    "pain_run_peak_nrs": 0,
    "pain_post_run_peak_nrs": 0,
    "pain_next_day_nrs": 0,
    "hours_to_settle": 0,
    "hours_since_run": 24,
    "spinal_surgery_ever": "no",
    "spa_features": dict.fromkeys(
        (
            "wakes_second_half_night",
            "buttock_pain",
            "improves_with_movement",
            "improves_nsaid_48h",
            "first_degree_relative_spa",
            "arthritis_ever",
            "enthesitis_ever",
            "psoriasis_ever",
        ),
        "no",
    ),
}


#: Every setting that only a clinic's lead may loosen, loosened.
LOOSENED: Mapping[str, Any] = {
    "explained_leakage_tier": "routine",
    "stable_bilateral_days": 90,
    "pregnancy_running": "adjust",
}


def settings_of(condition: Condition) -> Mapping[str, Any]:
    """The settings under which every part of a condition can turn: loosened where it reads one of those."""
    return LOOSENED if any(repr(name) in str(condition.as_json()) for name in LOOSENED) else {}


def record(**changes: Any) -> dict[str, Any]:
    """The reassuring record with some answers changed; None takes an answer out."""
    merged = {**REASSURING, **changes}
    return {name: answer for name, answer in merged.items() if answer is not None}


def result(**changes: Any) -> dict[str, Any]:
    """The evaluation of the reassuring record with some answers changed, as JSON."""
    return evaluate(record(**changes)).as_dict()


def met(**changes: Any) -> set[str]:
    """Ids of the criteria met by the reassuring record with some answers changed."""
    return {item["id"] for item in result(**changes)["criteria_met"]}


def leaves(condition: Condition) -> Iterator[Condition]:
    """The conditions a condition is made of, at the bottom."""
    if isinstance(condition, Compound):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition
