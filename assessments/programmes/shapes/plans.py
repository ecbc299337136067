"""The shapes of what a plan says: phases, stages, advice, causes and exercises, each with its reason."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from assessments.protocol.programme import Lever, Phase
from assessments.protocol.vocabulary import Decision, PlanRelease
from backend.platform.api.fields import Shape, WordField


@extend_schema_serializer(component_name="PlanReason")
class BecauseShape(Shape):
    """Why an element is in the plan: in words, with the answers that put it there and its sources."""

    statement = serializers.CharField()
    answers = serializers.DictField()
    sources = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="PlanPhase")
class PhaseShape(Shape):
    """A phase, what it holds, and the gate that leads out of it."""

    phase = WordField("Phase", Phase)
    title = serializers.CharField()
    content = serializers.ListField(child=serializers.CharField())
    gate = serializers.CharField()
    runs = serializers.BooleanField()
    sources = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="WalkRunStage")
class StageShape(Shape):
    """A row of the walk-run table."""

    stage = serializers.IntegerField(min_value=0, max_value=8)
    session = serializers.CharField()
    repetitions = serializers.IntegerField()
    run_minutes = serializers.FloatField()
    walk_minutes = serializers.FloatField()
    running_minutes = serializers.FloatField()
    minutes = serializers.FloatField(help_text="Of the whole session without its warm-up.")


@extend_schema_serializer(component_name="PlanStart")
class StartShape(Shape):
    """Where the runner enters."""

    phase = PhaseShape()
    stage = StageShape(allow_null=True)
    share_percent = serializers.IntegerField(allow_null=True)
    run_km = serializers.FloatField(allow_null=True)
    pause_until_settled = serializers.BooleanField()
    clear_days = serializers.IntegerField()


@extend_schema_serializer(component_name="PlanAdvice")
class AdviceShape(Shape):
    """One line of what to do."""

    text = serializers.CharField()
    because = BecauseShape()


@extend_schema_serializer(component_name="PlanChange")
class ChangeShape(AdviceShape):
    """One lever of the next test run."""

    lever = WordField("Lever", Lever)


@extend_schema_serializer(component_name="PlanCause")
class CauseShape(Shape):
    """A cause that the answers point at, and what is done about it."""

    id = serializers.CharField()
    title = serializers.CharField()
    running = serializers.CharField(allow_blank=True)
    habit = serializers.CharField(allow_blank=True)
    levers = serializers.ListField(child=WordField("Lever", Lever))
    exercises = serializers.ListField(child=serializers.CharField())
    sources = serializers.ListField(child=serializers.CharField())
    because = BecauseShape()


@extend_schema_serializer(component_name="ExerciseAmount")
class AmountShape(Shape):
    """A dose in figures: days of a week, and the least of a day; null is left open."""

    days_min = serializers.IntegerField(min_value=0, max_value=7, help_text="0: as needed.")
    days_max = serializers.IntegerField(min_value=0, max_value=7)
    before_runs = serializers.BooleanField(help_text="On each day of a run instead.")
    sets = serializers.IntegerField(allow_null=True)
    repetitions = serializers.IntegerField(allow_null=True, help_text="On each side where there are two.")
    seconds = serializers.IntegerField(allow_null=True, help_text="Held, in each set.")
    minutes = serializers.IntegerField(allow_null=True)


@extend_schema_serializer(component_name="PlanExercise")
class ExerciseShape(Shape):
    """An exercise with its dose, and why it is in the plan."""

    id = serializers.CharField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    dose = serializers.CharField()
    amount = AmountShape()
    phases = serializers.ListField(child=WordField("Phase", Phase))
    harder = serializers.CharField(allow_blank=True)
    easier = serializers.CharField(allow_blank=True)
    stop = serializers.CharField()
    equipment = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())
    because = BecauseShape()


@extend_schema_serializer(component_name="PlanLeftOut")
class LeftOutShape(Shape):
    """An exercise that isn't in the plan, and why."""

    id = serializers.CharField()
    name = serializers.CharField()
    because = BecauseShape()


@extend_schema_serializer(component_name="Plan")
class PlanShape(Shape):
    """What a programme says. Without ``start`` there is no plan; ``advice`` is what is released instead."""

    protocol_version = serializers.CharField()
    decision = WordField("Decision", Decision)
    plan_release = WordField("PlanRelease", PlanRelease)
    safety_net = serializers.CharField()
    why = serializers.ListField(child=serializers.CharField(), help_text="Ids of the criteria met.")
    start = StartShape(allow_null=True)
    clearance_needed = serializers.BooleanField()
    stop_a_run = serializers.CharField(allow_null=True)
    walk_run_conditions = serializers.CharField()
    advice = AdviceShape(many=True)
    changes = ChangeShape(many=True)
    causes = CauseShape(many=True)
    exercises = ExerciseShape(many=True, help_text="Of the phase in which it starts.")
    later = ExerciseShape(many=True, help_text="Exercises that come with a later phase.")
    left_out = LeftOutShape(many=True)
    not_assessed = serializers.ListField(child=serializers.CharField())
    provisional = serializers.BooleanField()


@extend_schema_serializer(component_name="AssessmentPlan")
class AssessmentPlanShape(PlanShape):
    """The plan of one assessment."""

    id = serializers.UUIDField(help_text="The assessment's.")
    patient = serializers.UUIDField()
