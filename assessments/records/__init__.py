"""Assessments and overrides as rows, immutable; what holds now; the decision in words."""
