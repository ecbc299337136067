"""The page on which a runner answers a follow-up: no account, no script, the clinic's name above it."""
