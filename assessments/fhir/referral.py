"""Escalations as what they ask of others: a referral, and a warning for each of their reasons."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.documents import OVERRIDDEN
from assessments.fhir.codes import REFERRAL, codes_of
from assessments.models import Escalation, Flag
from assessments.protocol.vocabulary import Urgency
from backend.api.fhir.elements import Resource, coding, concept, instant, period, reference, resource
from backend.api.fhir.search import Search
from clinics.fhir import FhirSearch, FhirView
from clinics.models import Clinic

State = Escalation.State
OPEN = (State.OPEN, State.ACKNOWLEDGED)

#: FHIR's priority of each urgency that is a referral; completing the screen is none.
PRIORITIES = {
    Urgency.EMERGENCY_NOW: "stat",
    Urgency.SAME_DAY: "asap",
    Urgency.WITHIN_2_WEEKS: "urgent",
    Urgency.ROUTINE: "routine",
}
#: FHIR's priority of the work itself, which completing a screen is as well.
TASK_PRIORITIES = {**PRIORITIES, Urgency.COMPLETE_SCREEN_NOW: "asap"}
_REQUESTS = {
    Urgency.EMERGENCY_NOW: "Emergency assessment now",
    Urgency.SAME_DAY: "Medical assessment on the same day",
    Urgency.WITHIN_2_WEEKS: "Medical assessment within two weeks",
    Urgency.ROUTINE: "Routine medical assessment",
}
_STATUSES = {
    State.OPEN: "active",
    State.ACKNOWLEDGED: "active",
    State.RESOLVED: "completed",
    State.SUPERSEDED: "revoked",
}
_SAFETY = {
    "system": "http://terminology.hl7.org/CodeSystem/flag-category",
    "code": "safety",
    "display": "Safety",
}


def reasons(escalation: Escalation) -> list[dict[str, str]]:
    """The criteria that raised the urgency; above what the protocol said, a clinician's decision."""
    met = [
        {"id": one["id"], "title": one["title"]}
        for one in escalation.assessment.evaluation["criteria_met"]
        if one["urgency"] == escalation.urgency
    ]
    return met or [OVERRIDDEN]


def request_words(urgency: str) -> str:
    """What is asked for."""
    return _REQUESTS[Urgency(urgency)]


def request_concept(urgency: str) -> dict[str, Any]:
    """The same, with the standard code of a referral where the operator has one."""
    return concept(*codes_of(REFERRAL), text=request_words(urgency))


def request_resource(escalation: Escalation) -> Resource:
    """The referral that the protocol proposes; a named clinician takes it on as the Task of the same id."""
    return resource(
        "ServiceRequest",
        escalation.id,
        escalation.updated_at,
        status=_STATUSES[State(escalation.state)],
        intent="proposal",
        priority=PRIORITIES[Urgency(escalation.urgency)],
        code=request_concept(escalation.urgency),
        subject=reference("Patient", escalation.patient_id),
        occurrenceDateTime=_due(escalation),
        authoredOn=instant(escalation.opened_at),
        reasonCode=[_reason(one) for one in reasons(escalation)],
        supportingInfo=[
            reference("RiskAssessment", escalation.assessment_id),
            reference("QuestionnaireResponse", escalation.assessment_id),
        ],
    )


def _due(escalation: Escalation) -> str | None:
    """By when the runner should be seen; a routine referral has no such time."""
    match Urgency(escalation.urgency):
        case Urgency.EMERGENCY_NOW:
            return instant(escalation.opened_at)
        case Urgency.SAME_DAY:
            return instant(escalation.acknowledge_by)
        case Urgency.WITHIN_2_WEEKS:
            return instant(escalation.opened_at + dt.timedelta(days=14))
    return None


def _reason(reason: dict[str, str]) -> dict[str, Any]:
    return concept(coding("criterion", reason["id"], reason["title"]), text=reason["title"])


def flag_resource(flag: Flag) -> Resource:
    """A warning, active for as long as its escalation is in somebody's hands."""
    escalation = flag.escalation
    opened = escalation.state in OPEN
    closed_at = escalation.resolved_at if opened or escalation.resolved_at else escalation.updated_at
    return resource(
        "Flag",
        flag.id,
        flag.updated_at,
        status="active" if opened else "inactive",
        category=[concept(_SAFETY)],
        code=_reason({"id": flag.criterion, "title": flag.title}),
        subject=reference("Patient", escalation.patient_id),
        period=period(escalation.opened_at, None if opened else closed_at),
    )


def flags(clinic: Clinic, **of: Any) -> QuerySet[Flag]:
    """The warnings of a clinic; ``of`` narrows their escalations."""
    narrowed = {f"escalation__{name}": value for name, value in of.items()}
    return Flag.objects.filter(escalation__clinic=clinic, **narrowed).select_related("escalation")


def requests(clinic: Clinic, **of: Any) -> QuerySet[Escalation]:
    """The escalations of a clinic that send the runner to somebody: the referrals."""
    found = clinic.escalations.filter(urgency__in=list(PRIORITIES), **of)
    return found.select_related("assessment")


class RequestSearch(FhirSearch):
    """Referrals."""

    resource = "escalations"
    resource_type = "ServiceRequest"

    def rows(self, search: Search) -> Any:
        """Of the clinic or of one patient."""
        return requests(self.clinic, **self.of_patient(search))

    def represent_row(self, row: Escalation) -> Resource:
        """The referral."""
        return request_resource(row)


class FlagSearch(FhirSearch):
    """Warnings."""

    resource = "escalations"
    resource_type = "Flag"

    def rows(self, search: Search) -> Any:
        """One for each reason of each escalation, of the clinic or of one patient."""
        return flags(self.clinic, **self.of_patient(search))

    def row_id(self, identity: str) -> str:
        """The id itself, of an escalation and a criterion."""
        return identity.replace("\0", "")

    def represent_row(self, row: Flag) -> Resource:
        """The warning."""
        return flag_resource(row)


class RequestRead(FhirView):
    """One referral."""

    resource = "escalations"
    resource_type = "ServiceRequest"

    def get(self, request: Request, escalation_id: uuid.UUID) -> Response:  # noqa: ARG002
        """What is asked for, how soon and why."""
        found = get_object_or_404(requests(self.clinic), pk=escalation_id)
        return self.represent(request_resource(found))


class FlagRead(FhirView):
    """One warning."""

    resource = "escalations"
    resource_type = "Flag"

    def get(self, request: Request, escalation_id: uuid.UUID, criterion_id: str) -> Response:  # noqa: ARG002
        """One reason of an escalation."""
        found = get_object_or_404(flags(self.clinic), pk=f"{escalation_id}.{criterion_id}")
        return self.represent(flag_resource(found))
