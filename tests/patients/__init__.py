"""Patients over HTTP."""
