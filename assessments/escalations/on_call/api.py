"""A clinic's on-call plan, and who is on call by it."""

import datetime as dt
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.escalations.on_call.services.calendar import Holidays
from assessments.escalations.on_call.services.change import change_on_call
from assessments.escalations.on_call.services.ladder import Ladder, Step
from assessments.escalations.on_call.services.now import LOOK_AHEAD, OnCall, Rota
from assessments.escalations.on_call.services.plan import Cover, Plan, QuietHours, Shift, plan_of
from assessments.escalations.on_call.shapes import OnCallNowSerializer, OnCallQuery, PlanSerializer
from backend.platform.api.etags import Conditional, check_if_match
from backend.platform.api.queries import read_query
from clinics.api.views import ClinicAPIView
from clinics.identity.models import Clinic

PLAN = PlanSerializer()
ON_CALL = OnCallNowSerializer()


def plan_document(clinic: Clinic) -> dict[str, Any]:
    """The clinic's plan as every answer shows it, with every ladder."""
    plan = plan_of(clinic)
    holidays = plan.holidays
    shown = {
        "shifts": plan.shifts,
        "covers": plan.covers,
        "holidays": {
            "country": holidays.country or None,
            "subdivision": holidays.subdivision or None,
            "closed_days": holidays.closed_days,
        },
        "ladders": plan.ladders,
        "quiet_hours": plan.quiet_hours,
    }
    return dict(PLAN.to_representation(shown))


def _plan(document: dict[str, Any]) -> Plan:
    """The validated document as a plan."""
    holidays, quiet = document["holidays"], document["quiet_hours"]
    return Plan(
        shifts=tuple(Shift(**{**shift, "days": tuple(shift["days"])}) for shift in document["shifts"]),
        covers=tuple(Cover(**cover) for cover in document["covers"]),
        holidays=Holidays(
            holidays["country"] or "", holidays["subdivision"] or "", tuple(holidays["closed_days"])
        ),
        ladders={urgency: _ladder(ladder) for urgency, ladder in document["ladders"].items()},
        quiet_hours=QuietHours(**quiet) if quiet else None,
    )


def _ladder(document: dict[str, Any]) -> Ladder:
    steps = [
        Step(step["after_minutes"], tuple(step["who"]), tuple(step["members"])) for step in document["steps"]
    ]
    return Ladder(tuple(steps), document["repeat_minutes"])


class OnCallView(Conditional, ClinicAPIView):
    """Shifts, covers, holidays, ladders and quiet hours: one document, replaced as a whole."""

    resource = "clinic"
    needs_if_match = frozenset({"PUT"})

    @extend_schema(operation_id="getOnCallPlan", summary="Read the on-call plan", responses=PlanSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """A clinic that has never set one shows the default ladders and no shifts."""
        return self.represent(plan_document(self.clinic))

    @extend_schema(
        operation_id="setOnCallPlan",
        summary="Set the on-call plan",
        request=PlanSerializer,
        responses=PlanSerializer,
    )
    def put(self, request: Request) -> Response:
        """The document takes the place of the present one; a ladder left out is the default.

        Escalations that are open keep whom and when they were opened with. Refused is what could leave an
        emergency with nobody: its first step comes at once and names somebody there always is, its second
        within five minutes, and it repeats at least every five; no ladder is slower than its deadline.
        """
        clinic = Clinic.objects.select_for_update().get(pk=self.clinic.pk)
        check_if_match(request, plan_document(clinic))
        plan = _plan(PLAN.run_validation(request.data))
        change_on_call(clinic=clinic, plan=plan, now=timezone.now())
        return self.represent(plan_document(clinic))


class OnCallNowView(ClinicAPIView):
    """Who is on call."""

    resource = "clinic"
    query_class = OnCallQuery

    @extend_schema(
        operation_id="getOnCall",
        summary="Say who is on call",
        parameters=[OnCallQuery],
        responses=OnCallNowSerializer,
    )
    def get(self, request: Request) -> Response:
        """Now or at another time, until when, and the gaps of the next fortnight with who is told instead."""
        at: dt.datetime = read_query(OnCallQuery, request).get("at") or timezone.now()
        segments = Rota(self.clinic, since=at, until=at + LOOK_AHEAD).segments()
        present, *later = segments
        answer = {
            **_shown(present),
            "at": at,
            "next_change": present.until if later else None,
            "gaps": [
                {**_shown(gap), "since": gap.since, "until": gap.until} for gap in segments if gap.is_gap
            ],
        }
        return Response(ON_CALL.to_representation(answer))


def _shown(on_call: OnCall) -> dict[str, Any]:
    return {
        "members": on_call.members,
        "source": on_call.source.value,
        "unreachable": on_call.unreachable,
    }
