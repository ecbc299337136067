"""The shapes of what is said and sent about programmes."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from assessments.programmes.documents import KM_PER_MILE
from assessments.programmes.models import Programme, ProgrammeEvent, RunLog
from assessments.programmes.services import session
from assessments.programmes.services.run_permission import Permission
from assessments.programmes.shapes.plans import PlanShape, StageShape
from assessments.protocol.programme import Basis, Lever, Phase, Reaction, Status
from assessments.protocol.vocabulary import (
    AdjustLevel,
    RunStatus,
)
from backend.platform.api.fields import (
    ListField,
    NumberField,
    OffsetDateTimeField,
    Shape,
    StrictSerializer,
    WholeNumberField,
    WordField,
)
from backend.platform.api.queries import ListQuery
from clinics.api.clinicians import MemberShape, OnBehalf

BLOCKS = [
    session.NOT_RELEASED,
    session.NOT_ACTIVE,
    session.NO_RUNNING_PHASE,
    session.SETTLE_FIRST,
    session.NOT_YET,
    session.CHECK_UNANSWERED,
]


@extend_schema_serializer(component_name="Distance")
class DistanceShape(Shape):
    """One distance in both units."""

    km = serializers.FloatField()
    mi = serializers.FloatField()


class StandingShape(Shape):
    """Where a runner stands."""

    phase = WordField("Phase", Phase)
    stage = serializers.IntegerField(min_value=0, max_value=8, help_text="Counts in P2.")
    share_percent = serializers.IntegerField(help_text="Of the usual distance; counts in P3.")
    status = WordField("ProgrammeStatus", Status)


@extend_schema_serializer(component_name="Programme")
class ProgrammeShape(StandingShape):
    """A programme and where the runner stands in it."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    assessment = serializers.UUIDField()
    takes_the_place_of = serializers.UUIDField(
        allow_null=True,
        help_text="The one that ended when this was drafted, as when pain returned.",
    )
    state = WordField("ProgrammeState", Programme.State)
    greens_in_a_row = serializers.IntegerField(min_value=0)
    ambers_in_a_row = serializers.IntegerField(min_value=0)
    settle_first = serializers.BooleanField(
        help_text="No run before the pain has been at its usual level for 24 hours."
    )
    next_run_from = serializers.DateTimeField(allow_null=True)
    permitted_until = serializers.DateTimeField(
        allow_null=True, help_text="The permission to run lapses then by itself."
    )
    review_by = serializers.DateTimeField(allow_null=True)
    usual_run = DistanceShape(allow_null=True)
    clearance_needed = serializers.BooleanField()
    cleared_at = serializers.DateTimeField(allow_null=True)
    cleared_by = MemberShape(allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = MemberShape(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    exercises_now = serializers.ListField(
        child=serializers.CharField(), help_text="Ids of the plan's exercises that apply in the phase."
    )
    plan = PlanShape()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="LoadCap")
class CapShape(Shape):
    """A limit with its reason; a unit is null where what it rests on isn't known, a run's never both."""

    distance = DistanceShape(allow_null=True)
    minutes = serializers.FloatField(allow_null=True, help_text="Of running.")
    basis = WordField("CapBasis", Basis, allow_null=True)
    reason = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="ProgrammeSession")
class SessionShape(Shape):
    """The next session; ``permitted`` holds for the moment ``at``."""

    id = serializers.UUIDField(help_text="The programme's.")
    patient = serializers.UUIDField()
    today = serializers.CharField(help_text="The session in one line, or why there is no run.")
    session = serializers.CharField()
    stage = StageShape(allow_null=True)
    distance = DistanceShape(allow_null=True)
    minutes = serializers.FloatField(allow_null=True, help_text="Of running, after the walk-run table.")
    share_percent = serializers.IntegerField(
        allow_null=True, help_text="Of the usual distance, in a week that isn't a lighter one."
    )
    cap = CapShape(allow_null=True)
    after_a_gap = serializers.BooleanField(
        help_text="Two weeks have passed without a run: it starts further back."
    )
    conditions = serializers.CharField()
    stop_if = serializers.CharField()
    permitted = serializers.BooleanField()
    blocked_by = WordField("RunBlock", BLOCKS, allow_null=True)
    next_run_from = serializers.DateTimeField(allow_null=True)
    at = serializers.DateTimeField()


@extend_schema_serializer(component_name="PlannedRun")
class PlannedRunShape(Shape):
    """The session as it stood when the run ended."""

    session = serializers.CharField()
    stage = serializers.IntegerField(allow_null=True, min_value=0, max_value=8)
    distance = DistanceShape(allow_null=True)
    minutes = serializers.FloatField(allow_null=True)
    running_minutes = serializers.FloatField(allow_null=True)
    changed = serializers.ListField(child=WordField("Lever", Lever))


@extend_schema_serializer(component_name="Run")
class RunShape(Shape):
    """A run, planned against done; ``follow_up`` is its 24-hour check."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    patient = serializers.UUIDField()
    ended_at = serializers.DateTimeField()
    planned = PlannedRunShape()
    distance = DistanceShape(allow_null=True)
    minutes = serializers.FloatField(allow_null=True)
    running_minutes = serializers.FloatField(allow_null=True)
    stage = serializers.IntegerField(allow_null=True, min_value=0, max_value=8)
    surface = WordField("Surface", RunLog.Surface, allow_null=True)
    speed = WordField("Speed", RunLog.Speed, allow_null=True)
    changed = serializers.ListField(child=WordField("Lever", Lever))
    shoe = serializers.UUIDField(allow_null=True)
    more_than_planned = serializers.ListField(
        child=WordField("RunFigure", ["distance", "minutes", "running_minutes", "stage"]),
        help_text="What was more than the session, of what is known of both.",
    )
    as_permitted = serializers.BooleanField(help_text="False: no run was permitted at the time.")
    follow_up = serializers.UUIDField()
    created_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="ProgrammeEvent")
class EventShape(StandingShape):
    """What moved a programme, and where it stood afterwards."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    kind = WordField("ProgrammeEventKind", ProgrammeEvent.Kind)
    at = serializers.DateTimeField()
    by = MemberShape(allow_null=True)
    reason = WordField("ProgrammeReason", ProgrammeEvent.Reason, allow_null=True)
    reaction = WordField("Reaction", Reaction, allow_null=True)
    criteria = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="LoadWeek")
class WeekShape(Shape):
    """One week against its cap; null where it rests on something unknown."""

    week = serializers.IntegerField(min_value=1)
    starts_at = serializers.DateTimeField()
    runs = serializers.IntegerField(min_value=0)
    runs_allowed = serializers.IntegerField(min_value=1, help_text="That a week after the table may hold.")
    distance = DistanceShape(allow_null=True)
    minutes = serializers.FloatField(allow_null=True, help_text="Of running.")
    cap = CapShape()
    within = serializers.BooleanField(allow_null=True)


@extend_schema_serializer(component_name="ProgrammeLoad")
class LoadShape(Shape):
    """The weeks since the release."""

    id = serializers.UUIDField(help_text="The programme's.")
    patient = serializers.UUIDField()
    weeks = WeekShape(many=True)


class ProgrammeQuery(ListQuery):
    """Filters of the list."""

    patient = serializers.UUIDField(required=False)
    state = WordField("ProgrammeState", Programme.State, required=False, help_text="Only in this state.")


@extend_schema_serializer(component_name="Programme")
class DraftBody(OnBehalf):
    """The assessment whose decision the programme carries out."""

    assessment = serializers.UUIDField()


@extend_schema_serializer(component_name="ProgrammeStep")
class StepBody(OnBehalf):
    """Why a clinician moves it; a code, no words."""

    reason = WordField("ProgrammeReason", ProgrammeEvent.Reason)


@extend_schema_serializer(component_name="CalmDay")
class CalmDayBody(OnBehalf):
    """The pain of today."""

    usual_nrs = WholeNumberField(min_value=0, max_value=10)
    walking_nrs = WholeNumberField(min_value=0, max_value=10)


@extend_schema_serializer(component_name="BriskWalk")
class BriskWalkBody(OnBehalf):
    """A brisk walk: its minutes, points of pain more during it, points more the next day."""

    minutes = NumberField(min_value=0, max_value=600)
    rise_during = WholeNumberField(min_value=0, max_value=10)
    rise_next_day = WholeNumberField(min_value=0, max_value=10)


@extend_schema_serializer(component_name="DistanceGiven")
class DistanceBody(StrictSerializer):
    """A distance in the unit it was measured in."""

    value = NumberField(min_value=0, max_value=250)
    unit = WordField("DistanceUnit", ["km", "mi"])

    def to_km(self, given: dict[str, Any]) -> float:
        """The distance in km."""
        return float(given["value"]) * (KM_PER_MILE if given["unit"] == "mi" else 1)


@extend_schema_serializer(component_name="Run")
class RunBody(OnBehalf):
    """What was run."""

    ended_at = OffsetDateTimeField()
    distance = DistanceBody(required=False, allow_null=True)
    minutes = NumberField(required=False, allow_null=True, min_value=0, max_value=1440)
    running_minutes = NumberField(
        required=False, allow_null=True, min_value=0, max_value=1440, help_text="Without walks."
    )
    stage = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=8, help_text="Of the walk-run table, as run."
    )
    surface = WordField("Surface", RunLog.Surface, required=False, allow_null=True)
    speed = WordField("Speed", RunLog.Speed, required=False, allow_null=True)
    changed = ListField(child=WordField("Lever", Lever), required=False, max_length=6)
    shoe = serializers.UUIDField(required=False, allow_null=True, help_text="The runner's, by its id.")


@extend_schema_serializer(component_name="RunPermission")
class RunPermissionShape(Shape):
    """Whether the permission to run still holds. Only `holds` permits a run.

    `lapsed`: the 24-hour check wasn't answered in time, or none is pending. `referral_open`: a referral of
    this patient has no outcome yet, or got it after this assessment. `replaced`: another assessment decides.
    """

    state = WordField("RunPermissionState", Permission)
    assessment = serializers.UUIDField(allow_null=True, help_text="On which it rests.")
    run_status = WordField("RunStatus", RunStatus, allow_null=True)
    adjust_level = WordField(
        "AdjustLevel",
        AdjustLevel,
        allow_null=True,
        help_text="How much is adjusted, once the gate is passed.",
    )
    lapses_at = serializers.DateTimeField(allow_null=True, help_text="Without an answered check.")
