"""The table of criteria, in the order in which met criteria are reported."""

from collections.abc import Mapping

from assessments.protocol.criteria import (
    adjust,
    clearance,
    emergency,
    information,
    rehabilitation,
    routine,
    same_day,
    two_weeks,
)
from assessments.protocol.criteria.criterion import Criterion

CRITERIA: tuple[Criterion, ...] = (
    *emergency.CRITERIA,
    *same_day.CRITERIA,
    *two_weeks.CRITERIA,
    *clearance.CRITERIA,
    *rehabilitation.CRITERIA,
    *adjust.CRITERIA,
    *routine.CRITERIA,
    *information.CRITERIA,
)
CRITERIA_BY_ID: Mapping[str, Criterion] = {criterion.id: criterion for criterion in CRITERIA}
