"""Refusals that several views of the clinic's own settings share."""

from backend.api.problems import FieldProblem, Problem
from clinics.services.authority import BeyondOwnError


def beyond_own(pointer: str, exc: BeyondOwnError) -> Problem:
    """The 403 for granting, or touching, what the caller's own token doesn't hold."""
    detail = f"Your own token doesn't hold: {', '.join(exc.missing)}."
    return Problem("permission_denied", detail, errors=[FieldProblem(pointer, "exceeds_own", detail)])
