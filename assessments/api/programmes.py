"""Return-to-run programmes: drafted from an assessment, signed off, and moved by checks and clinicians."""

import uuid
from abc import abstractmethod
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.api import programme_shapes as shapes
from assessments.api.escalations import OnBehalf, named_clinician
from assessments.models import Programme, RunLog
from assessments.programme_documents import (
    event_document,
    load_document,
    plan_document,
    programme_document,
    readable_programmes,
    run_document,
    session_document,
)
from assessments.protocol.programme import BriskWalk, CalmDay
from assessments.services.programmes import begin, steps
from assessments.services.programmes.runs import Run, log_run
from assessments.services.programmes.standing import NotNowError, ProgrammeNotFoundError
from assessments.services.submit import PatientNotFoundError
from assessments.services.versions import AssessmentNotFoundError, SupersededError
from backend.api.etags import Conditional
from backend.api.pagination import PagedList
from backend.api.problems import FieldProblem, Problem
from backend.api.queries import ListQuery
from clinics.actor import NamedClinician
from clinics.api.views import ClinicAPIView

ASSESSMENT_NOT_FOUND = FieldProblem("/assessment", "not_found", "There is no such assessment.")
#: What stands in the way, in words.
WHY_NOT = {
    "advanced_already": "It was advanced already; a green check comes before the next step.",
    "before_the_last_run": "A later run is logged already.",
    "below_usual_volume": "The usual volume isn't reached yet.",
    "check_unanswered": "The check of the last run isn't answered.",
    "cleared": "It is cleared already.",
    "escalation_waits": "An urgent escalation of the runner isn't resolved.",
    "in_the_future": "The run ends in the future.",
    "last_check_not_green": "The last check wasn't green.",
    "needs_assessment": "It was stopped or suspended: a new assessment decides.",
    "no_clearance_needed": "It needs no clearance.",
    "no_running_in_this_phase": "This phase holds no running.",
    "not_a_draft": "It is no draft any more.",
    "not_active": "It isn't active.",
    "not_held": "It isn't held.",
    "not_latest": "The runner has been assessed since.",
    "not_released": "It isn't released.",
    "not_two_green_weeks": "Two weeks of green checks are needed.",
    "overridden": "A clinician decided otherwise than the protocol.",
    "provisional": "The runner answered alone; a clinician's own assessment comes first.",
    "same_day": "Today's is reported already.",
    "settle_first": "The pain must be at its usual level for 24 hours first.",
    "too_long_ago": "The run is more than 36 hours past.",
    "wrong_phase": "It is in another phase.",
}


class ProgrammeView(Conditional, ClinicAPIView):
    """What the views of one programme share."""

    resource = "programmes"
    needs_if_match: ClassVar[frozenset[str]] = frozenset()

    def found(self, programme_id: uuid.UUID) -> Programme:
        """The programme. Raises ``Http404``."""
        return get_object_or_404(readable_programmes(self.clinic.programmes.all()), id=programme_id)


class ProgrammesView(PagedList, ClinicAPIView):
    """All programmes, and new ones."""

    resource = "programmes"
    query_class: ClassVar[type[ListQuery]] = shapes.ProgrammeQuery
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listProgrammes",
        summary="List programmes, the least recently changed first",
        responses=shapes.ProgrammeShape(many=True),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Ended ones too."""
        query = self.read_query()
        wanted = {name: query[name] for name in ("state", "patient") if name in query}
        rows = readable_programmes(self.clinic.programmes.filter(**wanted))
        return self.page(rows, query, programme_document)

    @extend_schema(
        operation_id="draftProgramme",
        summary="Draft the programme of a runner's latest assessment",
        request=shapes.DraftBody,
        responses={201: shapes.ProgrammeShape},
    )
    def post(self, request: Request) -> Response:
        """It awaits a clinician's sign-off, and the runner's current programme ends.

        409 when the decision allows no plan; read `/assessments/{id}/plan` for what is released instead.
        """
        body = shapes.DraftBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            programme = begin.draft_programme(
                clinic=self.clinic,
                assessment_id=body.validated_data["assessment"],
                by=named_clinician(self, body.validated_data),
                now=timezone.now(),
            )
        except (AssessmentNotFoundError, PatientNotFoundError):
            raise Problem("invalid", errors=[ASSESSMENT_NOT_FOUND]) from None
        except SupersededError as exc:
            raise Problem("conflict", f"Superseded by {exc.by}.") from None
        except begin.NoPlanError as exc:
            said = f"{exc.plan.decision} allows no plan: {exc.plan.release.value}."
            raise Problem("conflict", said) from None
        except NotNowError as exc:
            raise Problem("conflict", WHY_NOT[exc.code]) from None
        return self.show_again(programme.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The programme as it is now."""
        programme = readable_programmes(self.clinic.programmes.all()).get(id=reference)
        where = self.request.build_absolute_uri(f"{self.request.path}/{programme.id}")
        return Response(
            programme_document(programme), status=status.HTTP_201_CREATED, headers={"Location": where}
        )


class OneProgrammeView(ProgrammeView):
    """One programme."""

    @extend_schema(operation_id="getProgramme", summary="Read a programme", responses=shapes.ProgrammeShape)
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """What it says, and where the runner stands in it."""
        return self.represent(programme_document(self.found(programme_id)))


class SessionView(ProgrammeView):
    """The session of the day."""

    @extend_schema(operation_id="getSession", summary="Read the next session", responses=shapes.SessionShape)
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """What to run, when, and whether it is permitted at this moment."""
        return Response(session_document(self.found(programme_id), now=timezone.now()))


class LoadView(ProgrammeView):
    """The weekly load."""

    @extend_schema(
        operation_id="getLoad", summary="Read the weekly load against its caps", responses=shapes.LoadShape
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Every week since the release."""
        return Response(load_document(self.found(programme_id), now=timezone.now()))


class EventsView(PagedList, ClinicAPIView):
    """The history of one programme."""

    resource = "programmes"
    ordering: ClassVar[tuple[str, ...]] = ("at", "id")

    @extend_schema(
        operation_id="listProgrammeEvents",
        summary="Read what moved a programme, oldest first",
        responses=shapes.EventShape(many=True),
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Sign-off, runs, reactions to checks and what clinicians did."""
        programme = get_object_or_404(self.clinic.programmes, id=programme_id)
        rows = programme.events.select_related("programme", "member__user")
        return self.page(rows, self.read_query(), event_document)


class RunsView(PagedList, ClinicAPIView):
    """The runs of one programme."""

    resource = "programmes"
    ordering: ClassVar[tuple[str, ...]] = ("created_at", "id")
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}

    @extend_schema(
        operation_id="listRuns", summary="List runs, oldest first", responses=shapes.RunShape(many=True)
    )
    def get(self, request: Request, programme_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Planned against done."""
        programme = get_object_or_404(self.clinic.programmes, id=programme_id)
        return self.page(programme.runs.select_related("programme"), self.read_query(), run_document)

    @extend_schema(
        operation_id="logRun",
        summary="Log a run: its 24-hour check is scheduled with it",
        request=shapes.RunBody,
        responses={201: shapes.RunShape},
    )
    def post(self, request: Request, programme_id: uuid.UUID) -> Response:
        """No further run is permitted before its check is answered; unanswered, the permission lapses."""
        body = shapes.RunBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            run = log_run(
                clinic=self.clinic,
                programme_id=programme_id,
                run=_run(body.validated_data),
                by=named_clinician(self, body.validated_data),
                now=timezone.now(),
            )
        except (ProgrammeNotFoundError, PatientNotFoundError):
            raise NotFound from None
        except NotNowError as exc:
            raise Problem("conflict", WHY_NOT[exc.code]) from None
        return self._created(run)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The run as it was logged."""
        return self._created(get_object_or_404(self.clinic.runs, id=reference))

    def _created(self, run: RunLog) -> Response:
        return Response(run_document(run), status=status.HTTP_201_CREATED)


def _run(given: dict[str, Any]) -> Run:
    distance = given.get("distance")
    return Run(
        ended_at=given["ended_at"],
        distance_km=shapes.DistanceBody().to_km(distance) if distance else None,
        minutes=given.get("minutes"),
        surface=given.get("surface") or "",
        levers=tuple(given.get("changed", ())),
    )


class _StepView(ProgrammeView):
    """A step that a named clinician takes, or reports. The services refuse what isn't possible now."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}
    body: ClassVar[type[OnBehalf]] = OnBehalf

    def post(self, request: Request, programme_id: uuid.UUID) -> Response:
        """Take the step and answer with the programme as it is now."""
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            self.step(programme_id, named_clinician(self, body.validated_data), body.validated_data)
        except ProgrammeNotFoundError:
            raise NotFound from None
        except NotNowError as exc:
            raise Problem("conflict", WHY_NOT[exc.code]) from None
        return self.show_again(programme_id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The programme as it is now."""
        return self.represent(programme_document(self.found(reference)))

    @abstractmethod
    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:
        """What is done with the programme."""


class ReleaseView(_StepView):
    """A clinician signs it off."""

    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:  # noqa: ARG002
        """Release it to the runner."""
        begin.release_programme(clinic=self.clinic, programme_id=programme_id, by=by, now=timezone.now())


class SettledView(_StepView):
    """The pause after a red check, or before a first test run, ends."""

    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:  # noqa: ARG002
        """The pain has been at its usual level for 24 hours."""
        steps.report_settled(clinic=self.clinic, programme_id=programme_id, by=by, now=timezone.now())


class ClearanceView(_StepView):
    """A clinician clears running."""

    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:  # noqa: ARG002
        """Only then may P2 begin."""
        steps.clear(clinic=self.clinic, programme_id=programme_id, by=by, now=timezone.now())


class CompleteView(_StepView):
    """From building into prehab."""

    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:  # noqa: ARG002
        """Usual volume and two green weeks."""
        steps.complete(clinic=self.clinic, programme_id=programme_id, by=by, now=timezone.now())


class CalmDayView(_StepView):
    """A day of P0."""

    body = shapes.CalmDayBody

    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:
        """The second calm day in a row leads to P1."""
        day = CalmDay(body["usual_nrs"], body["walking_nrs"])
        steps.report_calm_day(
            clinic=self.clinic, programme_id=programme_id, day=day, by=by, now=timezone.now()
        )


class BriskWalkView(_StepView):
    """A brisk walk of P1."""

    body = shapes.BriskWalkBody

    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:
        """The second good one leads to P2, unless a clearance is outstanding."""
        walk = BriskWalk(body["minutes"], body["rise_during"], body["rise_next_day"])
        steps.report_brisk_walk(
            clinic=self.clinic, programme_id=programme_id, walk=walk, by=by, now=timezone.now()
        )


class _ReasonedView(_StepView):
    """A step on a clinician's own judgement."""

    body = shapes.StepBody
    service: ClassVar[Any]

    def step(self, programme_id: uuid.UUID, by: NamedClinician, body: dict[str, Any]) -> None:
        """Take it with its reason."""
        type(self).service(
            clinic=self.clinic, programme_id=programme_id, by=by, reason=body["reason"], now=timezone.now()
        )


class HoldView(_ReasonedView):
    """Pause it."""

    service = staticmethod(steps.hold)


class ResumeView(_ReasonedView):
    """Go on."""

    service = staticmethod(steps.resume)


class StepBackView(_ReasonedView):
    """One stage less."""

    service = staticmethod(steps.step_back)


class AdvanceView(_ReasonedView):
    """One stage more."""

    service = staticmethod(steps.advance)


#: The last part of a step's address → its view.
STEPS: dict[str, type[_StepView]] = {
    "release": ReleaseView,
    "settled": SettledView,
    "clearance": ClearanceView,
    "complete": CompleteView,
    "calm-days": CalmDayView,
    "brisk-walks": BriskWalkView,
    "hold": HoldView,
    "resume": ResumeView,
    "step-back": StepBackView,
    "advance": AdvanceView,
}


class PlanView(ClinicAPIView):
    """What the programme of an assessment would say."""

    resource = "programmes"

    @extend_schema(
        operation_id="getPlan",
        summary="Read what an assessment's programme says, or what is released in its place",
        responses=shapes.AssessmentPlanShape,
    )
    def get(self, request: Request, assessment_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Stores nothing."""
        assessment = get_object_or_404(self.clinic.assessments, id=assessment_id)
        return Response(plan_document(assessment, begin.preview(assessment)))
