"""For every criterion a decisive case and its twins just below the boundary, made from the condition
itself, so that a new criterion cannot be forgotten; and the edges of the published table by hand.
"""

from typing import Any

import pytest

from assessments.protocol import CONTRADICTIONS, CRITERIA, Criterion, protocol_for, validate
from assessments.protocol.conditions import Condition, SettingIs
from tests.protocol.records import leaves, met, record, settings_of

BY_ID = pytest.mark.parametrize("criterion", CRITERIA, ids=[criterion.id for criterion in CRITERIA])


@pytest.mark.holds("HZ-06", "HZ-21", each="criterion")
@BY_ID
def test_a_criterion_is_met_on_one_side_only_of_each_of_its_edges(
    criterion: Criterion,
) -> None:
    protocol = protocol_for(settings_of(criterion.condition))
    edges = list(criterion.condition.boundaries(protocol.context))
    assert edges
    for edge in edges:
        for side, expected in ((edge.met, True), (edge.unmet, False)):
            answers = validate(record(**side))
            assert (criterion.id in protocol.decide(answers).criteria) is expected, side
            assert protocol.interpret(answers) == protocol.decide(answers).criteria


@pytest.mark.parametrize(
    "condition",
    [*(item.condition for item in CRITERIA), *(item.condition for item in CONTRADICTIONS)],
    ids=[item.id for item in (*CRITERIA, *CONTRADICTIONS)],
)
def test_every_part_of_a_condition_turns_at_one_of_its_edges(condition: Condition) -> None:
    context = protocol_for(settings_of(condition)).context
    edges = list(condition.boundaries(context))
    for leaf in leaves(condition):
        if isinstance(leaf, SettingIs):
            continue  # turned by a clinic, not by an answer
        sides = [
            tuple(leaf.evaluate(validate(record(**side)), context) is True for side in (edge.met, edge.unmet))
            for edge in edges
        ]
        # The one criterion that is met when nothing is turns the other way round, and so does an exception.
        turns = any(met != unmet for met, unmet in sides)
        assert turns or "nothing_else_decides" in leaf.as_json(), leaf


HAND_WRITTEN: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("SR-01", {"pain_walking_nrs": 4}, {"pain_walking_nrs": 3}),
    ("SR-04", {"pain_usual_nrs": 6}, {"pain_usual_nrs": 5}),
    ("SR-05", {"pain_run_peak_nrs": 8}, {"pain_run_peak_nrs": 7}),
    ("AD-01", {"pain_run_peak_nrs": 4}, {"pain_run_peak_nrs": 3}),
    ("AD-02", {"pain_run_peak_nrs": 2}, {"pain_run_peak_nrs": 1}),
    ("AD-03", {"pain_post_run_peak_nrs": 4, "pain_next_day_nrs": 1}, {"pain_post_run_peak_nrs": 4}),
    ("AD-03", {"pain_next_day_nrs": 4}, {"pain_next_day_nrs": 3}),
    ("AD-04", {"pain_post_run_peak_nrs": 2}, {"pain_post_run_peak_nrs": 1}),
    ("AD-05", {"pain_next_day_nrs": 1}, {"pain_next_day_nrs": 0}),
    ("AD-06", {"hours_to_settle": 4.1}, {"hours_to_settle": 4}),
    ("AD-07", {"pain_post_run_peak_nrs": 6}, {"pain_post_run_peak_nrs": 5}),
    (
        "AD-12",
        {"weekly_km_current": 13.1, "weekly_km_prev4w_avg": 10},
        {"weekly_km_current": 13, "weekly_km_prev4w_avg": 10},
    ),
    (
        "AD-12",
        {"last_run_km": 11.1, "longest_run_30d_km": 10},
        {"last_run_km": 1.1, "longest_run_30d_km": 1},
    ),
    (
        "AD-12",
        {"weekly_km_current": 0.5, "weekly_km_prev4w_avg": 0},
        {"weekly_km_current": 0, "weekly_km_prev4w_avg": 0},
    ),
    ("CL-04", {"age_years": 17}, {"age_years": 18}),
    (
        "CL-06",
        {"pregnancy_status": "postpartum", "weeks_postpartum": 11},
        {"pregnancy_status": "postpartum", "weeks_postpartum": 12},
    ),
    ("RF-S05", {"trauma": "minor", "age_years": 65}, {"trauma": "minor", "age_years": 64}),
    ("RT-01", {"episode_duration_days": 42}, {"episode_duration_days": 41}),
    (
        "RT-02",
        {"episode_duration_days": 28, "trend": "unchanged"},
        {"episode_duration_days": 27, "trend": "unchanged"},
    ),
    (
        "RT-03",
        {"age_years": 60, "episode_duration_days": 42},
        {"age_years": 59, "episode_duration_days": 42},
    ),
    (
        "RT-07",
        {"first_ever_episode": "yes", "age_years": 50},
        {"first_ever_episode": "yes", "age_years": 49},
    ),
    (
        "SR-03",
        {"pain_walking_nrs": 4, "pain_run_peak_nrs": 4},
        {"pain_walking_nrs": 4, "pain_run_peak_nrs": 3},
    ),
    ("RT-04", *({"age_years": 36, "episode_duration_days": days, "spa_features": {"buttock_pain": "yes",
     "psoriasis_ever": "yes"}} for days in (366, 365))),
]  # fmt: skip


@pytest.mark.parametrize(("identifier", "above", "below"), HAND_WRITTEN)
def test_the_edges_of_the_published_table_fall_where_it_says(
    identifier: str, above: dict[str, Any], below: dict[str, Any]
) -> None:
    assert identifier in met(**above)
    assert identifier not in met(**below)


def test_pain_present_before_the_run_does_not_hide_what_the_run_added() -> None:
    assert "AD-01" in met(pain_usual_nrs=3, pain_pre_run_nrs=0, pain_run_peak_nrs=4)
    assert "AD-01" in met(pain_usual_nrs=0, pain_pre_run_nrs=3, pain_run_peak_nrs=4)
    assert "AD-01" not in met(pain_usual_nrs=3, pain_pre_run_nrs=None, pain_run_peak_nrs=4)
