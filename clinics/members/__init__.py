"""People invited, given a role, let go."""
