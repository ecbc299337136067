"""Charts as coordinates: pure functions that templates draw as SVG. Nothing is read or decided here."""

from assessments.dashboard.charts.load import LoadChart, LoadWeek, load_chart
from assessments.dashboard.charts.pain import Called, PainChart, PainScores, pain_chart

__all__ = ["Called", "LoadChart", "LoadWeek", "PainChart", "PainScores", "load_chart", "pain_chart"]
