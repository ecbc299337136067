"""The return-to-run programme: from a decision to running again, and what each check does to it.

Content and rules are those of the specification's programme (F.1 to F.7); pure like the rest of the protocol.
"""

from assessments.protocol.programme.build import build_programme, usual_run_km
from assessments.protocol.programme.causes import CAUSES, Cause
from assessments.protocol.programme.exercises import EXERCISES, Exercise
from assessments.protocol.programme.gap import after_gap, gap_ended
from assessments.protocol.programme.levers import LEVERS, Lever
from assessments.protocol.programme.load import (
    Amount,
    Basis,
    Cap,
    Known,
    needs_new_start,
    run_cap,
    session_size,
    week_cap,
)
from assessments.protocol.programme.phases import (
    PHASES,
    BriskWalk,
    CalmDay,
    Phase,
    calm_gate_open,
    restore_gate_open,
)
from assessments.protocol.programme.plan import STOP_A_RUN, Programme
from assessments.protocol.programme.reaction import (
    Outcome,
    Reaction,
    Standing,
    Status,
    after_run,
    judge,
    permission_holds,
    react,
    settled,
)
from assessments.protocol.programme.shoes import (
    SHOE_LIMITS,
    ShoeAdvice,
    ShoeLimit,
    ShoeSign,
    advice_of,
    months_between,
    reached_limits,
)
from assessments.protocol.programme.walk_run import STAGES, Stage

__all__ = [
    "CAUSES",
    "EXERCISES",
    "LEVERS",
    "PHASES",
    "SHOE_LIMITS",
    "STAGES",
    "STOP_A_RUN",
    "Amount",
    "Basis",
    "BriskWalk",
    "CalmDay",
    "Cap",
    "Cause",
    "Exercise",
    "Known",
    "Lever",
    "Outcome",
    "Phase",
    "Programme",
    "Reaction",
    "ShoeAdvice",
    "ShoeLimit",
    "ShoeSign",
    "Stage",
    "Standing",
    "Status",
    "advice_of",
    "after_gap",
    "after_run",
    "build_programme",
    "calm_gate_open",
    "gap_ended",
    "judge",
    "months_between",
    "needs_new_start",
    "permission_holds",
    "reached_limits",
    "react",
    "restore_gate_open",
    "run_cap",
    "session_size",
    "settled",
    "usual_run_km",
    "week_cap",
]
