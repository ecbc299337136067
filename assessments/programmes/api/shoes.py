"""A runner's shoes: registered, named by runs, worn down and retired."""

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.programmes.documents import shoe_document
from assessments.programmes.models import Shoe
from assessments.programmes.services.shoes import register_shoe, with_distance
from assessments.programmes.shapes.programmes import DistanceBody, DistanceShape
from assessments.protocol.programme import ShoeAdvice, ShoeSign
from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.fields import (
    NumberField,
    Shape,
    StrictSerializer,
    TextField,
    TrueOrFalseField,
    WordField,
)
from backend.platform.api.pagination import PagedList
from clinics.api.views import ClinicAPIView


@extend_schema_serializer(component_name="ShoeLimit")
class LimitShape(Shape):
    """A threshold with its sources; inclusive."""

    advice = WordField("ShoeAdvice", ShoeAdvice)
    sign = WordField("ShoeSign", ShoeSign)
    distance = DistanceShape(allow_null=True)
    months = serializers.IntegerField(allow_null=True)
    statement = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="Shoe")
class ShoeShape(Shape):
    """A pair with what its runs add up to, and what that advises. Shoes are never a cause on their own."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    name = serializers.CharField()
    started_on = serializers.DateField()
    worn = serializers.BooleanField()
    retired_on = serializers.DateField(allow_null=True)
    distance_before = DistanceShape()
    distance = DistanceShape()
    runs = serializers.IntegerField(min_value=0)
    runs_without_distance = serializers.IntegerField(min_value=0)
    months = serializers.IntegerField(min_value=0)
    advice = WordField("ShoeAdvice", ShoeAdvice)
    reached = LimitShape(many=True)
    limits = LimitShape(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@extend_schema_serializer(component_name="ShoeDistanceGiven")
class ShoeDistanceBody(DistanceBody):
    """A distance of many runs."""

    value = NumberField(min_value=0, max_value=5000)


@extend_schema_serializer(component_name="Shoe")
class ShoeBody(StrictSerializer):
    """A pair as its runner calls it."""

    name = TextField(max_length=100)
    started_on = serializers.DateField()
    distance_before = ShoeDistanceBody(required=False, help_text="Run in it before its runs are logged here.")
    worn = TrueOrFalseField(required=False, help_text="Visibly worn, or it fits badly.")


@extend_schema_serializer(component_name="ShoeChange")
class ShoeChange(StrictSerializer):
    """What can change; fields left out stay as they are."""

    name = TextField(required=False, max_length=100)
    worn = TrueOrFalseField(required=False)
    retired_on = serializers.DateField(
        required=False, allow_null=True, help_text="No run after this date names it; null brings it back."
    )


class ShoesOfARunner(ClinicAPIView):
    """What the views of shoes share."""

    resource = "programmes"

    def document(self, shoe: Shoe) -> dict[str, Any]:
        """One pair, its age by the clinic's clocks."""
        return shoe_document(shoe, today=timezone.now().astimezone(self.clinic.zone).date())

    def found(self, **wanted: uuid.UUID) -> Shoe:
        """The pair. Raises ``Http404``."""
        return get_object_or_404(with_distance(self.clinic.shoes.filter(**wanted)))


class ShoesView(PagedList, ShoesOfARunner):
    """All shoes of a runner, and new ones."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("erased",)}

    @extend_schema(
        operation_id="listShoes",
        summary="List a runner's shoes, the least recently changed first",
        responses=ShoeShape(many=True),
    )
    def get(self, request: Request, patient_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Retired ones too."""
        patient = get_object_or_404(self.clinic.patients, id=patient_id)
        return self.page(with_distance(patient.shoes.all()), self.read_query(), self.document)

    @extend_schema(
        operation_id="registerShoe",
        summary="Register a runner's shoes",
        request=ShoeBody,
        responses={201: ShoeShape},
    )
    def post(self, request: Request, patient_id: uuid.UUID) -> Response:
        """Runs that name them add to their distance."""
        body = ShoeBody(data=request.data)
        body.is_valid(raise_exception=True)
        details = dict(body.validated_data)
        before = details.pop("distance_before", None)
        if before is not None:
            details["km_before"] = ShoeDistanceBody().to_km(before)
        shoe = register_shoe(clinic=self.clinic, patient_id=patient_id, details=details)
        return self.show_again(shoe.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The pair as it is now."""
        shoe = self.found(id=reference)
        where = reverse("shoe", args=[shoe.patient_id, shoe.id])
        headers = {"Location": self.request.build_absolute_uri(where)}
        return Response(self.document(shoe), status=201, headers=headers)


class ShoeView(Conditional, ShoesOfARunner):
    """One pair."""

    needs_if_match = frozenset({"PATCH"})

    @extend_schema(operation_id="getShoe", summary="Read a pair of shoes", responses=ShoeShape)
    def get(self, request: Request, patient_id: uuid.UUID, shoe_id: uuid.UUID) -> Response:  # noqa: ARG002
        """With its distance and what it advises."""
        return self.represent(self.document(self.found(id=shoe_id, patient_id=patient_id)))

    @extend_schema(
        operation_id="updateShoe",
        summary="Rename a pair of shoes, say that it is worn, or retire it",
        request=ShoeChange,
        responses=ShoeShape,
    )
    def patch(self, request: Request, patient_id: uuid.UUID, shoe_id: uuid.UUID) -> Response:
        """A pair that was retired takes no later run."""
        get_object_or_404(self.clinic.shoes.select_for_update(), id=shoe_id, patient_id=patient_id)
        shoe = self.found(id=shoe_id)
        check_if_match(request, self.document(shoe))
        body = ShoeChange(data=request.data)
        body.is_valid(raise_exception=True)
        for name, value in body.validated_data.items():
            setattr(shoe, name, value)
        shoe.save()
        return self.represent(self.document(self.found(id=shoe_id)))
