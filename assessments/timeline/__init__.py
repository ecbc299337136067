"""What happened to one runner or one escalation, in order."""
