"""A patient as JSON, and what a caller may say about one.

The instances at the end are shared by all requests: a serializer builds its fields once, and neither
``run_validation`` nor ``to_representation`` keeps anything of a request.
"""

import datetime as dt
from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.utils import timezone
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from backend.platform.api.fields import (
    EmailField,
    NumberField,
    StrictSerializer,
    TextField,
    TrueOrFalseField,
    WholeNumberField,
    WordField,
)
from backend.platform.api.queries import ListQuery, TextQueryField
from patients.models import ArchiveReason, HoldReason, Patient, SexAtBirth

EARLIEST_BIRTH = dt.date(1900, 1, 1)
#: Spaces around it are dropped before it is stored, and don't count.
PHONE = r"^\s*\+?[0-9][0-9 ().\-/]{1,37}[0-9().\-/]\s*$"


def not_in_the_future(date: dt.date) -> None:
    """Refuse a day that has begun nowhere on Earth."""
    if date > (timezone.now() + dt.timedelta(hours=14)).date():
        raise serializers.ValidationError("Lies in the future.", "in_the_future")


@extend_schema_serializer(component_name="Contact")
class ContactSerializer(StrictSerializer):
    """How to reach the patient."""

    email = EmailField(required=False, allow_null=True, max_length=254)
    phone = TextField(
        required=False,
        allow_null=True,
        max_length=40,
        validators=[RegexValidator(PHONE, "Digits, spaces and + ( ) . - / only.", "invalid")],
    )


@extend_schema_serializer(component_name="GoalEvent")
class GoalEventSerializer(StrictSerializer):
    """What the runner trains for. Its date never overrides a stop."""

    type = TextField(required=False, allow_null=True, max_length=100)
    date = serializers.DateField(required=False, allow_null=True)
    distance_km = NumberField(required=False, allow_null=True, min_value=0, max_value=1000)


@extend_schema_serializer(component_name="RunningProfile")
class RunningProfileSerializer(StrictSerializer):
    """How the patient runs; distances in kilometres."""

    usual_weekly_km = NumberField(required=False, allow_null=True, min_value=0, max_value=400)
    shoe_km = NumberField(required=False, allow_null=True, min_value=0, max_value=5000)
    shoe_age_months = WholeNumberField(required=False, allow_null=True, min_value=0, max_value=240)
    goal_event = GoalEventSerializer(required=False, allow_null=True)


@extend_schema_serializer(component_name="LegalHold")
class LegalHoldSerializer(StrictSerializer):
    """Why a record must not be erased, and how long."""

    reason = WordField("HoldReason", HoldReason)
    until = serializers.DateField(help_text="The last day of it, by the clinic's calendar.")


@extend_schema_serializer(component_name="Patient")
class PatientSerializer(StrictSerializer):
    """A runner of the clinic; archived, never deleted."""

    id = serializers.UUIDField(read_only=True)
    external_id = TextField(
        default=None,
        allow_null=True,
        max_length=100,
        help_text="Your own id of this person, unique in the clinic. It stands in URLs: let it be no name.",
    )
    given_name = TextField(max_length=100)
    family_name = TextField(max_length=100)
    birth_date = serializers.DateField(
        default=None,
        allow_null=True,
        validators=[MinValueValidator(EARLIEST_BIRTH, "Lies before 1900."), not_in_the_future],
        help_text="From 1900-01-01 on, not in the future.",
    )
    sex_at_birth = WordField("SexAtBirth", SexAtBirth, default=SexAtBirth.UNKNOWN.value)
    contact = ContactSerializer(default=dict)
    running_profile = RunningProfileSerializer(default=dict)
    archived = TrueOrFalseField(
        write_only=True,
        required=False,
        help_text="true archives the patient, which needs archive_reason and cancels what is pending about "
        "them; false takes them back; left out, it stays as it is.",
    )
    archive_reason = WordField(
        "ArchiveReason",
        ArchiveReason,
        required=False,
        allow_null=True,
        help_text="Why nobody works with the record any more; null while somebody may.",
    )
    archived_at = serializers.DateTimeField(read_only=True, allow_null=True)
    erased_at = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="Since then the names are a pseudonym, the rest is empty and nothing can be changed.",
    )
    legal_hold = LegalHoldSerializer(
        read_only=True, allow_null=True, help_text="While it lasts, the patient can't be erased."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


@extend_schema_serializer(component_name="PatientSearch")
class PatientSearchSerializer(StrictSerializer):
    """At least one; all that are given must apply."""

    family_name = TextField(required=False, max_length=100, help_text="Its beginning, in any case.")
    given_name = TextField(required=False, max_length=100, help_text="Its beginning, in any case.")
    birth_date = serializers.DateField(required=False)
    external_id = TextField(required=False, max_length=100, help_text="Exactly.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an empty search: it would be the list."""
        if not attrs:
            raise serializers.ValidationError("Name at least one thing to look for.", "required")
        return attrs


class PatientQuery(ListQuery):
    """The filters of the list of patients."""

    external_id = TextQueryField(
        required=False, max_length=100, help_text="Only the one with this id of yours."
    )
    archived = serializers.BooleanField(
        required=False, help_text="Only archived patients, or only the others."
    )


PATIENT = PatientSerializer()
PATIENT_CHANGES = PatientSerializer(partial=True)
LEGAL_HOLD = LegalHoldSerializer()
PATIENT_SEARCH = PatientSearchSerializer()


def patient_document(patient: Patient) -> dict[str, Any]:
    """A patient as every answer shows it."""
    document = dict(PATIENT.to_representation(patient))
    return {**document, "archive_reason": document["archive_reason"] or None}
