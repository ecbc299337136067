"""A return-to-run programme as a CarePlan."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.fhir.codes import EXERCISE, codes_of
from assessments.fhir.plan_times import with_time_of_change
from assessments.programmes.models import Programme
from assessments.programmes.services.run_history import Past, past_of, pasts_of
from assessments.programmes.services.session import session_of
from assessments.protocol.programme import Phase, Status
from assessments.records.what_follows import safety_net_of
from backend.platform.fhir.elements import Resource, concept, instant, period, reference, resource
from backend.platform.fhir.search import Search
from clinics.api.fhir import FhirSearch, FhirView, member_reference
from clinics.identity.models import Clinic

State = Programme.State
_GOAL = "goal"


def plan_resources(programmes: Sequence[Programme]) -> Iterator[Resource]:
    """Rows of ``plans_of`` of one clinic, with one statement for what they are all judged by."""
    pasts = pasts_of(programmes)
    return (plan_resource(programme, pasts[programme.id]) for programme in programmes)


def plan_resource(programme: Programme, past: Past) -> Resource:
    """A row of ``plans_of``: a draft until a clinician has released it, on hold no plan to follow now."""
    content = programme.content
    return resource(
        "CarePlan",
        programme.id,
        programme.at,  # type: ignore[attr-defined]  # the annotation of ``plans_of``
        contained=[_goal(programme)],
        status=_status(programme),
        intent="plan",
        title="Return to running",
        description=_safety_net(programme),
        subject=reference("Patient", programme.patient_id),
        period=period(programme.released_at, programme.ended_at),
        created=instant(programme.created_at),
        author=member_reference(programme.released_by) if programme.released_by else None,
        supportingInfo=[reference("RiskAssessment", programme.assessment_id)],
        goal=[{"reference": f"#{_GOAL}"}],
        activity=list(_activities(programme, past)),
        note=[{"text": text} for text in (_safety_net(programme), *_notes(content))],
    )


def _goal(programme: Programme) -> Resource:
    """What the programme is for: the usual run, where the answers gave one."""
    usual = programme.usual_run_km
    words = "Usual runs without a rise of pain" + (f", {usual:g} km" if usual is not None else "")
    return {
        "resourceType": "Goal",
        "id": _GOAL,
        "lifecycleStatus": "proposed" if programme.state == State.DRAFT else "accepted",
        "description": {"text": words},
        "subject": reference("Patient", programme.patient_id),
    }


def _status(programme: Programme) -> str:
    match State(programme.state):
        case State.DRAFT:
            return "draft"
        case State.ENDED:
            return "completed" if programme.phase == Phase.PREHAB else "revoked"
    return "active" if programme.status == Status.ACTIVE else "on-hold"


def _activities(programme: Programme, past: Past) -> Iterator[dict[str, Any]]:
    """The next run, then the exercises and the advice; a run that isn't permitted now is on hold."""
    session = session_of(programme, now=timezone.now(), past=past)
    draft = programme.state != State.RELEASED
    yield _activity(
        "not-started" if draft else "scheduled" if session.permitted else "on-hold",
        "Next session",
        f"{session.words} {session.conditions} {session.stop_if}",
        reason=session.blocked_by,
    )
    ordinary = "not-started" if draft or _status(programme) != "active" else "in-progress"
    for exercise in programme.content["exercises"]:
        words = f"{exercise['purpose']}. {exercise['dose']}. {exercise['stop']}"
        yield _activity(ordinary, exercise["name"], words, codes=codes_of(EXERCISE))
    for advice in programme.content["advice"]:
        yield _activity(ordinary, "Advice", advice["text"])


def _activity(
    status: str, name: str, words: str, *, reason: str | None = None, codes: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    detail = {"status": status, "code": concept(*codes, text=name), "description": words}
    if reason:
        detail["statusReason"] = {"text": reason.replace("_", " ").capitalize()}
    return {"detail": detail}


def _safety_net(programme: Programme) -> str:
    """When to go at once, without the clinic's number: that changes while the plan stays as it is."""
    return safety_net_of(None, programme.assessment.answers).as_text


def _notes(content: dict[str, Any]) -> Iterator[str]:
    if content["stop_a_run"]:
        yield content["stop_a_run"]


def plans_of(clinic: Clinic, **of: Any) -> QuerySet[Programme]:
    """The programmes of a clinic with what their plans show."""
    found = clinic.programmes.filter(**of).select_related("released_by__user", "assessment")
    return with_time_of_change(found, clinic, now=timezone.now())


class PlanFhir:
    """What the views share."""

    resource = "programmes"
    resource_type = "CarePlan"


class PlanSearch(PlanFhir, FhirSearch):
    """Programmes."""

    time = "at"

    def rows(self, search: Search) -> Any:
        """Of the clinic or of one patient."""
        return plans_of(self.clinic, **self.of_patient(search))

    def represent_rows(self, rows: list[Programme]) -> Iterator[Resource]:
        """The plans."""
        return plan_resources(rows)


class PlanRead(PlanFhir, FhirView):
    """One programme."""

    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """What to do, and whether it may be done now."""
        found = get_object_or_404(plans_of(self.clinic), pk=programme_id)
        return self.represent(plan_resource(found, past_of(found)))
