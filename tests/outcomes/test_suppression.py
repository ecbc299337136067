"""Numbers about few people are kept back, and nothing that is shown gives them away."""

from itertools import product

import pytest

from assessments.outcomes.services.estimate import SMALLEST_SHOWN, Fate, Watched, kept_back, quartiles


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ({"a": 10, "b": 0}, set()),  # nobody is in b
        ({"a": 10, "b": 7, "c": 5}, set()),
        ({"a": 10, "b": 4, "c": 0}, {"a", "b"}),  # 14 less 10 would tell b
        ({"a": 20, "b": 9, "c": 4}, {"b", "c"}),
        ({"a": 20, "b": 4, "c": 4}, {"b", "c"}),  # 8 in both, who is where stays open
        ({"a": 20, "b": 1, "c": 2}, {"a", "b", "c"}),  # 3 in both would be a small group
        ({"a": 3, "b": 0}, {"a", "b"}),
        ({"a": 0, "b": 0}, set()),
    ],
)
def test_what_is_kept_back(parts: dict[str, int], hidden: set[str]) -> None:
    assert kept_back(parts) == hidden


def test_nobody_can_work_out_a_small_group_by_subtracting() -> None:
    for counts in product(range(9), repeat=3):
        parts = dict(zip("abc", counts, strict=True))
        hidden = kept_back(parts)
        shown = {name: count for name, count in parts.items() if name not in hidden}
        assert not [count for count in shown.values() if 0 < count < SMALLEST_SHOWN]
        left = sum(counts) - sum(shown.values())
        if hidden and sum(counts) >= SMALLEST_SHOWN:
            assert len(hidden) > 1
            assert left >= SMALLEST_SHOWN


def test_quartiles_of_everybody_are_the_plain_ones() -> None:
    everybody = [Watched(day, Fate.REACHED, 1) for day in (2, 4, 6, 8)]
    assert quartiles(everybody) == {"lower_quartile": 2, "median": 4, "upper_quartile": 6}


def test_nobody_who_reached_it_gives_none() -> None:
    assert set(quartiles([Watched(5, Fate.STILL_GOING, 9)]).values()) == {None}
    assert set(quartiles([]).values()) == {None}


def test_on_one_day_those_who_reach_it_come_before_those_who_end() -> None:
    """Two of four on day 3, then the last two, of whom one ended on day 3: half at 3, all at 5."""
    rows = [Watched(3, Fate.REACHED, 2), Watched(3, Fate.ENDED_BEFORE, 1), Watched(5, Fate.REACHED, 1)]
    assert quartiles(rows) == {"lower_quartile": 3, "median": 3, "upper_quartile": 5}
