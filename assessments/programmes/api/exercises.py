"""What was done of a programme's exercises, and how that stands against their doses."""

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.programmes.api.base import ProgrammeView
from assessments.programmes.documents import adherence_document, exercise_log_document
from assessments.programmes.services.exercises import FIGURES, Done, adherence_of, log_exercise
from assessments.protocol.programme import EXERCISES, Phase
from backend.platform.api.fields import Shape, StrictSerializer, WholeNumberField, WordField
from backend.platform.api.pagination import PagedList

EXERCISE_IDS = [exercise.id for exercise in EXERCISES]
#: What a day can hold of each figure.
MOST: dict[str, int] = {"sets": 50, "repetitions": 500, "seconds": 3600, "minutes": 600}


@extend_schema_serializer(component_name="ExerciseLog")
class ExerciseLogShape(Shape):
    """One exercise on one day; null is not known."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    patient = serializers.UUIDField()
    exercise = WordField("ExerciseId", EXERCISE_IDS)
    done_on = serializers.DateField()
    sets = serializers.IntegerField(allow_null=True)
    repetitions = serializers.IntegerField(allow_null=True)
    seconds = serializers.IntegerField(allow_null=True)
    minutes = serializers.IntegerField(allow_null=True)
    pain_nrs = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="ExerciseKept")
class KeptShape(Shape):
    """One exercise in one week."""

    exercise = WordField("ExerciseId", EXERCISE_IDS)
    name = serializers.CharField()
    dose = serializers.CharField()
    days_asked = serializers.IntegerField(allow_null=True, help_text="Null: it is done as needed.")
    days_done = serializers.IntegerField()
    days_full = serializers.IntegerField(help_text="Every figure of the dose is known and reached.")
    days_too_painful = serializers.IntegerField(help_text="More than 5 of 10 during it: it is stopped then.")


@extend_schema_serializer(component_name="AdherenceWeek")
class KeptWeekShape(Shape):
    """A week of seven dates, by the phase it began in."""

    week = serializers.IntegerField(min_value=1)
    starts_on = serializers.DateField()
    phase = WordField("Phase", Phase)
    share_percent = serializers.IntegerField(
        allow_null=True, help_text="Of the days asked for; null when nothing is asked."
    )
    exercises = KeptShape(many=True)


@extend_schema_serializer(component_name="Adherence")
class AdherenceShape(Shape):
    """The weeks since the release; the last one is running."""

    id = serializers.UUIDField(help_text="The programme's.")
    patient = serializers.UUIDField()
    weeks = KeptWeekShape(many=True)


@extend_schema_serializer(component_name="ExerciseLog")
class ExerciseLogBody(StrictSerializer):
    """What was done; figures that aren't known are left out."""

    exercise = WordField("ExerciseId", EXERCISE_IDS)
    done_on = serializers.DateField()
    sets = WholeNumberField(required=False, allow_null=True, min_value=0, max_value=MOST["sets"])
    repetitions = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=MOST["repetitions"]
    )
    seconds = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=MOST["seconds"], help_text="In each set."
    )
    minutes = WholeNumberField(required=False, allow_null=True, min_value=0, max_value=MOST["minutes"])
    pain_nrs = WholeNumberField(
        required=False, allow_null=True, min_value=0, max_value=10, help_text="The worst during it."
    )


class ExerciseLogsView(PagedList, ProgrammeView):
    """What was done of the exercises."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"PUT": ("conflict",)}

    @extend_schema(
        operation_id="listExerciseLogs",
        summary="List what was done of a programme's exercises, the least recently changed first",
        responses=ExerciseLogShape(many=True),
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """One entry for an exercise and a day."""
        programme = get_object_or_404(self.clinic.programmes, id=programme_id)
        rows = programme.exercise_logs.select_related("programme")
        return self.page(rows, self.read_query(), exercise_log_document)

    @extend_schema(
        operation_id="logExercise",
        summary="Log what was done of an exercise on a day",
        request=ExerciseLogBody,
        responses={200: ExerciseLogShape, 201: ExerciseLogShape},
    )
    def put(self, request: Request, programme_id: uuid.UUID) -> Response:
        """Said again for the same exercise and day, it replaces what was said before."""
        body = ExerciseLogBody(data=request.data)
        body.is_valid(raise_exception=True)
        log, new = log_exercise(
            clinic=self.clinic, programme_id=programme_id, done=_done(body.validated_data), now=timezone.now()
        )
        return self.represent(exercise_log_document(log), status=201 if new else 200)


def _done(given: dict[str, Any]) -> Done:
    figures = {name: given.get(name) for name in (*FIGURES, "pain_nrs")}
    return Done(given["exercise"], given["done_on"], figures)


class AdherenceView(ProgrammeView):
    """How the exercises were kept."""

    @extend_schema(
        operation_id="getAdherence",
        summary="Read how a programme's exercises were kept, week by week",
        responses=AdherenceShape,
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Days done against the days that each dose asks for."""
        programme = self.found(programme_id)
        return Response(adherence_document(programme, adherence_of(programme, now=timezone.now())))
