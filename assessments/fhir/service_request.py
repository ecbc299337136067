"""Escalations as what they ask of others: a referral, and a warning for each of their reasons.

One escalation may ask for two things at once: that the screen is completed now, and the referral that is
known already. The first is more urgent and so is the escalation's; the second stays a referral all the same
(``referral_of``), and goes with the escalation that took the place of its own.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.escalations.documents import OVERRIDDEN
from assessments.escalations.models import Escalation, Flag, Outcome
from assessments.fhir.codes import REFERRAL, codes_of
from assessments.protocol.urgencies import Moment, meaning_of
from assessments.protocol.vocabulary import Urgency, urgency_rank
from backend.platform.fhir.elements import Resource, coding, concept, instant, period, reference, resource
from backend.platform.fhir.search import Search
from clinics.api.fhir import FhirSearch, FhirView
from clinics.identity.models import Clinic

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


#: Escalations that came in the place of one that shows a referral, as far along as screens only follow.
_TAKEN_OVER = """
WITH RECURSIVE covering AS (
    SELECT earlier.superseded_by_id AS id FROM assessments_escalation earlier
    JOIN assessments_assessment found ON found.id = earlier.assessment_id
    WHERE earlier.clinic_id = %s AND earlier.superseded_by_id IS NOT NULL
    AND (earlier.urgency = ANY(%s) OR EXISTS (
        SELECT FROM jsonb_array_elements(found.evaluation -> 'criteria_met') met
        WHERE met ->> 'urgency' = ANY(%s)
    ))
    UNION
    SELECT between_them.superseded_by_id FROM assessments_escalation between_them
    JOIN covering ON covering.id = between_them.id
    WHERE between_them.superseded_by_id IS NOT NULL AND between_them.urgency = 'complete_screen_now'
)
SELECT id FROM covering
"""


#: What ``referral_of`` looks at next, of one that finds no referral itself: read for a whole page at once.
TAKEN_OVER = "supersedes__assessment"


@dataclass(frozen=True, slots=True)
class Referral:
    """What an escalation refers for: how urgently, and the escalation whose assessment found the reasons."""

    urgency: Urgency
    found_by: Escalation


def referral_urgency(urgency: str, met: Iterable[str]) -> Urgency | None:
    """The urgency of the referral itself, of a decision that met criteria of these urgencies.

    The decision's own, unless that is to complete the screen first: then the most urgent referral that is
    known already, if there is one.
    """
    if urgency in PRIORITIES:
        return Urgency(urgency)
    return max((Urgency(one) for one in met if one in PRIORITIES), key=urgency_rank, default=None)


def referral_of(escalation: Escalation) -> Referral | None:
    """The referral that an escalation is in force for: its own, else the one that it took the place of."""
    met = (one["urgency"] for one in escalation.assessment.evaluation["criteria_met"])
    urgency = referral_urgency(escalation.urgency, met)
    if urgency is not None:
        return Referral(urgency, escalation)
    earlier = (referral_of(one) for one in escalation.supersedes.all())
    found = (one for one in earlier if one is not None)
    return max(found, key=lambda one: (urgency_rank(one.urgency), one.found_by.opened_at), default=None)


def reasons(escalation: Escalation, urgency: str = "") -> list[dict[str, str]]:
    """The criteria of an urgency, which is the escalation's own unless said otherwise.

    Above what the protocol said it is a clinician's decision.
    """
    met = [
        {"id": one["id"], "title": one["title"]}
        for one in escalation.assessment.evaluation["criteria_met"]
        if one["urgency"] == (urgency or escalation.urgency)
    ]
    return met or [OVERRIDDEN]


def request_words(urgency: str) -> str:
    """What is asked for."""
    return meaning_of(urgency).request


def request_concept(urgency: str) -> dict[str, Any]:
    """The same, with the standard code of a referral where the operator has one."""
    return concept(*codes_of(REFERRAL), text=request_words(urgency))


def request_resource(escalation: Escalation) -> Resource:
    """The referral that the protocol proposes; a named clinician takes it on as the Task of the same id.

    Raises ``ValueError`` for an escalation that refers to nobody.
    """
    referral = referral_of(escalation)
    if referral is None:
        raise ValueError("The escalation is no referral.")
    found_by = referral.found_by
    return resource(
        "ServiceRequest",
        escalation.id,
        escalation.updated_at,
        status=_status(escalation),
        intent="proposal",
        priority=PRIORITIES[referral.urgency],
        code=request_concept(referral.urgency),
        subject=reference("Patient", escalation.patient_id),
        occurrenceDateTime=_due(referral),
        authoredOn=instant(found_by.opened_at),
        reasonCode=[_reason(one) for one in reasons(found_by, referral.urgency)],
        supportingInfo=[
            reference("RiskAssessment", found_by.assessment_id),
            reference("QuestionnaireResponse", found_by.assessment_id),
        ],
    )


def _status(escalation: Escalation) -> str:
    """Once the screen is complete the referral goes on under the assessment that completed it."""
    if escalation.state == State.RESOLVED and escalation.outcome_code == Outcome.SCREEN_COMPLETED:
        return _STATUSES[State.SUPERSEDED]
    return _STATUSES[State(escalation.state)]


def _due(referral: Referral) -> str | None:
    """By when the runner should be seen; a routine referral has no such time."""
    escalation = referral.found_by
    within = meaning_of(referral.urgency).seen_within
    if within is None:
        return None
    due = escalation.acknowledge_by if within is Moment.DEADLINE else escalation.opened_at + within
    return instant(due)


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
    """The escalations of a clinic that send the runner to somebody: those with a ``referral_of``."""
    referring = [urgency.value for urgency in PRIORITIES]
    found = Q(urgency__in=referring)
    for urgency in referring:
        found |= Q(assessment__evaluation__criteria_met__contains=[{"urgency": urgency}])
    found |= Q(id__in=RawSQL(_TAKEN_OVER, [clinic.id, referring, referring]))  # noqa: S611 - nothing of a caller's
    rows = clinic.escalations.filter(found, **of).select_related("assessment")
    return rows.prefetch_related(TAKEN_OVER)


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
