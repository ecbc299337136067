"""Who recorded something and who answers for a step, as a body names them and an answer shows them."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from backend.platform.api.fields import Shape, StrictSerializer, WordField, id_text
from clinics.api.views import ClinicAPIView
from clinics.identity.clinicians import (
    NamedClinician,
    name_clinician,
)
from clinics.identity.models import Membership, Role


def recorded_by(client: uuid.UUID | None, user: uuid.UUID | None) -> dict[str, str | None]:
    """The credential behind something."""
    return {"client": id_text(client), "user": id_text(user)}


def member_document(member: Membership | None) -> dict[str, str] | None:
    """A person of the clinic by id and name."""
    return {"id": str(member.id), "name": member.shown_name} if member else None


class OnBehalf(StrictSerializer):
    """Who answers for the step. A person's token speaks for that person; software names a member."""

    on_behalf_of = serializers.UUIDField(
        required=False,
        help_text="The member who answers for it; without it the one the client is registered to act for.",
    )


def named_clinician(view: ClinicAPIView, body: dict[str, Any]) -> NamedClinician:
    """The clinician who answers for a step; raises ``Invalid`` when there is none."""
    return name_clinician(
        clinic=view.clinic, actor=view.principal.actor, on_behalf_of=body.get("on_behalf_of")
    )


@extend_schema_serializer(component_name="RecordedBy")
class RecordedByShape(Shape):
    """The credential that recorded it."""

    client = serializers.UUIDField(allow_null=True)
    user = serializers.UUIDField(allow_null=True)


@extend_schema_serializer(component_name="MemberName")
class MemberShape(Shape):
    """A person of the clinic."""

    id = serializers.UUIDField()
    name = serializers.CharField()


@extend_schema_serializer(component_name="Member")
class MemberSerializer(serializers.Serializer[Membership]):
    """A person of the clinic."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True, source="shown_name")
    role = WordField("Role", Role, read_only=True)
