"""Refusals that several views of the clinic's own settings share."""

import datetime as dt

from backend.platform.api.problems import FieldProblem, Problem
from clinics.identity.allowances import AllowanceSpentError
from clinics.identity.permissions import BeyondOwnError


def beyond_own(pointer: str, exc: BeyondOwnError) -> Problem:
    """The 403 for granting, or touching, what the caller's own token doesn't hold."""
    detail = f"Your own token doesn't hold: {', '.join(exc.missing)}."
    return Problem("permission_denied", detail, errors=[FieldProblem(pointer, "exceeds_own", detail)])


def spent(exc: AllowanceSpentError, now: dt.datetime) -> Problem:
    """The 429 for what was done often enough for today."""
    detail = "That was done often enough for today."
    return Problem("throttled", detail, headers={"Retry-After": str(exc.wait(now))})
