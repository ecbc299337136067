"""Links by which a runner answers a follow-up without signing in."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.check_ins.models import CheckInLink
from assessments.check_ins.services.answer import ReportedError
from assessments.check_ins.services.links import make_link, revoke_link
from backend.platform.api.fields import StrictSerializer, timestamp
from backend.platform.api.problems import Meanings
from backend.platform.refusals import Refusal
from clinics.api.views import ClinicAPIView
from patients.services import ARCHIVED, PatientNotFoundError


class CheckInLinkBody(StrictSerializer):
    """Nothing needs to be said."""


class CheckInLinkShape(serializers.Serializer[Any]):
    """A link, whose address is in this answer and nowhere else."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField()
    follow_up = serializers.UUIDField()
    url = serializers.URLField(
        allow_null=True,
        help_text="Give it to the runner and to nobody else: whoever has it can answer. Null when repeated.",
    )
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class CheckInLinkView(ClinicAPIView):
    """The link of one follow-up."""

    resource = "follow-ups"
    meanings: ClassVar[Meanings] = {
        ReportedError: Refusal("A clinician answers it, not the runner."),
        PatientNotFoundError: ARCHIVED,
    }
    answers_once: ClassVar[frozenset[str]] = frozenset({"POST"})
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "erased")}

    @extend_schema(
        operation_id="createCheckInLink",
        summary="Make a link by which the runner answers a follow-up",
        request=CheckInLinkBody,
        responses={201: CheckInLinkShape},
    )
    def post(self, request: Request, follow_up_id: uuid.UUID) -> Response:
        """It opens a page in the clinic's name, without signing in, until it is answered or two days overdue.

        The address comes once, and an earlier link of the follow-up ends. What the runner answers is
        provisional until a clinician confirms it.
        """
        body = CheckInLinkBody(data=request.data)
        body.is_valid(raise_exception=True)
        link, token = make_link(
            clinic=self.clinic,
            follow_up_id=follow_up_id,
            actor=self.principal.actor,
            now=timezone.now(),
        )
        return self._created(link, settings.BASE_URL + reverse("check-in", args=[token]))

    def show_again(self, reference: uuid.UUID) -> Response:
        """The link made earlier, without its address."""
        link = self.clinic.check_in_links.select_related("follow_up").filter(id=reference).first()
        if link is None:
            raise NotFound
        return self._created(link, None)

    @extend_schema(
        operation_id="revokeCheckInLink", summary="Revoke the link of a follow-up", responses={204: None}
    )
    def delete(self, request: Request, follow_up_id: uuid.UUID) -> Response:  # noqa: ARG002
        """It opens nothing from now on. Nothing happens when there is none."""
        revoke_link(clinic=self.clinic, follow_up_id=follow_up_id, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _created(self, link: CheckInLink, url: str | None) -> Response:
        document = {
            "id": str(link.id),
            "patient": str(link.follow_up.patient_id),
            "follow_up": str(link.follow_up_id),
            "url": url,
            "expires_at": timestamp(link.expires_at),
            "created_at": timestamp(link.created_at),
        }
        where = self.request.build_absolute_uri(reverse("follow-up", args=[link.follow_up_id]))
        return Response(document, status=status.HTTP_201_CREATED, headers={"Location": where})
