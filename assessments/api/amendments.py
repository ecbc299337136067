"""Amendments: corrected answers in place of recorded ones."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.utils import timezone
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from assessments.api.assessments import submission_problems
from assessments.api.reading import read_submission
from assessments.documents import readable_assessments, stored_assessment_document
from assessments.services.amend import amend_assessment
from assessments.services.submit import PatientNotFoundError
from assessments.services.versions import AssessmentNotFoundError, SupersededError
from backend.platform.api.problems import Problem
from clinics.api.views import ClinicAPIView
from patients.services import PatientErasedError


class AmendmentsView(ClinicAPIView):
    """Corrections of one assessment."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"POST"})
    resource = "assessments"
    conflicts: ClassVar[dict[str, tuple[str, ...]]] = {"POST": ("conflict", "pathway_incomplete", "erased")}

    def post(self, request: Request, assessment_id: uuid.UUID) -> Response:
        """All answers again, the wrong ones corrected: they become an assessment that supersedes this one.

        This one stays as it was, and its escalation stays open until somebody resolves it. An escalation of
        the new one opens unless one at least as urgent still calls for the old. An override that was more
        cautious than the corrected answers goes on holding. Only the latest version can be amended: 409
        names the one that took its place.
        """
        now = timezone.now()
        submission = read_submission(request.data, now=now, zone=self.clinic.zone, patient=False, reason=True)
        with submission_problems(), latest_only():
            recorded = amend_assessment(
                clinic=self.clinic,
                actor=self.principal.actor,
                assessment_id=assessment_id,
                submission=submission,
                now=now,
            )
        return written(self, recorded.assessment.id)

    def show_again(self, reference: uuid.UUID) -> Response:
        """The same answer about the amendment made earlier."""
        return written(self, reference)


@contextmanager
def latest_only() -> Iterator[None]:
    """Turn the refusals of ``lock_latest`` into problems of the request."""
    try:
        yield
    except AssessmentNotFoundError:
        raise NotFound from None
    except PatientNotFoundError:
        raise Problem("conflict", "The patient is archived.") from None
    except PatientErasedError:
        raise Problem("erased") from None
    except SupersededError as exc:
        raise Problem("conflict", f"Superseded by {exc.by}; that is the one to change.") from None


def written(view: ClinicAPIView, assessment_id: uuid.UUID) -> Response:
    """201 with the assessment as it is now, and its address."""
    assessment = readable_assessments(view.clinic.assessments.filter(id=assessment_id)).get()
    location = reverse("assessment", kwargs={"assessment_id": assessment_id}, request=view.request)
    document = stored_assessment_document(assessment)
    return Response(document, status=status.HTTP_201_CREATED, headers={"Location": location})
