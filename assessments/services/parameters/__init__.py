"""A clinic's own thresholds: what is in force, what a change would do, and the change (docs/adr/0026)."""
