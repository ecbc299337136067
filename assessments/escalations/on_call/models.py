"""Who a clinic calls, and when."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from backend.platform.storage.columns import Timestamped
from backend.platform.storage.history import recorded
from clinics.identity.models import Clinic


@recorded(values_for="clinic:read", table="clinics_oncallplanhistory")
class OnCallPlan(Timestamped):
    """A clinic's rota, holidays, ladders and quiet hours, as ``services/plan.py`` reads them.

    It is read whole for every escalation and replaced whole by whoever changes it, so it is one row; the
    history says what changed. A clinic without one has nothing but ``Clinic.on_call``, always.
    """

    clinic = models.OneToOneField(Clinic, on_delete=models.PROTECT, related_name="on_call_plan")
    shifts = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    covers = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    country = models.CharField(max_length=3, blank=True)
    subdivision = models.CharField(max_length=40, blank=True)
    closed_days = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    ladders = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    quiet_hours = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "clinics_oncallplan"

    def __str__(self) -> str:
        return f"On-call plan of {self.clinic_id}"
