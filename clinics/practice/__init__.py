"""The clinic's own details and its emergency pathway."""
