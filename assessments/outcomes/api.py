"""How a clinic's runners fare, as JSON and as CSV."""

import csv
import datetime as dt
import io
from typing import Any, ClassVar

from dateutil.relativedelta import relativedelta
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.outcomes.services.count import Period
from assessments.outcomes.services.report import outcomes_of
from backend.platform.api.fields import Shape, this_century
from backend.platform.api.problems import ProblemRenderer
from backend.platform.api.queries import read_query
from clinics.api.views import ClinicAPIView

CSV = "text/csv"
#: Nobody's outcomes are of interest over longer, and one request should not read everything.
LONGEST = dt.timedelta(days=1830)


class OutcomesQuery(serializers.Serializer[Any]):
    """The period, by the clinic's clocks."""

    until = serializers.DateField(
        required=False,
        validators=[this_century],
        help_text="The first day after it; without it the first of this month.",
    )

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name for a Python attribute."""
        first = serializers.DateField(
            required=False,
            validators=[this_century],
            help_text="Its first day; without it a year before `until`.",
        )
        return {"from": first, **super().get_fields()}


class _Figures(Shape):
    suppressed = serializers.ListField(
        child=serializers.CharField(),
        help_text="Figures that are null because a group of 1 to 4, or one left when subtracting, is behind.",
    )


def _count(words: str) -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=True, help_text=words)


def _share(words: str) -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=words)


@extend_schema_serializer(component_name="DaysToMilestone")
class DaysShape(_Figures):
    """Days from the release of a programme, those that ended or still go on counted while they did."""

    n = _count("Programmes released in the period.")
    reached = _count("Those that came to it.")
    ended_before = _count("Ended, stopped or suspended before.")
    still_going = _count("Neither yet.")
    lower_quartile = _count("Days by which a quarter had reached it; null while fewer have.")
    median = _count("Days by which half had.")
    upper_quartile = _count("Days by which three quarters had.")


@extend_schema_serializer(component_name="ReferredShare")
class ReferredShape(_Figures):
    """Runners with an assessment in the period whose decision, as it holds, is a referral."""

    n = _count("Runners assessed in the period.")
    referred = _count("Referred at least once, urgently or as an emergency.")
    not_referred = _count("The others.")
    share = _share("Of those assessed.")


@extend_schema_serializer(component_name="ChecksAnswered")
class ChecksShape(_Figures):
    """24-hour checks that fell due in the period."""

    n = _count("All but those that a newer assessment replaced in time.")
    in_time = _count("Answered within 30 hours of the run.")
    late = _count("Answered later.")
    unanswered = _count("Not answered, and overdue.")
    open = _count("Not answered, and not overdue yet.")
    share_answered = _share("Of those whose time is over, open ones left out.")
    share_in_time = _share("The same, answered in time.")


@extend_schema_serializer(component_name="StagesLost")
class StagesLostShape(_Figures):
    """Steps back in the walk-run table in the period."""

    n = _count("Programmes that stood in the walk-run table.")
    programmes_that_lost = _count("Those that lost a stage at least.")
    programmes_that_did_not = _count("The others.")
    stages = _count("Stages lost by all of them together.")


@extend_schema_serializer(component_name="Outcomes")
class OutcomesShape(Shape):
    """A clinic's outcomes; docs/outcomes.md defines each figure."""

    until = serializers.DateField(help_text="The first day after the period.")
    time_zone = serializers.CharField(help_text="Whose days these are.")
    days_to_first_run = DaysShape(help_text="The first permitted run.")
    days_to_30_minutes = DaysShape(help_text="The first permitted run of 30 minutes without walking.")
    days_to_usual_volume = DaysShape(help_text="The first permitted run at the usual distance.")
    referred = ReferredShape()
    checks_24_hours = ChecksShape()
    stages_lost = StagesLostShape()

    def get_fields(self) -> dict[str, Any]:
        """``from`` is no name for a Python attribute."""
        return {"from": serializers.DateField(help_text="The period's first day."), **super().get_fields()}


class CsvRenderer(JSONRenderer):
    """Lets a client ask for CSV; the text is written by the view, and problems are JSON."""

    media_type = CSV
    format = "csv"


class _OutcomesView(ClinicAPIView):
    resource = "outcomes"
    logs_reads = False  # nobody's data are shown
    query_class = OutcomesQuery

    def outcomes(self) -> dict[str, Any]:
        """The document of the period asked for."""
        now = timezone.now()
        period = self._period(now)
        return {
            "from": period.since.isoformat(),
            "until": period.until.isoformat(),
            "time_zone": self.clinic.time_zone,
            **outcomes_of(clinic=self.clinic, period=period, now=now),
        }

    def _period(self, now: dt.datetime) -> Period:
        """Raises ``ValidationError`` for one that is no period."""
        query = read_query(OutcomesQuery, self.request)
        until = query.get("until") or now.astimezone(self.clinic.zone).date().replace(day=1)
        since = query.get("from") or until - relativedelta(years=1)
        if since >= until:
            raise serializers.ValidationError({"until": ["Must be after from."]}, "invalid")
        if until - since > LONGEST:
            raise serializers.ValidationError({"until": ["At most five years after from."]}, "out_of_range")
        return Period(since, until)


class OutcomesView(_OutcomesView):
    """As JSON."""

    @extend_schema(
        operation_id="getOutcomes",
        summary="Read the clinic's outcomes in a period",
        parameters=[OutcomesQuery],
        responses=OutcomesShape,
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Groups of one to four are null, and so is what would give them away; `suppressed` names both."""
        return Response(self.outcomes())


class OutcomesCsvView(_OutcomesView):
    """As a table."""

    renderer_classes: ClassVar[list[type[BaseRenderer]]] = [CsvRenderer, JSONRenderer, ProblemRenderer]  # type: ignore[misc]

    @extend_schema(
        operation_id="getOutcomesCsv",
        summary="Read the clinic's outcomes in a period as CSV",
        parameters=[OutcomesQuery],
        responses={(200, CSV): {"type": "string", "description": "measure,figure,value"}},
    )
    def get(self, request: Request) -> HttpResponse:  # noqa: ARG002
        """One figure a line; what is kept back reads `suppressed`, what there is none of is empty."""
        document = self.outcomes()
        name = f"outcomes-{document['from']}-{document['until']}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(_table(document), content_type=f"{CSV}; charset=utf-8", headers=headers)


def _table(document: dict[str, Any]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(("measure", "figure", "value"))
    for name, value in document.items():
        if not isinstance(value, dict):
            table.writerow(("period", name, value))
            continue
        hidden = value["suppressed"]
        for figure, number in value.items():
            if figure != "suppressed":
                shown = "suppressed" if figure in hidden else "" if number is None else number
                table.writerow((name, figure, shown))
    return text.getvalue()
