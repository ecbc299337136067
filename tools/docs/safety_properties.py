"""The safety properties, the tests that hold them, and where they end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SafetyProperty:
    """A property, the tests that would fail without it (path::function), and its known limits."""

    id: str
    holds: str
    tests: tuple[str, ...]
    limits: str = ""


WORSENING = "tests/protocol/test_properties_worsening.py"
UNKNOWN = "tests/protocol/test_properties_unknown.py"
REFERRAL = "tests/protocol/test_properties_referral.py"
SETTINGS = "tests/protocol/test_properties_settings.py"
PURITY = "tests/protocol/test_properties_purity.py"
LIFE = "tests/assessments/test_escalation_life.py"
PERMISSION = "tests/assessments/test_run_permission.py"
UNCALLED = "tests/assessments/test_nobody_is_left_uncalled.py"
CARRY = "tests/protocol/follow_up/test_carry_forward.py"
RECORD = "tests/assessments/test_record.py"
DELIVERY = "tests/assessments/test_escalation_delivery.py"

PROPERTIES: tuple[SafetyProperty, ...] = (
    SafetyProperty(
        "S1",
        "Worsening never relaxes: one answer worse never lowers decision or urgency of a record free of "
        "contradictions.",
        (
            f"{WORSENING}::test_one_item_worse_never_lowers_decision_or_urgency",
            f"{WORSENING}::test_each_ordered_answer_from_every_starting_point_never_relaxes",
        ),
        "Running pain is judged relative to usual pain: raising usual pain alone, with the run scores "
        "unchanged, shrinks the rise (usual 0 and peak 2: adjust; usual 1 and peak 2: continue). The "
        "property "
        "holds for the whole profile shifted up and for each run score; SR-04, SR-05 and AD-07 bound "
        "the effect.",
    ),
    SafetyProperty(
        "S2a",
        "Unknown never reassures: leaving a question out is at least as cautious as its most "
        "reassuring answer.",
        (
            f"{UNKNOWN}::test_an_unasked_question_is_never_more_reassuring_than_its_best_answer",
            f"{UNKNOWN}::test_no_question_reassures_by_being_left_out_from_any_starting_point",
        ),
        "Answers that contradict the rest of the record are no alternative: weeks since birth when "
        "nobody gave "
        "birth, or scores of a run that did not happen.",
    ),
    SafetyProperty(
        "S2b",
        "An essential question that applies blocks while unasked; a screening question blocks above stopping "
        "and clearance.",
        (
            f"{UNKNOWN}::test_an_essential_question_that_applies_blocks_while_unasked",
            f"{UNKNOWN}::test_every_essential_question_alone_stops_running_from_every_starting_point",
        ),
    ),
    SafetyProperty(
        "S2c",
        "Running continues only when nothing is missing.",
        (f"{UNKNOWN}::test_running_continues_only_when_nothing_is_missing",),
    ),
    SafetyProperty(
        "S3",
        "Referral symptoms always escalate: an emergency is decided exactly when an emergency "
        "symptom is met, "
        "an urgent symptom refers urgently or higher, a routine one never has urgency none.",
        (
            f"{REFERRAL}::test_an_emergency_is_decided_exactly_when_an_emergency_symptom_is_met",
            f"{REFERRAL}::test_an_urgent_referral_is_decided_exactly_when_urgent_symptoms_lead",
            f"{REFERRAL}::test_a_routine_referral_is_never_lost",
            f"{UNKNOWN}::test_every_pair_of_screening_answers_decides_as_written_by_hand",
        ),
    ),
    SafetyProperty(
        "S4",
        "A contradiction never permits running, and the plan is withheld.",
        (f"{REFERRAL}::test_a_contradictory_record_never_permits_running",),
        "Under a referral the plan is `referral_only`, which releases no plan either.",
    ),
    SafetyProperty(
        "S5",
        "Pain scores cannot buy down a referral symptom.",
        (
            f"{REFERRAL}::test_pain_scores_of_zero_do_not_buy_down_a_referral",
            f"{REFERRAL}::test_whatever_refers_still_refers_without_any_pain",
        ),
    ),
    SafetyProperty(
        "S6",
        "Safer settings are safer: a parameter moved in its cautious direction never lowers decision "
        "or urgency.",
        (
            f"{SETTINGS}::test_a_more_cautious_setting_never_lowers_decision_or_urgency",
            f"{SETTINGS}::test_the_strictest_settings_together_are_at_least_as_cautious_as_the_defaults",
        ),
        "Checked at both ends, the default and one value between, beside the defaults and beside the "
        "strictest "
        "other settings; not for every combination.",
    ),
    SafetyProperty(
        "S7",
        "Deterministic, total and free of order: the same answers give the same bytes, every valid "
        "record one "
        "decision.",
        (
            f"{PURITY}::test_another_process_gives_the_same_bytes",
            f"{PURITY}::test_every_valid_record_gets_exactly_one_decision",
            f"{PURITY}::test_the_order_of_answers_and_of_their_lists_does_not_matter",
        ),
    ),
    SafetyProperty(
        "S8",
        "No clock, network, language model or free text in the criteria.",
        (
            f"{PURITY}::test_the_protocol_imports_only_what_cannot_reach_outside",
            f"{PURITY}::test_no_criterion_reads_free_text",
        ),
        "A note that contradicts an answer is therefore not noticed: whoever asks must.",
    ),
    SafetyProperty(
        "S9",
        "Every decision lists all criteria it rests on, with text and source; what was not asked is never "
        'worded as "no …".',
        (
            f"{PURITY}::test_every_decision_lists_all_it_rests_on_with_words_and_source",
            f"{PURITY}::test_an_unasked_question_is_named_and_never_worded_as_absent",
        ),
    ),
    SafetyProperty(
        "S10",
        "A follow-up cannot loosen by itself.",
        (
            f"{CARRY}::test_a_check_without_fresh_answers_never_permits_running",
            f"{PERMISSION}::test_it_lapses_after_36_hours_whether_or_not_a_worker_has_noticed",
        ),
        "In part: nothing that must be asked afresh is carried into a check. Advancing only after "
        "consecutive "
        "green checks belongs to the return-to-run programme, which is not there yet.",
    ),
    SafetyProperty(
        "S11",
        "Escalation closes the loop: it ends only with an outcome and a person, and repeats until then.",
        (
            f"{DELIVERY}::test_resolving_needs_an_acknowledgement_and_an_outcome",
            f"{DELIVERY}::test_it_repeats_every_five_minutes_and_reaches_everybody_after_the_first",
            f"{LIFE}::test_what_cannot_wait_is_closed_by_a_hand_over_or_an_exclusion",
            f"{LIFE}::test_a_passed_deadline_is_a_breach_that_pages_the_operator_once",
            f"{UNCALLED}::test_the_most_urgent_that_nobody_took_on_is_always_called_for",
        ),
    ),
    SafetyProperty(
        "S12",
        "History is never hidden: an assessment is never changed or deleted.",
        (f"{RECORD}::test_the_database_refuses_to_change_or_delete_an_assessment",),
        "A clinician's override of a decision is not there yet.",
    ),
    SafetyProperty(
        "S13",
        "A goal event never lowers caution.",
        (f"{WORSENING}::test_a_goal_event_never_lowers_caution",),
    ),
    SafetyProperty(
        "S14",
        "An emergency is recorded and answered whatever else fails.",
        (
            f"{RECORD}::test_a_broker_that_is_down_does_not_fail_the_request",
            f"{REFERRAL}::test_a_referral_does_not_wait_for_an_answer_about_running",
        ),
        "The result does not wait for a notification. Without the database nothing is recorded and "
        "the request "
        "fails visibly; `POST /evaluations` and the shell command need none to decide.",
    ),
)
