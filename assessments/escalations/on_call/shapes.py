"""The documents of a clinic's on-call plan and of who is on call."""

import datetime as dt
import re
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from assessments.escalations.on_call.services.ladder import WHO, latest_minutes
from assessments.escalations.on_call.services.now import Source
from assessments.escalations.on_call.services.plan import HOLIDAY, WEEKDAYS
from assessments.protocol.urgencies import MEANINGS
from backend.platform.api.fields import (
    ListField,
    OffsetDateTimeField,
    StrictSerializer,
    TextField,
    WholeNumberField,
    WordField,
    this_century,
)
from clinics.api.clinicians import MemberSerializer

CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_MOST_MINUTES = max(map(latest_minutes, MEANINGS))


@extend_schema_field({"type": "string", "pattern": CLOCK})
class ClockTimeField(serializers.TimeField):
    """HH:MM by the clinic's clocks."""

    default_error_messages = {"invalid": "Must be a time of day, HH:MM."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)

    def to_internal_value(self, value: Any) -> dt.time:
        """Take HH:MM only."""
        if not isinstance(value, str) or not re.fullmatch(CLOCK, value):
            self.fail("invalid")
        return super().to_internal_value(value)


@extend_schema_serializer(component_name="OnCallShift")
class ShiftSerializer(StrictSerializer):
    """A member's turn that comes back, by the clinic's clocks."""

    member = serializers.UUIDField(help_text="A clinician with an e-mail address.")
    days = ListField(
        child=WordField("OnCallDay", (*WEEKDAYS, HOLIDAY)),
        allow_empty=False,
        max_length=len(WEEKDAYS) + 1,
        help_text="On which days it begins; a turn of a holiday goes before those of weekdays.",
    )
    starts_at = ClockTimeField()
    ends_at = ClockTimeField(help_text="On the next day when it isn't after starts_at.")
    valid_from = serializers.DateField(validators=[this_century], help_text="The first day it may begin.")
    valid_until = serializers.DateField(
        validators=[this_century], allow_null=True, default=None, help_text="The last one; null for no end."
    )
    every_weeks = WholeNumberField(
        default=1, min_value=1, max_value=52, help_text="1 for each week, counted from that of valid_from."
    )


@extend_schema_serializer(component_name="OnCallCover")
class CoverSerializer(StrictSerializer):
    """A member stands in for whoever would be on call, once."""

    member = serializers.UUIDField(help_text="A clinician with an e-mail address.")
    starts_at = OffsetDateTimeField(validators=[this_century])
    ends_at = OffsetDateTimeField(validators=[this_century])


@extend_schema_serializer(component_name="ClinicHolidays")
class HolidaysSerializer(StrictSerializer):
    """Days on which the clinic doesn't work: no deadline counts them, and holiday shifts begin on them."""

    country = TextField(max_length=3, allow_null=True, help_text="ISO 3166-1, two letters: GB.")
    subdivision = TextField(max_length=40, allow_null=True, default=None, help_text="ISO 3166-2: ENG.")
    closed_days = ListField(
        child=serializers.DateField(validators=[this_century]),
        max_length=400,
        help_text="The clinic's own, besides the country's public holidays.",
    )


@extend_schema_serializer(component_name="LadderStep")
class StepSerializer(StrictSerializer):
    """From then on these people are told as well as everybody told before."""

    after_minutes = WholeNumberField(min_value=0, max_value=_MOST_MINUTES)
    who = ListField(child=WordField("LadderWho", WHO), max_length=len(WHO))
    members = ListField(child=serializers.UUIDField(), max_length=50, default=list)


@extend_schema_serializer(component_name="Ladder")
class LadderSerializer(StrictSerializer):
    """Who is told when, until somebody acknowledges."""

    steps = ListField(child=StepSerializer(), allow_empty=False, max_length=10)
    repeat_minutes = WholeNumberField(min_value=1, max_value=_MOST_MINUTES)


@extend_schema_serializer(component_name="Ladders")
class LaddersSerializer(StrictSerializer):
    """One for each urgency; one left out is the default."""

    emergency_now = LadderSerializer(required=False)
    complete_screen_now = LadderSerializer(required=False)
    same_day = LadderSerializer(required=False)
    within_2_weeks = LadderSerializer(required=False)
    routine = LadderSerializer(required=False)


@extend_schema_serializer(component_name="QuietHours")
class QuietHoursSerializer(StrictSerializer):
    """When messages that can wait do: neither emergencies nor incomplete screens ever wait."""

    starts_at = ClockTimeField()
    ends_at = ClockTimeField(help_text="On the next day when it is before starts_at.")


@extend_schema_serializer(component_name="OnCallPlan")
class PlanSerializer(StrictSerializer):
    """Who is told about an escalation, and when. Without shifts the pathway's `on_call` is on call always."""

    shifts = ListField(child=ShiftSerializer(), max_length=50)
    covers = ListField(child=CoverSerializer(), max_length=100)
    holidays = HolidaysSerializer()
    ladders = LaddersSerializer()
    quiet_hours = QuietHoursSerializer(allow_null=True)


class OnCallQuery(serializers.Serializer[Any]):
    """The query string of who is on call."""

    at = OffsetDateTimeField(required=False, validators=[this_century], help_text="Now when left out.")


class _OnCall(serializers.Serializer[Any]):
    """Who is told in place of whom."""

    members = MemberSerializer(many=True, help_text="Those who are told; nobody when only the operator is.")
    source = WordField(  # type: ignore[assignment]  # a field, not the attribute of that name
        "OnCallSource", Source, help_text="`rota`; in a gap `lead`, else `anyone`, else `operator`."
    )
    unreachable = serializers.ListField(
        child=serializers.UUIDField(), help_text="Members whose turn it is and whom no message reaches."
    )


@extend_schema_serializer(component_name="OnCallGap")
class GapSerializer(_OnCall):
    """A time for which the rota has nobody, or somebody who can't be reached."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


@extend_schema_serializer(component_name="OnCallNow")
class OnCallNowSerializer(_OnCall):
    """Who is on call at a moment, and where the next fortnight has gaps."""

    at = serializers.DateTimeField()
    next_change = serializers.DateTimeField(allow_null=True, help_text="Null: none in the next 14 days.")
    gaps = GapSerializer(many=True, help_text="In the next 14 days.")
