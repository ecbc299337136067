"""Why a step of a programme isn't possible now, for a program and for a person."""

from assessments.programmes.models import Programme, ProgrammeEvent
from assessments.protocol.programme import Status
from backend.platform.refusals import Refusal
from clinics.identity.clinicians import who_did

Kind = ProgrammeEvent.Kind

#: What stands in the way, by its code.
WHY_NOT = {
    "after_a_gap": "Two weeks have passed without a run: the next one starts further back by itself.",
    "advanced_already": "It was advanced already; a green check comes before the next step.",
    "before_the_release": "It was before the release.",
    "before_the_last_run": "A later run is logged already.",
    "below_usual_volume": "The usual volume isn't reached yet.",
    "check_unanswered": "The check of the last run isn't answered.",
    "cleared": "It is cleared already.",
    "drafted_already": "This assessment's programme is drafted already, and current.",
    "escalation_waits": "An urgent escalation of the runner isn't resolved.",
    "in_the_future": "It is in the future.",
    "last_check_not_green": "The last check wasn't green.",
    "needs_assessment": "It was stopped or suspended: a new assessment decides.",
    "no_clearance_needed": "It needs no clearance.",
    "no_running_in_this_phase": "This phase holds no running.",
    "not_a_draft": "It is no draft any more.",
    "not_active": "It isn't active.",
    "not_held": "It isn't held.",
    "not_in_the_plan": "The plan has no such exercise.",
    "not_latest": "The runner has been assessed since.",
    "not_released": "It isn't released.",
    "not_two_green_weeks": "Two weeks of green checks are needed.",
    "overridden": "A clinician decided otherwise than the protocol.",
    "provisional": "The runner answered alone; a clinician's own assessment comes first.",
    "same_day": "Today's is reported already.",
    "settle_first": "The pain must be at its usual level for 24 hours first.",
    "shoe_retired": "Those shoes were retired before.",
    "too_long_ago": "The run is more than 36 hours past.",
    "wrong_phase": "It is in another phase.",
}
#: The words for a person before a page, where those differ.
SPOKEN = {
    "not_latest": "The runner has been assessed since; the programme starts from the latest assessment.",
    "overridden": "A clinician has decided otherwise; a programme starts from a new assessment.",
    "drafted_already": "This assessment's programme is drafted already. Nothing was changed.",
    "not_a_draft": "This programme isn't a draft any more.",
    "provisional": "The runner answered alone; a clinician confirms the safety screen first.",
    "escalation_waits": "An urgent referral of this runner waits for its outcome; it comes first.",
    "not_released": "This programme isn't released.",
    "not_active": "This programme is held or stopped; a clearance changes nothing about that.",
    "no_clearance_needed": "This programme needs no clearance.",
    "cleared": "Running has been cleared already.",
}
#: What a person did that stands in the way of the next one, by why the next step isn't possible; without
#: words what the service does by itself.
_IN_THE_WAY = {
    "advanced_already": {Kind.ADVANCED: "advanced it"},
    "cleared": {Kind.CLEARED: "cleared it"},
    "drafted_already": {Kind.DRAFTED: "drafted it"},
    "not_a_draft": {Kind.RELEASED: "released it", Kind.ENDED: "ended it"},
    "not_active": {Kind.HELD: "held it", Kind.PAIN_RETURNED: ""},
    "not_held": {Kind.RESUMED: "resumed it"},
    "not_released": {Kind.ENDED: "ended it"},
    "wrong_phase": {Kind.COMPLETED: "completed it"},
}


class NotNowError(Refusal):
    """The programme isn't where this step is possible; ``why`` says why, for programs.

    The words say whose step stands in the way and when it was taken, where a person took it.
    """

    def __init__(self, why: str, programme: Programme | None = None) -> None:
        self.why = why
        who = _who_brought_it_there(programme, why) if programme else ""
        self.spoken = f"{SPOKEN.get(why, WHY_NOT[why])} {who}".strip()
        super().__init__(f"{WHY_NOT[why]} {who}".strip())


def _who_brought_it_there(programme: Programme, code: str) -> str:
    stopped = code == "not_active" and programme.status != Status.HELD
    steps = {} if stopped else _IN_THE_WAY.get(code, {})
    events = programme.events.filter(kind__in=steps).select_related("member__user")
    last = events.order_by("-at", "-id").first()
    what = steps[Kind(last.kind)] if last else ""
    if last is None or last.member is None or not what:
        return ""
    return f"{who_did(what, last.member, at=last.at, clinic=programme.clinic)}."
