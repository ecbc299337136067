"""Rotate secrets."""
