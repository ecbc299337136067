"""The caller's own clinic: its people and its emergency pathway."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.fields import StrictSerializer, TextField, TrueOrFalseField
from clinics.api.clinicians import MemberSerializer
from clinics.api.views import ClinicAPIView
from clinics.identity.clinicians import working_members
from clinics.identity.models import Clinic
from clinics.practice.services import set_emergency_pathway


@extend_schema_serializer(component_name="EmergencyPathway")
class PathwaySerializer(StrictSerializer):
    """Where an emergency goes. Nothing is recorded until number, destination and on-call are set, and
    whether the clinic takes pregnant runners is answered; then it names where they go in an emergency.
    """

    emergency_number = TextField(required=False, max_length=40, help_text="For an ambulance: 999, 112.")
    emergency_destination = TextField(required=False, max_length=200, help_text="Department and hospital.")
    takes_pregnant_runners = TrueOrFalseField(
        required=False,
        allow_null=True,
        help_text="Null only before it was ever answered. True needs the maternity number and destination.",
    )
    maternity_emergency_number = TextField(
        required=False,
        allow_blank=True,
        max_length=40,
        help_text="To ring for a warning sign in pregnancy; said first then, before the emergency number.",
    )
    maternity_destination = TextField(
        required=False, allow_blank=True, max_length=200, help_text="Maternity unit and hospital."
    )
    on_call = serializers.UUIDField(
        required=False,
        source="on_call_id",
        help_text="The member who receives escalations; null only before it was ever set.",
    )
    lead = serializers.UUIDField(
        required=False,
        allow_null=True,
        source="lead_id",
        help_text="The member told when the on-call clinician doesn't answer.",
    )
    missing = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        source="missing_from_pathway",
        help_text="The settings that are still needed.",
    )
    open = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        source="open_in_pathway",
        help_text="The settings that the lead has yet to answer; recording goes on meanwhile.",
    )


MEMBER = MemberSerializer()


@extend_schema_field({"type": "string"})
class ClockField(serializers.TimeField):
    """A time by a place's clocks; JSON Schema's ``time`` demands an offset, and that changes by season."""


@extend_schema_serializer(component_name="Clinic")
class ClinicSerializer(StrictSerializer):
    """The tenant."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    time_zone = serializers.CharField(read_only=True, help_text="A name of the IANA database.")
    working_day_ends_at = ClockField(read_only=True, help_text="HH:MM:SS on the clinic's clocks.")
    emergency_pathway = PathwaySerializer(source="*", required=False)
    require_one_time_codes = TrueOrFalseField(
        required=False, help_text="Whoever signs in to the dashboard must have set up an authenticator."
    )
    members = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    @extend_schema_field(MemberSerializer(many=True))
    def get_members(self, clinic: Clinic) -> list[dict[str, Any]]:
        """Those who work here now."""
        return [dict(MEMBER.to_representation(row)) for row in working_members(clinic).order_by("id")]


CLINIC = ClinicSerializer()
CHANGES = ClinicSerializer(partial=True)


def clinic_document(clinic: Clinic) -> dict[str, Any]:
    """The clinic as every answer shows it; its members by name."""
    return dict(CLINIC.to_representation(clinic))


class ClinicView(Conditional, ClinicAPIView):
    """The clinic of the token."""

    resource = "clinic"
    needs_if_match = frozenset({"PATCH"})

    @extend_schema(operation_id="getClinic", summary="Read the clinic's settings", responses=ClinicSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Time zone, emergency pathway and members."""
        return self.represent(clinic_document(self.clinic))

    @extend_schema(
        operation_id="updateClinic",
        summary="Set the emergency pathway, or require one-time codes",
        request=ClinicSerializer,
        responses=ClinicSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Settings left out stay as they are. Whoever is named must be a clinician with an e-mail address."""
        clinic = Clinic.objects.select_for_update().get(pk=self.clinic.pk)
        check_if_match(request, clinic_document(clinic))
        changes = CHANGES.run_validation(request.data)
        set_emergency_pathway(clinic=clinic, changes=changes)
        return self.represent(clinic_document(clinic))
