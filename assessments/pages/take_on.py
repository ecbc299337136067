"""Taking an escalation on from a page: the same step and the same words wherever its button stands."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone

from assessments.models import Escalation
from assessments.services.acknowledge import (
    EscalationNotFoundError,
    SupersededEscalationError,
    TakenByAnotherError,
    acknowledge,
)
from clinics.dashboard.base import clinician_of
from clinics.identity.models import Membership


def take_on(request: HttpRequest, member: Membership, escalation_id: uuid.UUID) -> uuid.UUID:
    """Acknowledge it for the person signed in, or say who has it; returns the escalation to show.

    Raises ``Http404`` for another clinic's.
    """
    by, now = clinician_of(member), timezone.now()
    try:
        held = acknowledge(clinic=member.clinic, escalation_id=escalation_id, by=by, now=now)
    except EscalationNotFoundError:
        raise Http404 from None
    except SupersededEscalationError as exc:
        messages.warning(request, "A later one has taken its place: that is the one to act on.")
        return exc.by
    except TakenByAnotherError as exc:
        messages.error(request, f"Not yours: {exc} Nothing was changed.")
        return escalation_id
    if held.state == Escalation.State.RESOLVED:
        messages.error(request, "You took it on before, and it is resolved since. Nothing was changed.")
    else:
        messages.success(request, "You have taken this on; its messages have stopped.")
    return escalation_id
