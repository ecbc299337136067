"""What the views of programmes share: finding one."""

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
