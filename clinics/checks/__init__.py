"""System checks that refuse an unsafe start."""

from clinics.checks import configuration, database, routes

__all__ = ["configuration", "database", "routes"]
