"""When what is shown of a programme last changed, as a column: its row, the runner's runs, and time alone.

A day of rest ends, a permission lapses, a week of the programme begins, two weeks pass without a run, a long
run leaves the thirty days that cap the next one: none of these touches the row, and each changes the session
that is shown.
"""

import datetime as dt

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Greatest

from assessments.programmes.models import Programme
from assessments.programmes.services.run_history import WEEK
from assessments.programmes.services.session import LONGEST_OF
from assessments.protocol.programme.load import GAP_DAYS
from clinics.identity.models import Clinic

_GAP = dt.timedelta(days=GAP_DAYS)


def with_time_of_change(
    plans: QuerySet[Programme], clinic: Clinic, *, now: dt.datetime
) -> QuerySet[Programme]:
    """Rows with ``at``: no earlier than the last change of what is shown of them at ``now``."""
    runs = clinic.runs.filter(programme__patient_id=OuterRef("patient_id")).order_by().values("clinic_id")
    last, logged = (
        Subquery(runs.annotate(latest=Max(name)).values("latest")) for name in ("ended_at", "created_at")
    )
    older = runs.filter(ended_at__lte=now - LONGEST_OF).annotate(latest=Max("ended_at")).values("latest")
    passed = (
        F("next_run_from"),
        F("permitted_until"),
        _after(Subquery(older), LONGEST_OF),
        _after(F("assessment__assessed_at"), LONGEST_OF),
        _after(last, _GAP),
        _after(_told(), _GAP),
        _after(F("released_at"), _GAP),
        Func(Value(WEEK), _time(Value(now)), F("released_at"), function="date_bin"),  # its week began
    )
    return plans.annotate(
        **{f"moment{number}": _time(moment) for number, moment in enumerate(passed)}
    ).annotate(at=Greatest("updated_at", logged, *(_when(f"moment{n}", now) for n in range(len(passed)))))


def _told() -> Combinable:
    """The last run before the assessment, as the answers tell it."""
    hours = Cast(KeyTextTransform("hours_since_run", "assessment__answers"), FloatField())
    ago = ExpressionWrapper(hours * Value(dt.timedelta(hours=1)), output_field=DurationField())
    return _time(F("assessment__assessed_at") - ago)


def _after(moment: Combinable, lapse: dt.timedelta) -> Combinable:
    return _time(moment + Value(lapse))


def _time(moment: Combinable) -> Combinable:
    return ExpressionWrapper(moment, output_field=DateTimeField())


def _when(name: str, now: dt.datetime) -> Case:
    """A moment that has come; null before."""
    return Case(When(**{f"{name}__lte": now}, then=F(name)))
