"""System checks that refuse an unsafe start."""

from clinics.checks import database

__all__ = ["database"]
