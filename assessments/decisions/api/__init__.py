"""Assessments recorded, amended, confirmed and overridden."""
