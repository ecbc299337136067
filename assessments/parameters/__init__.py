"""A clinic's thresholds in force, preview by replay, change; the protocol as published."""
