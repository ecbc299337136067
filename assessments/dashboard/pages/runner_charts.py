"""A runner's figures over time: what the charts draw, and the same rows for the tables beside them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from assessments.dashboard.charts.load import LoadWeek, load_chart, said
from assessments.dashboard.charts.pain import SERIES, Called, PainScores, pain_chart
from assessments.programmes.models import Programme
from assessments.programmes.services.run_history import Past, weeks_of
from assessments.records.models import Assessment
from assessments.records.summary import urgency_words

QUESTIONS = tuple(question for _, _, question in SERIES)
#: What can be shown, by the word that travels in the address.
SPANS: dict[str, tuple[str, dt.timedelta | None]] = {
    "12-weeks": ("12 weeks", dt.timedelta(weeks=12)),
    "year": ("One year", dt.timedelta(days=365)),
    "all": ("Everything", None),
}
MOST_WEEKS = 26


def pain_context(
    assessments: Sequence[Assessment], *, span: str, zone: dt.tzinfo, now: dt.datetime
) -> dict[str, Any]:
    """The scores of the span asked for; without any in it, of the shortest that has some."""
    points = [_scores(row) for row in reversed(assessments) if row.superseded_by_id is None]  # type: ignore[attr-defined]
    chosen = next(
        (name for name in _from(span) if _within(points, name, now)),
        "all",
    )
    shown = _within(points, chosen, now)
    return {
        "pain": pain_chart(shown, zone),
        "pain_rows": list(reversed(shown)),
        "pain_columns": [words for _, words, _ in SERIES],
        "pain_left_out": len(points) - len(shown),
        "spans": [(name, words) for name, (words, _) in SPANS.items()],
        "span": chosen,
    }


def _from(span: str) -> list[str]:
    names = list(SPANS)
    return names[names.index(span) :] if span in SPANS else names


def _within(points: list[PainScores], span: str, now: dt.datetime) -> list[PainScores]:
    reach = SPANS[span][1]
    return points if reach is None else [point for point in points if point.at >= now - reach]


def _scores(row: Assessment) -> PainScores:
    escalation = getattr(row, "escalation", None)
    called = (
        Called(escalation.urgency, urgency_words(escalation.urgency).capitalize()) if escalation else None
    )
    values = tuple(getattr(row, name) for name in QUESTIONS)
    return PainScores(row.assessed_at, values, row.protocol_version, called)


def load_context(programme: Programme, past: Past, *, now: dt.datetime) -> dict[str, Any]:
    """The latest weeks since the release against their caps."""
    counted = weeks_of(programme, now=now, past=past)
    weeks = [LoadWeek(week.number, week.starts_at, week.km, week.cap.km, week.within_km) for week in counted]
    shown = list(zip(weeks, counted, strict=True))[-MOST_WEEKS:]
    return {
        "load": load_chart([week for week, _ in shown]),
        "load_rows": [
            {"week": week, "runs": whole.runs, "words": said(week), "why": whole.cap.reason}
            for week, whole in reversed(shown)
        ],
        "load_left_out": len(weeks) - len(shown),
    }
