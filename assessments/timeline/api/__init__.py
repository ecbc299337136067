"""The timeline of a runner, and the history of an escalation."""
