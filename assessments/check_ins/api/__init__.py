"""Answer a follow-up, report its result, and make a link for the runner."""
