"""Stored assessments evaluated again: what would flip."""
