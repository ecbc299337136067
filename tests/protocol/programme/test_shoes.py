"""When a pair of shoes is looked at, and when it is replaced."""

import datetime as dt

import pytest

from assessments.protocol.evidence import EVIDENCE
from assessments.protocol.parameters import PARAMETERS
from assessments.protocol.programme import SHOE_LIMITS, advice_of, months_between, reached_limits
from assessments.protocol.sources import STATEMENTS


@pytest.mark.holds("HH-F01", "HH-F02", "AA-F01")
@pytest.mark.parametrize(
    ("km", "months", "worn", "advice", "signs"),
    [
        (482.9, 2, False, "keep", []),
        (483, 2, False, "inspect", ["distance"]),
        (0, 3, False, "inspect", ["age"]),
        (804.9, 5, False, "inspect", ["distance", "age"]),
        (805, 0, False, "replace", ["distance", "distance"]),
        (0, 6, False, "replace", ["age", "age"]),
        (0, 0, True, "replace", ["wear"]),
    ],
)
def test_a_pair_is_inspected_and_replaced_at_its_thresholds_inclusive(
    km: float, months: int, worn: bool, advice: str, signs: list[str]
) -> None:
    reached = reached_limits(km=km, months=months, worn=worn)
    assert (advice_of(reached), [limit.sign for limit in reached]) == (advice, signs)


def test_every_threshold_is_a_parameter_of_the_protocol_and_names_its_sources() -> None:
    values = {item.name: item.default for item in PARAMETERS if item.name.startswith("shoe_")}
    assert sorted(values.values()) == sorted(limit.value for limit in SHOE_LIMITS if limit.value is not None)
    known = {*(item.id for item in STATEMENTS), *(item.id for item in EVIDENCE)}
    assert all(limit.sources and set(limit.sources) <= known for limit in SHOE_LIMITS)


@pytest.mark.parametrize(
    ("today", "months"),
    [((2026, 4, 14), 2), ((2026, 4, 15), 3), ((2027, 1, 15), 12), ((2026, 1, 15), 0), ((2025, 12, 1), 0)],
)
def test_age_is_in_whole_months(today: tuple[int, int, int], months: int) -> None:
    assert months_between(dt.date(2026, 1, 15), dt.date(*today)) == months
