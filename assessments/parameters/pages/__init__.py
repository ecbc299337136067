"""Thresholds, and the protocol."""
