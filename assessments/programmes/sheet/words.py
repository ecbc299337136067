"""What a printed sheet says to the runner, in words that nobody has to look up."""

from collections.abc import Mapping

from assessments.follow_ups.models import FollowUpKind
from assessments.programmes.services import session
from assessments.protocol.vocabulary import Decision, PlanRelease

WATCH_FOR = (
    "Do not wait for an appointment, and do not run. This holds at any time, also after this programme."
)

#: What a clinician decided in the place of the protocol.
DECISIONS: Mapping[str, str] = {
    Decision.CONTINUE_RUNNING: "You may go on running within your present limits.",
    Decision.ADJUST_RUNNING: "You may go on running, in an easier form.",
    Decision.STOP_AND_REHAB: "No running for now. Your back recovers first.",
    Decision.STOP_RUNNING_CLEARANCE_REQUIRED: (
        "No running until a named clinician has examined you and cleared it."
    ),
    Decision.REFER_URGENT: "No running. A doctor needs to see you first.",
    Decision.REFER_EMERGENCY: "No running. You need emergency care now.",
    Decision.INSUFFICIENT_INFORMATION: "No decision yet, and no running until there is one.",
}
IN_ITS_PLACE: Mapping[str, str] = {
    PlanRelease.WITHHELD: (
        "There is no running programme yet: answers are missing or contradict each other. Your clinic will "
        "ask you again. Until then, this is what holds."
    ),
    PlanRelease.REFERRAL_ONLY: (
        "There is no running programme now: being seen comes first. Until then, this is what holds. After "
        "it, your clinic assesses you again before you run."
    ),
}
#: Why there is no run at this moment; the session's own codes.
BLOCKED: Mapping[str, str] = {
    session.NOT_RELEASED: "No running from this sheet: a clinician has not signed it off.",
    session.NOT_ACTIVE: "No running: your clinic has paused or stopped the programme.",
    session.NO_RUNNING_PHASE: "No running in this phase.",
    session.SETTLE_FIRST: "No run before your back has been at its usual level for 24 hours.",
    session.CHECK_UNANSWERED: "No further run before you have answered the check of your last run.",
    session.WEEK_FULL: "No further run this week: its running is done.",
    session.NOT_YET: "No run yet: your back needs its clear days first.",
}
NO_PERMISSION = "No running now: ask your clinic before your next run."
PERMITTED = (
    "You may do this session. After each run you are asked how your back is. Answer within 36 hours: without "
    "an answer the permission to run ends by itself."
)
#: On the paper of a runner who is archived, whatever was decided before.
PERMITS_NOTHING = "This sheet permits nothing any more: whatever was decided before has ended."
NOBODY_REMINDED = "Nobody is reminded, and no run is permitted."
REVIEWS: Mapping[str, str] = {
    FollowUpKind.CHECK_24_HOURS: "Check 24 hours after your run",
    FollowUpKind.DAY_7: "Review after a week",
    FollowUpKind.DAY_14: "Review after two weeks",
    FollowUpKind.DAY_28: "Review four weeks after the pain began",
    FollowUpKind.DAY_42: "Review six weeks after the pain began",
}
NOT_ASSESSED = (
    "Nobody asked you about these, so nothing here rests on them. If one matters, tell your clinic."
)
LEGEND = "Dark: running. Light: walking. Warm up first; the times don't count the warm-up."
CLOSING = (
    "Made by protocol {version} from the answers of {date}. It supports your clinician's judgement and does "
    "not replace it. It is for you alone: do not pass it on."
)
