"""Plan, cancel and read follow-ups."""
