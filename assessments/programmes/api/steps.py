"""What a named clinician does with a programme; the services refuse what isn't possible now."""

import uuid
from abc import abstractmethod
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.programmes.api.base import ProgrammeView
from assessments.programmes.documents import programme_document
from assessments.programmes.services import draft_and_release, steps
from assessments.programmes.shapes import programmes as shapes
from assessments.protocol.programme import BriskWalk, CalmDay
from backend.platform.openapi.document import describe
from clinics.api.clinicians import OnBehalf, named_clinician
from clinics.identity.clinicians import NamedClinician


class _StepView(ProgrammeView):
    """A step that a named clinician takes, or reports. The services refuse what isn't possible now."""

    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict",)}
    body: ClassVar[type[OnBehalf]] = OnBehalf

    def post(self, request: Request, programme_id: uuid.UUID) -> Response:
        """Take the step and answer with the programme as it is now."""
        body = self.body(data=request.data)
        body.is_valid(raise_exception=True)
        self.step(programme_id, named_clinician(self, body.validated_data), body.validated_data)
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
        draft_and_release.release_programme(
            clinic=self.clinic, programme_id=programme_id, by=by, now=timezone.now()
        )


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


#: Operation id and summary of each step of a programme.
PROGRAMME_STEPS = {
    "release": ("releaseProgramme", "Sign a programme off and release it"),
    "settled": ("reportSettled", "Report 24 hours at the usual level of pain"),
    "clearance": ("clearToRun", "Clear running after a stop-running diagnosis"),
    "complete": ("completeProgramme", "Complete a programme into prehab"),
    "calm-days": ("reportCalmDay", "Report a day's pain in phase P0"),
    "brisk-walks": ("reportBriskWalk", "Report a brisk walk in phase P1"),
    "hold": ("holdProgramme", "Hold a programme"),
    "resume": ("resumeProgramme", "Resume a programme that is held"),
    "step-back": ("stepBack", "Step a programme back by one stage"),
    "advance": ("advanceProgramme", "Advance a programme by one stage"),
}


for step, (operation, summary) in PROGRAMME_STEPS.items():
    view = STEPS[step]
    describe(
        view,
        post=extend_schema(
            operation_id=operation,
            summary=summary,
            request=view.body,
            responses=shapes.ProgrammeShape,
        ),
    )
