"""Escalations as what they ask of others: a referral, and a warning for each of their reasons."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.documents import OVERRIDDEN
from assessments.fhir.codes import REFERRAL, codes_of
from assessments.models import Escalation
from assessments.protocol.vocabulary import Urgency
from backend.api.fhir.elements import Resource, coding, concept, instant, period, reference, resource
from backend.api.fhir.search import Search
from clinics.fhir import FhirSearch, FhirView

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


def flag_resources(escalation: Escalation) -> list[Resource]:
    """A warning for each reason, active for as long as the escalation is in somebody's hands."""
    return list(_flags(escalation))


def _flags(escalation: Escalation) -> Iterator[Resource]:
    opened = escalation.state in OPEN
    closed_at = escalation.resolved_at if opened or escalation.resolved_at else escalation.updated_at
    for reason in reasons(escalation):
        yield resource(
            "Flag",
            f"{escalation.id}.{reason['id']}",
            escalation.updated_at,
            status="active" if opened else "inactive",
            category=[concept(_SAFETY)],
            code=_reason(reason),
            subject=reference("Patient", escalation.patient_id),
            period=period(escalation.opened_at, None if opened else closed_at),
        )


class EscalationRows(FhirSearch):
    """Searches whose rows are escalations."""

    resource = "escalations"

    def rows(self, search: Search) -> Any:
        """Of the clinic or of one patient."""
        return self.clinic.escalations.filter(**self.of_patient(search)).select_related("assessment")


class RequestSearch(EscalationRows):
    """Referrals."""

    resource_type = "ServiceRequest"

    def rows(self, search: Search) -> Any:
        """Escalations that send the runner to somebody."""
        return super().rows(search).filter(urgency__in=list(PRIORITIES))

    def represent_row(self, row: Escalation) -> list[Resource]:
        """The referral."""
        return [request_resource(row)]


class FlagSearch(EscalationRows):
    """Warnings."""

    resource_type = "Flag"

    def row_of(self, identity: str) -> uuid.UUID | None:
        """The escalation before the dot."""
        return super().row_of(identity.partition(".")[0])

    def represent_row(self, row: Escalation) -> list[Resource]:
        """One for each reason."""
        return flag_resources(row)


class RequestRead(FhirView):
    """One referral."""

    resource = "escalations"
    resource_type = "ServiceRequest"

    def get(self, request: Request, escalation_id: uuid.UUID) -> Response:  # noqa: ARG002
        """What is asked for, how soon and why."""
        found = _read(self, escalation_id)
        if found.urgency not in PRIORITIES:
            raise Http404
        return self.represent(request_resource(found))


class FlagRead(FhirView):
    """One warning."""

    resource = "escalations"
    resource_type = "Flag"

    def get(self, request: Request, escalation_id: uuid.UUID, criterion_id: str) -> Response:  # noqa: ARG002
        """One reason of an escalation."""
        wanted = f"{escalation_id}.{criterion_id}"
        for flag in flag_resources(_read(self, escalation_id)):
            if flag["id"] == wanted:
                return self.represent(flag)
        raise Http404


def _read(view: FhirView, escalation_id: uuid.UUID) -> Escalation:
    found = view.clinic.escalations.select_related("assessment").filter(id=escalation_id).first()
    if found is None:
        raise Http404
    return found
