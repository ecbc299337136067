"""What Schemathesis is told about the service, beyond its OpenAPI document.

A schema says which requests are well formed, not which are possible: a valid one may name a runner there
isn't. So 412 and 422 are answers to valid data too, and the check here says for what.
"""

import re

import schemathesis

#: Pointer and code of the refusals that no schema of a request could announce, and why.
RULES = {
    ("/cursor", "malformed"): "a cursor is the service's own; nobody makes one up",
    ("/cursor", "blank"): "the same: of blanks alone",
    (".*", "in_the_(future|past)"): "depends on the day",
    ("/assessed_at", "out_of_range"): "JSON Schema compares no times",
    ("/at", "out_of_range"): "nor these",
    (
        "/(shifts|covers|holidays|ladders|quiet_hours)/.*",
        "invalid|unknown|unsafe|out_of_range",
    ): "the parts of a plan must fit one another and the calendar",
    ("/birth_date", "min_value"): "nor dates",
    ("/archive_reason", "required|invalid"): "stands together with archived: true and with nothing else",
    ("/until", "invalid|out_of_range"): "nor the ends of a period",
    ("/(handover|exclusion)/at", "before_the_assessment"): "depends on the assessment",
    ("/answers/diagnoses/[0-9]+/cleared_at", "malformed"): "a pattern knows no calendar",
    ("/answers/spinal_surgery_clearance/cleared_at", "malformed"): "the same",
    (
        "/answers/(diagnoses/[0-9]+|spinal_surgery_clearance)/cleared_(by|at)",
        "required",
    ): "of a clearance alone",
    (".*", "no_offset"): "validators let it pass in a date-time",
    (".*", "not_found|does_not_exist"): "depends on what there is",
    ("/redirect_uris(/[0-9]+)?", "invalid"): "whole https addresses, and only where people sign in",
    ("/external_id", "differs_from_path"): "depends on the address",
    ("/url", "unsafe"): "which services there are is the operator's setting",
    ("/kind", "immutable"): "depends on what it is",
    ("", "required"): "a search names at least one of its fields",
    ("/on_behalf_of", "required|not_an_admin"): "depends on the client",
    ("/(urgency|decision|role|finding|handover)", ".*"): "depends on the decision that is overridden",
    (".*", "not_an_integer"): "3.0 is an integer to JSON Schema",
    ("/running_profile/shoe_age_months", "wrong_type"): "the same",
    (
        "/(usual_nrs|walking_nrs|pain_nrs|rise_during|rise_next_day|stage|overlap_seconds)",
        "wrong_type",
    ): "too",
    ("/(sets|repetitions|seconds|minutes)", "wrong_type"): "and these",
    ("/answers/.*/value", "out_of_range"): "the range depends on the unit",
    ("/answers/[a-z_]+", "excludes_others"): "'none' beside something else",
    ("/answers/[a-z_]+/[0-9]+", "not_unique"): "equal once 1.0 is read as 1 and null as left out",
}


@schemathesis.check
def valid_data_is_refused_only_for_what_no_schema_can_say(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Every 422 to a request that fits its schema names such a rule, and nothing else."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    problem = response.json()
    if problem["code"] == "idempotency_key_reused":
        return
    places = [(error["pointer"], error["code"]) for error in problem["errors"]]
    unannounced = [place for place in places if not is_ruled(*place)]
    assert places, problem["code"]
    assert not unannounced, f"The schema allows what is refused: {unannounced}"


def is_ruled(pointer: str, code: str) -> bool:
    """True when one of the rules is about this refusal."""
    return any(re.fullmatch(place, pointer) and re.fullmatch(codes, code) for place, codes in RULES)
