"""Archiving a runner settles what is pending about them: nothing is chased that nobody could answer.

An escalation that isn't resolved refuses it, whatever the reason: an open emergency never vanishes. What
only asks and reminds ends with the reason that the record keeps: follow-ups and tasks, the chasers of a
referral, the programme with its reminders, links to check in.
"""

import datetime as dt
from typing import Any

from django.dispatch import receiver

from assessments.check_ins.models import CheckInLink
from assessments.escalations.models import Escalation
from assessments.follow_ups.models import CancelledBecause
from assessments.follow_ups.services.schedule import cancel_pending
from assessments.programmes.services.draft_and_release import end_current
from patients.models import Patient
from patients.services import StillWaitingError, archiving

#: Escalations in these states call nobody and are in nobody's hands.
_ENDED = (Escalation.State.RESOLVED, Escalation.State.SUPERSEDED)


@receiver(archiving, sender=Patient, dispatch_uid="assessments.settle_pending")
def settle_pending(*, patient: Patient, now: dt.datetime, **_: Any) -> None:
    """End what is pending; raises ``StillWaitingError`` while an escalation isn't resolved."""
    escalations = Escalation.objects.select_for_update().filter(patient=patient)
    if any(state not in _ENDED for state in escalations.values_list("state", flat=True)):
        raise StillWaitingError
    because = CancelledBecause(patient.archive_reason)
    cancel_pending(patient.follow_ups.all(), because=because, now=now)
    end_current(patient.clinic, patient.pk, now=now)
    CheckInLink.objects.filter(follow_up__patient=patient).delete()
