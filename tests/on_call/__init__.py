"""Who is told about an escalation, and when."""
