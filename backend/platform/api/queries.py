"""The query string of a list: typed, documented and refused when it says something unknown."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from backend.platform.api.fields import UNKNOWN_FIELD, OffsetDateTimeField, TextField

PAGE_SIZE = 50
MAX_PAGE_SIZE = 100


class ListQuery(serializers.Serializer[Any]):
    """What every list understands; a list with filters of its own adds them in a subclass.

    Query strings are text, so REST framework's reading of numbers and booleans is right here.
    """

    cursor = serializers.CharField(
        required=False,
        max_length=500,
        help_text="Where to go on: taken from `next` or `previous`, not made up.",
    )
    page_size = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_PAGE_SIZE,
        default=PAGE_SIZE,
        help_text="Entries on a page.",
    )
    updated_since = OffsetDateTimeField(
        required=False,
        help_text=(
            "Only what changed at or after this time. A change is timed when it is made and seen when it is "
            "committed: ask again from a minute before the last one you saw."
        ),
    )


class NoQuery(serializers.Serializer[Any]):
    """For operations that take no query string."""


class TextQueryField(TextField):
    """A text filter: compared exactly, so nothing of it is dropped."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)


def read_query(query_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Validate the query string; every problem is named as ``/parameter``.

    Raises ``ValidationError`` for unknown parameters too: a misspelt filter that is ignored answers with
    everybody.
    """
    query = query_class(data=request.query_params.dict())
    problems: dict[str, Any] = {} if query.is_valid() else dict(query.errors)
    for name, values in request.query_params.lists():
        if name not in query.fields:
            problems[name] = [serializers.ErrorDetail(UNKNOWN_FIELD, "unknown_parameter")]
        elif len(values) > 1:
            problems[name] = [serializers.ErrorDetail("Must be given once.", "repeated")]
    if problems:
        raise serializers.ValidationError(problems)
    validated: dict[str, Any] = query.validated_data
    return validated
