"""What the views of programmes share: finding one, and what stands in the way of a step in words."""

import uuid
from typing import ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.programmes.documents import permission_document, readable_programmes
from assessments.programmes.models import Programme
from assessments.programmes.services.run_permission import permission_of_runner
from assessments.programmes.shapes.programmes import RunPermissionShape
from backend.platform.api.etags import Conditional
from clinics.api.views import ClinicAPIView

#: What stands in the way, in words.
WHY_NOT = {
    "after_a_gap": "Two weeks have passed without a run: the next one starts further back by itself.",
    "advanced_already": "It was advanced already; a green check comes before the next step.",
    "before_the_release": "It was before the release.",
    "before_the_last_run": "A later run is logged already.",
    "below_usual_volume": "The usual volume isn't reached yet.",
    "check_unanswered": "The check of the last run isn't answered.",
    "cleared": "It is cleared already.",
    "drafted_already": "This assessment's programme is drafted already, and current.",
    "escalation_waits": "An urgent escalation of the runner isn't resolved.",
    "in_the_future": "It is in the future.",
    "last_check_not_green": "The last check wasn't green.",
    "needs_assessment": "It was stopped or suspended: a new assessment decides.",
    "no_clearance_needed": "It needs no clearance.",
    "no_running_in_this_phase": "This phase holds no running.",
    "not_a_draft": "It is no draft any more.",
    "not_active": "It isn't active.",
    "not_held": "It isn't held.",
    "not_in_the_plan": "The plan has no such exercise.",
    "not_latest": "The runner has been assessed since.",
    "not_released": "It isn't released.",
    "not_two_green_weeks": "Two weeks of green checks are needed.",
    "overridden": "A clinician decided otherwise than the protocol.",
    "provisional": "The runner answered alone; a clinician's own assessment comes first.",
    "same_day": "Today's is reported already.",
    "settle_first": "The pain must be at its usual level for 24 hours first.",
    "shoe_retired": "Those shoes were retired before.",
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


class RunPermissionView(ClinicAPIView):
    """What the latest assessment of a runner permits now."""

    resource = "assessments"

    @extend_schema(
        operation_id="getRunPermission",
        summary="Read whether a patient may run now",
        tags=["patients"],
        responses=RunPermissionShape,
    )
    def get(self, request: Request, patient_id: uuid.UUID) -> Response:  # noqa: ARG002
        """Only `holds` permits a run; an unanswered check ends it, and an open referral is above it.

        With a released programme it is `not_permitted` as well while the programme's session isn't.
        """
        patient = get_object_or_404(self.clinic.patients.only("id"), pk=patient_id)
        found = permission_of_runner(clinic=self.clinic, patient_id=patient.id, now=timezone.now())
        return Response(permission_document(found))
