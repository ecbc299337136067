"""Pages of the dashboard that stand beside Django's admin."""
