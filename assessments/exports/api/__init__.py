"""Exports, and changes."""
