"""The X-Access-Purpose header: why the caller reads, in its own words, for the access log."""

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from backend.api.fields import TextField
from backend.api.problems import FieldProblem, Problem

PURPOSE_HEADER = "X-Access-Purpose"
#: What the document promises to take: visible ASCII, because a header knows no other characters for certain.
PURPOSE_PATTERN = r"^[!-~]([ -~]{0,198}[!-~])?$"

_PURPOSE = TextField(max_length=200)
_WRONG = FieldProblem(f"/{PURPOSE_HEADER}", "malformed", "One line of 1 to 200 characters.")


def read_purpose(request: Request) -> str:
    """Why the caller reads, empty when it doesn't say. Raises ``Problem`` (422) for more than a line."""
    purpose = request.headers.get(PURPOSE_HEADER)
    if purpose is None:
        return ""
    try:
        return str(_PURPOSE.run_validation(purpose))
    except ValidationError:
        raise Problem("invalid", errors=[_WRONG]) from None
