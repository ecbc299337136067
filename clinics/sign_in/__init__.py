"""Password, one-time codes, choosing a clinic, the dashboard's clinic scope."""
