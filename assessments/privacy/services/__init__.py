"""Erase a runner, and remove what has been kept long enough."""
